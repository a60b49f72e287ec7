"""A busy evening: shoppers at a share of what a running shop can do, and whether it stays well.

It measures the capacity first, by shoppers who never pause. The shop has to run on this machine, so that the memory of
its processes can be read; its limits for one address must be out of the way, as all shoppers come from here.
"""

# locust has to be the first, as it makes what others import cooperative.
from locust.env import Environment  # isort: skip

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import gevent
import psutil

from tests.soak.shoppers import Shop, look_around, shopper

SHOPPERS_WITHOUT_PAUSE = 12
SHOPPERS = 60
SECONDS_TO_SETTLE = 60
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Kind:
    """What became of one kind of request; milliseconds."""

    requests: int
    failures: int
    median: int
    p95: int
    p99: int
    longest: int


@dataclass(frozen=True)
class Memory:
    """Megabytes that a program's processes have for themselves, together: after a minute, at the end, and at most."""

    settled: float
    end: float
    most: float


def main() -> int:
    asked = _arguments()
    shop = look_around(asked.address.rstrip("/"), asked.photos)
    capacity = _capacity(shop, asked.capacity_seconds)
    rate = asked.share * capacity
    print(
        f"Capacity: {capacity:.1f} requests/s. Soaking at {rate:.1f}/s for {asked.minutes:g} minutes.", file=sys.stderr
    )
    samples = _Samples(psutil.Process(asked.pid))
    kinds = _load(shop, SHOPPERS, rate / SHOPPERS, 60 * asked.minutes, samples.take)
    report = {
        "capacity": round(capacity, 1),
        "share": asked.share,
        "minutes": asked.minutes,
        "kinds": {name: asdict(kind) for name, kind in kinds.items()},
        "megabytes": {name: asdict(memory) for name, memory in samples.memory().items()},
    }
    print(json.dumps(report, indent=2) if asked.json else "\n".join(_table(report)))
    return int(any(kind.failures for kind in kinds.values()))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("address", help="of the shop, like http://127.0.0.1:8000")
    parser.add_argument("--pid", type=int, required=True, help="of the shop's supervisor: var/supervisord.pid has it")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--share", type=float, default=0.8, help="of the capacity; 0.8 when not given")
    parser.add_argument("--capacity-seconds", type=float, default=60, help="how long the capacity is measured")
    parser.add_argument("--photos", type=Path, help="a folder of photos to search with, instead of drawn ones")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _capacity(shop: Shop, seconds: float) -> float:
    """Requests a second by shoppers who never pause, after as long for warming up."""
    _load(shop, SHOPPERS_WITHOUT_PAUSE, None, seconds / 2)
    kinds = _load(shop, SHOPPERS_WITHOUT_PAUSE, None, seconds)
    return sum(kind.requests for kind in kinds.values()) / seconds


def _load(
    shop: Shop, shoppers: int, pace: float | None, seconds: float, watch: Callable[[], None] | None = None
) -> dict[str, Kind]:
    """What became of the requests of so many shoppers, by kind; `watch` is called once a second."""
    environment = Environment(user_classes=[shopper(shop, pace)])
    runner = environment.create_local_runner()
    runner.start(shoppers, spawn_rate=shoppers)
    watcher = gevent.spawn(_again_and_again, watch) if watch else None
    gevent.sleep(seconds)
    runner.quit()
    if watcher:
        watcher.kill()
    stats = environment.stats
    for error in stats.errors.values():
        print(f"{error.occurrences} times: {error.name}: {error.error}", file=sys.stderr)
    return {entry.name: _kind(entry) for entry in sorted(stats.entries.values(), key=lambda entry: entry.name)}


def _again_and_again(watch: Callable[[], None]) -> None:
    while True:
        watch()
        gevent.sleep(1)


def _kind(entry) -> Kind:
    times = [int(entry.get_response_time_percentile(share) or 0) for share in (0.5, 0.95, 0.99)]
    return Kind(entry.num_requests, entry.num_failures, *times, longest=int(entry.max_response_time))


class _Samples:
    """The memory of the processes below one, once a second."""

    def __init__(self, supervisor: psutil.Process):
        self._supervisor = supervisor
        self._taken: list[dict[str, float]] = []

    def take(self) -> None:
        sums: dict[str, float] = {}
        for process in self._supervisor.children(recursive=True):
            try:
                name, bytes_own = _program(process), process.memory_full_info().uss
            except psutil.NoSuchProcess:
                continue
            sums[name] = sums.get(name, 0) + bytes_own / MEGABYTE
        self._taken.append(sums)

    def memory(self) -> dict[str, Memory]:
        settled = self._taken[min(SECONDS_TO_SETTLE, len(self._taken) - 1)]
        return {name: self._memory_of(name, settled[name]) for name in settled}

    def _memory_of(self, name: str, settled: float) -> Memory:
        course = [sums.get(name, 0) for sums in self._taken]
        return Memory(round(settled), round(course[-1]), round(max(course)))


def _program(process: psutil.Process) -> str:
    line = " ".join(process.cmdline())
    return next((name for name in ("gunicorn", "waitress", "worker", "beat", "postgres") if name in line), "others")


def _table(report: dict) -> Iterator[str]:
    yield f"Capacity {report['capacity']} requests/s; {report['minutes']:g} minutes at {report['share']:.0%} of it."
    yield ""
    yield "| request | number | failed | p50 ms | p95 | p99 | longest |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for name, kind in report["kinds"].items():
        yield f"| {name} | {' | '.join(str(value) for value in kind.values())} |"
    yield ""
    yield "| memory, MB | after a minute | at the end | at most |"
    yield "| --- | --- | --- | --- |"
    for name, memory in report["megabytes"].items():
        yield f"| {name} | {' | '.join(str(value) for value in memory.values())} |"


if __name__ == "__main__":
    sys.exit(main())
