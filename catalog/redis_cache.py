"""Where CACHE_URL names a Redis: what is kept there, and what becomes of pages while it is at fault."""

from collections.abc import Callable
from typing import Any

from django.core.cache.backends import redis
from redis.exceptions import RedisError

from catalog.caching import UNREADABLE, note_unreadable
from catalog.outages import CACHE


class RedisCache(redis.RedisCache):
    """Redis, or while it is away or refuses, a cache that keeps nothing: pages are slower then, and nothing fails."""

    def add(self, *arguments: Any, **options: Any) -> bool:
        return self._unless_away(super().add, False, *arguments, **options)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._unless_away(super().get, default, key, default, version)

    def set(self, *arguments: Any, **options: Any) -> None:
        self._unless_away(super().set, None, *arguments, **options)

    def delete(self, *arguments: Any, **options: Any) -> bool:
        return self._unless_away(super().delete, False, *arguments, **options)

    def _unless_away(self, do: Callable[..., Any], otherwise: Any, *arguments: Any, **options: Any) -> Any:
        if CACHE.is_away:
            return otherwise
        try:
            return do(*arguments, **options)
        except RedisError as error:
            CACHE.begin(error)
        except UNREADABLE as error:
            note_unreadable(error)
        return otherwise
