"""Django's migrate, one at a time: whoever comes second finds nothing left to do."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from catalog.locking import Lock

SECONDS_UNTIL_TRIED_AGAIN = 0.5


class Command(migrate.Command):
    def handle(self, *arguments: Any, database: str, **options: Any) -> None:
        with self._alone(database):
            super().handle(*arguments, database=database, **options)

    @contextmanager
    def _alone(self, database: str) -> Iterator[None]:
        """Waits while another process migrates. The lock is the connection's, so it dies with the process."""
        with connections[database].cursor() as cursor:
            # Who waits inside a statement would be waited for by an index that is built concurrently.
            if not _is_mine(cursor):
                self.stderr.write("Another migrate is at work on this database; this one goes on when it has ended.")
                while not _is_mine(cursor):
                    time.sleep(SECONDS_UNTIL_TRIED_AGAIN)
        try:
            yield
        finally:
            with connections[database].cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [Lock.MIGRATE])


def _is_mine(cursor: Any) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s)", [Lock.MIGRATE])
    return cursor.fetchone()[0]
