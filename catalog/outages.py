"""What is away for a while: only the first who needs it waits to find out, and what failed is tried again later."""

import logging
import time
from datetime import timedelta

logger = logging.getLogger(__name__)
SECONDS_UNTIL_TRIED_AGAIN = 30
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
MOST_TRIES = 12
"""Within two days of the first, each after three times as long a wait as the one before."""


def wait_after(tries: int) -> timedelta:
    """How long to wait after so many tries in vain."""
    return min(FIRST_WAIT * 3 ** (tries - 1), LONGEST_WAIT)


class Outages:
    """Those of one thing, as this process meets them."""

    def __init__(self, name: str, longest: float = SECONDS_UNTIL_TRIED_AGAIN):
        """It is left alone twice as long each time that it is still away, up to the longest, in seconds."""
        self._name, self._longest = name, longest
        self._seconds, self._tried_again_at = 0.0, 0.0

    @property
    def is_away(self) -> bool:
        """Whether it was away a moment ago, so that nobody needs to wait for it now."""
        return time.monotonic() < self._tried_again_at

    def begin(self, error: Exception) -> float:
        """Returns for how many seconds it is left alone from now on."""
        if not self.is_away:
            self._seconds = min(max(2 * self._seconds, SECONDS_UNTIL_TRIED_AGAIN), self._longest)
            self._tried_again_at = time.monotonic() + self._seconds
            logger.warning("%s fails, and is left alone for %s s: %s", self._name, self._seconds, error)
        return self._tried_again_at - time.monotonic()

    def end(self) -> None:
        self._seconds, self._tried_again_at = 0.0, 0.0


CACHE = Outages("The cache")
