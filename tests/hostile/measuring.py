"""What a door takes for a file: the time and the memory of a process that does nothing else."""

import multiprocessing
import os
import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

KILLED_AFTER = 60
"""Seconds by the clock; a machine may be busy with other things"""
BYTES_OF_PEAK = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Measured:
    """What came of it; seconds of a processor, and the most memory (MB) of the process at any time."""

    came: str
    seconds: float
    megabytes: float


def measure(door: Callable[[Path], str], path: Path) -> Measured:
    """Has a fresh process take the file to the door. Raises what the door raises, and TimeoutError."""
    # The processes are forked from one that has the shop's modules and nothing else.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.hostile.doors"])
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_take, args=(door, path, there))
    process.start()
    there.close()
    try:
        if not here.poll(KILLED_AFTER):
            raise TimeoutError(f"{path.name} took more than {KILLED_AFTER} s")
        found = here.recv()
    except EOFError:
        process.join()
        raise ChildProcessError(f"{path.name} has ended its process with {process.exitcode}") from None
    finally:
        process.kill()
        process.join()
    if isinstance(found, BaseException):
        raise found
    return found


def _take(door: Callable[[Path], str], path: Path, there) -> None:
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    before = _seconds()
    try:
        came = door(path)
        own, others = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        peak = (own.ru_maxrss + others.ru_maxrss) * BYTES_OF_PEAK / 1e6
        there.send(Measured(came, _seconds() - before, peak))
    except BaseException as error:
        there.send(error)


def _seconds() -> float:
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
