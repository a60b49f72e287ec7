"""Files that all processes of a machine count in, so that any of them can answer for all.

Each process has a slot: files of its own, with a number that no other process has while it lives. Who starts next
takes the lowest free one and counts on, so that there are never more files than processes at one time, and no count
falls back when a process is replaced. Whoever starts while no other process is there begins anew.
"""

import fcntl
import os
from pathlib import Path

from django.conf import settings
from prometheus_client import values
from prometheus_client.values import MultiProcessValue

SLOTS = 1000
TURN = SLOTS
"""The byte behind the slots': whoever has it locked is the one that chooses a slot."""
_held: list[tuple[int, int]] = []
"""This process's slot: the file whose byte of that number is locked for as long as the process lives."""


class NoSlot(RuntimeError):
    """There are more processes than slots."""


def folder() -> Path:
    return Path(settings.VAR_DIR, "metrics")


def share_counts() -> None:
    """From now on every metric that is made counts in this process's slot."""
    folder().mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder())
    values.ValueClass = MultiProcessValue(_slot)
    # Locks are not inherited: what a fork counts goes to a slot of its own.
    os.register_at_fork(after_in_child=_held.clear)


def _slot() -> int:
    if not _held:
        _held.append(_choose())
    return _held[0][1]


def _choose() -> tuple[int, int]:
    """Locks the lowest free slot. Raises NoSlot."""
    locks = os.open(folder() / "slots", os.O_RDWR | os.O_CREAT)
    fcntl.lockf(locks, fcntl.LOCK_EX, 1, TURN)
    try:
        if _try_to_lock(locks, 0, SLOTS):
            for file in folder().glob("*.db"):
                file.unlink()
            fcntl.lockf(locks, fcntl.LOCK_UN, SLOTS - 1, 1)
            return locks, 0
        for number in range(SLOTS):
            if _try_to_lock(locks, number, 1):
                return locks, number
    finally:
        fcntl.lockf(locks, fcntl.LOCK_UN, 1, TURN)
    raise NoSlot(f"{SLOTS} processes count in {folder()} already")


def _try_to_lock(locks: int, first: int, count: int) -> bool:
    try:
        fcntl.lockf(locks, fcntl.LOCK_EX | fcntl.LOCK_NB, count, first)
    except BlockingIOError:
        return False
    return True
