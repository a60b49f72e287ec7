"""Who may import: one process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

IMPORT_LOCK = 0x696D706F7274


@contextmanager
def import_lock() -> Iterator[bool]:
    """Whether this process has the lock. It is the database connection's, so it dies with the process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [IMPORT_LOCK])
        (is_mine,) = cursor.fetchone()
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [IMPORT_LOCK])
