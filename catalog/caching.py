"""What is kept for a while so that it is not computed again."""

import logging
import pickle
import time
import zlib
from collections.abc import Callable
from datetime import datetime
from threading import Lock, Thread
from typing import Generic, TypeVar, cast

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connections
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from catalog.monitoring.metrics import count_asked

logger = logging.getLogger(__name__)
Computed = TypeVar("Computed")
MISSING = object()
UNREADABLE = (pickle.UnpicklingError, zlib.error, AttributeError, EOFError, ImportError, IndexError, ValueError)
"""What reading something raises that is kept and damaged, or of another version of the shop"""
FASTEST = 1
"""zlib's level"""
LARGE = 2_000
"""Products of which more is made than a request should wait for: an index for suggestions takes 50 ms of a core."""
PAUSES = 50
"""What is made aside is commonly not made again for so many times as long as it took."""
SECONDS_AFTER_FAILURE = 50


def for_all_its_time(_: object) -> None:
    """Of what nothing ends before its seconds are over."""


def kept(
    key: str,
    compute: Callable[[], Computed],
    seconds: int,
    until: Callable[[Computed], datetime | None] = for_all_its_time,
) -> Computed:
    """What is kept under the key; where nothing is, it is computed now and kept for so many seconds.

    `until` tells of what was computed the moment at which it is over, where that comes sooner. What stands before the
    first colon of the key names the cache in the metrics.
    """
    found = cache.get(key, MISSING)
    count_asked(key.partition(":")[0], was_there=found is not MISSING)
    if found is not MISSING:
        return cast(Computed, found)
    computed = compute()
    over = until(computed)
    cache.set(key, computed, min(seconds, (over - timezone.now()).total_seconds()) if over else seconds)
    return computed


def kept_text(key: str, write: Callable[[], str], seconds: int, until: datetime | None = None) -> SafeString:
    """The same for a part of a page, which is over at that moment; compressed, and settings.DEBUG keeps none."""
    if settings.DEBUG:
        return mark_safe(write())  # noqa: S308 – a template writes it
    return expanded(kept(key, lambda: compressed(write()), seconds, lambda _: until))


def note_unreadable(error: Exception) -> None:
    logger.warning("What is kept cannot be read, and counts as not there: %s", error)


def compressed(text: str) -> bytes:
    """A part of a page to be kept: an eighth as long."""
    return zlib.compress(text.encode(), FASTEST)


def expanded(kept_bytes: bytes) -> SafeString:
    """The part of a page."""
    return mark_safe(zlib.decompress(kept_bytes).decode())  # noqa: S308 – a template wrote it


def by_effort(seconds: float) -> float:
    """How long to pause after what took so many seconds, for it to take a fiftieth of a core at most."""
    return PAUSES * seconds


class LastMade(Generic[Computed]):
    """What this process made last of the whole catalogue; of a large one it answers while the next one is made."""

    def __init__(
        self,
        name: str,
        make: Callable[[str], Computed],
        is_large: Callable[[Computed], bool],
        *,
        pause: Callable[[float], float] = by_effort,
        pause_after_failure: float = SECONDS_AFTER_FAILURE,
    ):
        """`make` is given the version of the catalogue; the name is its thread's, and that of what is logged.

        `pause` is given the seconds that making took and tells those before it is made aside again.
        """
        self._name, self._make, self._is_large = name, make, is_large
        self._pause, self._pause_after_failure = pause, pause_after_failure
        self._made: tuple[str, Computed] | None = None
        self._not_before = 0.0
        self._making = Lock()

    def of(self, version: str) -> Computed:
        """That of the version, or of a large catalogue the last one. Raises what making it raises."""
        if self._made is None:
            return self.at_once(version)
        made_of, made = self._made
        if made_of == version:
            return made
        if not self._is_large(made):
            return self.at_once(version)
        if time.monotonic() >= self._not_before:
            self.make_aside(lambda: version)
        return made

    def at_once(self, version: str) -> Computed:
        """That of the version; whoever comes while it is made waits for it. Raises what making it raises."""
        with self._making:
            if self._made is None or self._made[0] != version:
                self._make_now(version)
            return cast(tuple[str, Computed], self._made)[1]

    def make_aside(self, version: Callable[[], str]) -> None:
        """In a thread, which ends at once where another one is at it. Nothing is raised."""
        self._not_before = time.monotonic() + self._pause_after_failure
        Thread(target=self._make_unless_being_made, args=(version,), name=self._name, daemon=True).start()

    def _make_unless_being_made(self, version: Callable[[], str]) -> None:
        if not self._making.acquire(blocking=False):
            return
        try:
            self._make_now(version())
        except (DatabaseError, InterfaceError) as error:
            logger.warning("No %s can be made, and the last one goes on to be used: %s", self._name, error)
        finally:
            self._making.release()
            connections.close_all()

    def _make_now(self, version: str) -> None:
        started = time.monotonic()
        self._made = version, self._make(version)
        ended = time.monotonic()
        self._not_before = ended + self._pause(ended - started)
