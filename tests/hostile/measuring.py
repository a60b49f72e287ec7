"""What a door takes for a file: the time and the memory of a process that does nothing else."""

import multiprocessing
import os
import re
import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

SECONDS_LIMIT = 3
"""Of a processor"""
MEGABYTES_LIMIT = 300
"""More than the process had before: some 80 MB, which are the shop's modules"""
KILLED_AFTER = 60
"""Seconds by the clock; a machine may be busy with other things"""
BYTES_OF_PEAK = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Measured:
    """What came of it; seconds of a processor, and how many MB more than the shop's modules it took at its most."""

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
    before, at_first = seconds(), peak()
    try:
        came = door(path)
        there.send(Measured(came, seconds() - before, peak() - at_first))
    except BaseException as error:
        there.send(error)


def seconds() -> float:
    """Of a processor, by this process and those that it started; the last of them may still wait for work."""
    ended = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    waiting = (process.cpu_times() for process in psutil.Process().children(recursive=True))
    return sum(used.ru_utime + used.ru_stime for used in ended) + sum(used.user + used.system for used in waiting)


def peak() -> float:
    """MB, the most that this process ever had, and those that it started."""
    ended = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    waiting = psutil.Process().children(recursive=True)
    return (sum(used.ru_maxrss for used in ended) * BYTES_OF_PEAK + sum(map(_peak_of, waiting))) / 1e6


def _peak_of(process: psutil.Process) -> int:
    """Bytes; where the system does not tell the peak, what it has now."""
    status = Path(f"/proc/{process.pid}/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return 1024 * int(found[1]) if found else process.memory_info().rss
