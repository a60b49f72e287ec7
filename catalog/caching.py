"""What is kept for a while so that it is not computed again."""

from collections.abc import Callable
from typing import TypeVar, cast

from django.core.cache import cache

Computed = TypeVar("Computed")


def kept(key: str, compute: Callable[[], Computed], seconds: int) -> Computed:
    """What is kept under the key; where nothing is, it is computed now and kept for so many seconds."""
    return cast(Computed, cache.get_or_set(key, compute, seconds))
