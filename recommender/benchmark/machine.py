"""What was measured on, so that two runs can be compared."""

import hashlib
import os
import platform
from dataclasses import dataclass
from pathlib import Path

from recommender.benchmark.figures import seconds

YARDSTICK = bytes(64 << 20)
TRIES = 5


@dataclass(frozen=True)
class Machine:
    processor: str
    cores: int
    load: float
    """How many processes wanted a core before the run"""
    python: str


def machine() -> Machine:
    return Machine(_processor(), os.cpu_count() or 1, round(os.getloadavg()[0], 1), platform.python_version())


def yardstick() -> float:
    """The milliseconds that one core takes to hash 64 MB: where they differ, so do all other figures."""
    return round(1000 * min(seconds(lambda: hashlib.sha256(YARDSTICK)) for _ in range(TRIES)), 1)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
