"""What is counted, on its way to the database: added up in the memory of the process, and written every few seconds.

So a page waits for no query, and the database writes each row once for many shoppers. Whoever is killed loses some
seconds' counts; whoever is stopped writes them first. While the database is away, what is counted is lost.
"""

import atexit
import logging
import time
from collections import Counter, defaultdict
from threading import Lock, Thread

from django.db import DatabaseError, InterfaceError, connections, transaction

from recommender.statistics.models import Count

logger = logging.getLogger(__name__)
SECONDS_BETWEEN_WRITES = 5.0
MOST_ROWS = 2000
"""What is more than that in between is lost."""


class Tally:
    """Counts by model and key. Threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[type[Count], Counter[tuple]] = defaultdict(Counter)
        self._rows = self._lost = 0
        self._is_writing = False

    def add(self, model: type[Count], *key: object) -> None:
        """One more of what the values of the model's KEY say."""
        with self._lock:
            counts = self._counts[model]
            is_new = key not in counts
            if is_new and self._rows >= MOST_ROWS:
                self._lost += 1
                return
            self._rows += is_new
            counts[key] += 1
            if not self._is_writing:
                self._is_writing = True
                Thread(target=self._keep_writing, name="statistics", daemon=True).start()

    def write(self) -> None:
        """Brings what was counted into the database, or loses it, and says so."""
        with self._lock:
            counts, lost = self._counts, self._lost
            self._counts, self._rows, self._lost = defaultdict(Counter), 0, 0
        if lost:
            logger.warning("More happened than is counted: %d clicks, views and searches are lost", lost)
        try:
            self._write(counts)
        except (DatabaseError, InterfaceError) as error:
            number = sum(map(Counter.total, counts.values()))
            logger.warning("The database is away, and %d clicks, views and searches are lost: %s", number, error)

    def _write(self, counts: dict[type[Count], Counter[tuple]]) -> None:
        if counts:
            with transaction.atomic():
                for model, rows in counts.items():
                    model.objects.add(rows)  # type: ignore[attr-defined]

    def _keep_writing(self) -> None:
        """In a thread of its own, for as long as something is counted."""
        while True:
            time.sleep(SECONDS_BETWEEN_WRITES)
            try:
                self.write()
            finally:
                connections.close_all()
            with self._lock:
                if not self._counts:
                    self._is_writing = False
                    return


TALLY = Tally()
atexit.register(TALLY.write)
