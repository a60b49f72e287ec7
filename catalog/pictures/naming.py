"""Rows name pictures, and a sweep deletes those that no row names: never both at once.

A row may come to name a picture that has lain there unnamed for long, just when the sweep has found it so. The locks
are of the database, so they die with their process.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection
from psycopg2.errors import LockNotAvailable

from catalog.locking import Lock, one_at_a_time

PATIENCE = "5s"
"""How long a sweep waits for those who name pictures; others who want to do so wait behind it."""


class PicturesInUse(Exception):
    """Somebody names pictures, or copies those that are named, for too long to wait for."""


def hold() -> None:
    """Keeps all pictures until the end of the transaction. Call it before one is stored or chosen that a row names."""
    _ask("SELECT pg_advisory_xact_lock_shared(%s)", Lock.NAME_PICTURES)


@contextmanager
def held() -> Iterator[None]:
    """Keeps all pictures meanwhile, whatever transactions begin and end."""
    _ask("SELECT pg_advisory_lock_shared(%s)", Lock.NAME_PICTURES)
    try:
        yield
    finally:
        _ask("SELECT pg_advisory_unlock_shared(%s)", Lock.NAME_PICTURES)


def hold_off() -> None:
    """Has nobody name a picture until the end of the transaction. Raises PicturesInUse."""
    _ask("SELECT set_config('lock_timeout', %s, true)", PATIENCE)
    try:
        one_at_a_time(Lock.NAME_PICTURES)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise PicturesInUse from error
        raise


def _ask(statement: str, value: int | str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [value])
