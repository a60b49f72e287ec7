"""Locks of the database, by which the shop's processes keep out of each other's way.

They belong to a connection, so they die with its process.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum, unique

from django.db import connection


@unique
class Lock(IntEnum):
    """What only one may do at a time, by the number that the database knows it by: the letters of a word."""

    MIGRATE = 0x6D696772617465
    NAME_PICTURES = 0x70696374757265
    IMPORT = 0x696D706F7274
    WRITE_BATCH = 0x6261746368
    FETCH = 0x6665746368
    MAIL = 0x6D61696C
    REGISTER_ENCODER = 0x656E636F
    COPY_VECTORS = 0x636F7079


def one_at_a_time(lock: Lock) -> None:
    """Waits for whoever has the lock, and has it until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])


@contextmanager
def alone(lock: Lock) -> Iterator[bool]:
    """Whether this process has the lock meanwhile; it waits for nobody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock])
        (is_mine,) = cursor.fetchone()
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [lock])
