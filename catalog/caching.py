"""What is kept for a while so that it is not computed again."""

from collections.abc import Callable
from typing import TypeVar, cast

from django.core.cache import cache

from catalog.monitoring.metrics import count_asked

Computed = TypeVar("Computed")
MISSING = object()


def kept(key: str, compute: Callable[[], Computed], seconds: int) -> Computed:
    """What is kept under the key; where nothing is, it is computed now and kept for so many seconds.

    What stands before the first colon of the key names the cache in the metrics.
    """
    found = cache.get(key, MISSING)
    count_asked(key.partition(":")[0], was_there=found is not MISSING)
    return cast(Computed, cache.get_or_set(key, compute, seconds) if found is MISSING else found)
