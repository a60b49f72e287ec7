"""Where CACHE_URL names a Redis: what is kept there, and what becomes of pages while it is away."""

from collections.abc import Callable
from typing import Any

from django.core.cache.backends import redis
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import TimeoutError as NoAnswer

from catalog.outages import CACHE


class RedisCache(redis.RedisCache):
    """Redis, or while it is away a cache that keeps nothing: pages are slower then, and nothing fails."""

    def add(self, *arguments: Any, **options: Any) -> bool:
        return self._unless_away(super().add, False, *arguments, **options)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._unless_away(super().get, default, key, default, version)

    def set(self, *arguments: Any, **options: Any) -> None:
        self._unless_away(super().set, None, *arguments, **options)

    def _unless_away(self, do: Callable[..., Any], otherwise: Any, *arguments: Any, **options: Any) -> Any:
        if CACHE.is_away:
            return otherwise
        try:
            return do(*arguments, **options)
        except (NoConnection, NoAnswer) as error:
            CACHE.begin(error)
            return otherwise
