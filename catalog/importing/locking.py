"""Who may import, who may fetch pictures, and who may mail: one process at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

IMPORT_LOCK = 0x696D706F7274
FETCH_LOCK = 0x6665746368
MAIL_LOCK = 0x6D61696C


@contextmanager
def import_lock() -> Iterator[bool]:
    """Whether this process is the one that imports."""
    with _lock(IMPORT_LOCK) as is_mine:
        yield is_mine


@contextmanager
def fetch_lock() -> Iterator[bool]:
    """Whether this process is the one that fetches pictures."""
    with _lock(FETCH_LOCK) as is_mine:
        yield is_mine


@contextmanager
def mail_lock() -> Iterator[bool]:
    """Whether this process is the one that mails."""
    with _lock(MAIL_LOCK) as is_mine:
        yield is_mine


@contextmanager
def _lock(number: int) -> Iterator[bool]:
    """Whether this process has the lock. It is the database connection's, so it dies with the process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        (is_mine,) = cursor.fetchone()
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
