"""What is away for a while, so that only the first who needs it waits to find out."""

import logging
import time

logger = logging.getLogger(__name__)
SECONDS_UNTIL_TRIED_AGAIN = 30


class Outages:
    """Those of one thing, as this process meets them."""

    def __init__(self, name: str):
        self._name = name
        self._tried_again_at = 0.0

    @property
    def is_away(self) -> bool:
        """Whether it was away a moment ago, so that nobody needs to wait for it now."""
        return time.monotonic() < self._tried_again_at

    def begin(self, error: Exception) -> None:
        self._tried_again_at = time.monotonic() + SECONDS_UNTIL_TRIED_AGAIN
        logger.warning(
            "%s cannot be reached, and is left alone for %s s: %s", self._name, SECONDS_UNTIL_TRIED_AGAIN, error
        )

    def end(self) -> None:
        self._tried_again_at = 0.0
