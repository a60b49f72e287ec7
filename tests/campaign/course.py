"""The course of a campaign: a calm beginning, each part away by itself, storms of faults, and a look after each."""

import json
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.campaign.catalogue import Half
from tests.campaign.faults import FAULTS, Fault
from tests.campaign.load import Answer, Desk, Imports, Visitors
from tests.campaign.shop import Shop, wait_until
from tests.campaign.verification import Verification, what_is_left_to_do

ALONE = (
    "a web process is killed",
    "the worker stands still",
    "beat stands still",
    "Redis is killed, and away",
    "Redis is mute",
    "the lock of imports is held for long",
    "the disk of pictures is full",
    "PostgreSQL is away",
)
"""What is away by itself while it is measured whether pages answer"""
SECONDS_BETWEEN_KILLS = 10.0
SHORTEST = 0.3


@dataclass(frozen=True)
class Plan:
    """How much of everything; times are in seconds."""

    seed: int
    faults: int
    """Effective ones"""
    rounds: int
    broker: str = "files"
    has_disks: bool = False
    longest_fault: float = 8.0
    pause: float = 1.0
    at_once: int = 2
    visitors: int = 3
    alone: float = 30.0
    limit_of_a_round: float = 420.0
    limit_to_settle: float = 240.0
    kinds: frozenset[str] = frozenset(fault.kind for fault in FAULTS)
    last_fault: str = ""
    """Of each round; a worker that starts anew looks at once for what is left"""


@dataclass(frozen=True)
class Event:
    """A fault that was tried at a time of a monotonic clock, for how long, and what it hit; "" where nothing."""

    kind: str
    began: float
    seconds: float
    hit: str


@dataclass
class Result:
    """What came of a campaign."""

    plan: Plan
    products: int
    events: list[Event] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    alone: dict[str, Counter[str]] = field(default_factory=dict)
    """How many requests had which outcome while only this was away"""
    seconds_to_settle: list[float] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    """What was lost, or is left behind"""
    generations: int = 0
    runs_of_the_command: int = 0
    accepted_by_the_desk: int = 0
    resumed_at_the_desk: int = 0
    largest_difference: float = 0.0
    seconds: float = 0.0

    def effective(self) -> int:
        return sum(bool(event.hit) for event in self.events)


class Storm:
    """Faults of all possible kinds in random order, some at once, until as many as are wanted have hit something."""

    def __init__(self, shop: Shop, plan: Plan, number: int, wanted: int) -> None:
        self.events: list[Event] = []
        self._shop, self._plan, self._wanted = shop, plan, wanted
        self._random = Random(f"{plan.seed} storm {number}")
        self._kinds = self._order()
        self._lock = threading.Lock()
        self._deadline = time.monotonic() + plan.limit_of_a_round

    def rage(self) -> None:
        threads = [threading.Thread(target=self._hit_again_and_again) for _ in range(self._plan.at_once)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._plan.last_fault:
            (last,) = (fault for fault in FAULTS if fault.kind == self._plan.last_fault)
            self.events.append(hit(last, self._shop, self._random, 0))

    def _order(self) -> Iterator[Fault]:
        """Every kind as often as every other one."""
        possible = [fault for fault in FAULTS if fault.kind in self._plan.kinds and fault.is_possible(self._shop)]
        while True:
            yield from self._random.sample(possible, len(possible))

    def _hit_again_and_again(self) -> None:
        while time.monotonic() < self._deadline:
            with self._lock:
                if sum(bool(event.hit) for event in self.events) >= self._wanted:
                    return
                fault, random = next(self._kinds), Random(self._random.random())
            event = hit(fault, self._shop, random, random.uniform(SHORTEST, self._plan.longest_fault))
            self.events.append(event)
            time.sleep(self._plan.pause * random.uniform(0.5, 1.5) if event.hit else 0.05)


def hit(fault: Fault, shop: Shop, random: Random, seconds: float) -> Event:
    began = time.monotonic()
    what = fault.hit(shop, random, seconds) or ""
    print(f"{time.strftime('%X')} {fault.kind}: {what or 'nothing there'}", flush=True)
    return Event(fault.kind, began, time.monotonic() - began, what)


def run(plan: Plan, halves: tuple[Half, Half], folder: Path) -> Result:
    """Goes through a campaign in an empty folder; everything that it started and mounted has ended when it returns."""
    began = time.monotonic()
    result = Result(plan, sum(len(half.rows) for half in halves))
    with two_shops(plan, folder) as (undisturbed, shop):
        desk = Desk(shop)
        imports = Imports(shop, halves, desk)
        undisturbed.calm(undisturbed.folder / "snapshot.json", *imports.files(0), *imports.files(1))
        undisturbed.copy_to(shop)
        shop.start()
        try:
            desk.log_in()
            with Visitors(shop, halves, plan.seed, plan.visitors) as visitors:
                for kind in ALONE if plan.alone else ():
                    _measure_alone(kind, shop, visitors, result)
                for number in range(plan.rounds):
                    _go_round(number, shop, undisturbed, imports, desk, result)
        finally:
            desk.given_up.set()
        result.answers = visitors.answers
        result.findings += [f"a process is left: {line}" for line in shop.stop()]
        result.generations, result.runs_of_the_command = sum(imports.last), imports.runs_of_the_command
        result.accepted_by_the_desk, result.resumed_at_the_desk = len(desk.accepted), desk.resumed
    result.seconds = time.monotonic() - began
    return result


@contextmanager
def two_shops(plan: Plan, folder: Path) -> Iterator[tuple[Shop, Shop]]:
    """(the one that nobody disturbs, the other one)."""
    undisturbed = Shop(folder / "undisturbed")
    shop = Shop(folder / "shop", plan.broker, plan.has_disks)
    try:
        yield undisturbed, shop
    finally:
        for each in (shop, undisturbed):
            each.stop()
            each.disks.unmount()
            shutil.rmtree(each.photos, ignore_errors=True)


def _measure_alone(kind: str, shop: Shop, visitors: Visitors, result: Result) -> None:
    """Counts what visitors are answered while only this is away."""
    (fault,) = (fault for fault in FAULTS if fault.kind == kind)
    if not fault.is_possible(shop):
        return
    _settle(shop, result)
    random, seconds, began = Random(f"{result.plan.seed} {kind}"), result.plan.alone, time.monotonic()
    while (left := began + seconds - time.monotonic()) > 1:
        event = hit(fault, shop, random, left)
        result.events.append(event)
        if not event.hit:
            return
        time.sleep(max(0, min(SECONDS_BETWEEN_KILLS, left) - event.seconds))
    ended = began + seconds
    time.sleep(1)
    answers = [answer for answer in visitors.answers if began <= answer.began < ended]
    result.alone[kind] = Counter(answer.outcome for answer in answers)


def _go_round(number: int, shop: Shop, undisturbed: Shop, imports: Imports, desk: Desk, result: Result) -> None:
    """A storm while imports go on, and a look."""
    storm = Storm(shop, result.plan, number, wanted=-(-result.plan.faults // result.plan.rounds))
    imports.start()
    try:
        storm.rage()
        result.events += storm.events
        _look(shop, undisturbed, imports, desk, result)
    finally:
        imports.end(0)


def _look(shop: Shop, undisturbed: Shop, imports: Imports, desk: Desk, result: Result) -> None:
    """After a storm: imports end, what was damaged is imported again, the shop comes to rest and is compared."""
    began = time.monotonic()
    if left := imports.end(result.plan.limit_to_settle):
        result.findings.append(f"not ended within {result.plan.limit_to_settle:.0f} s: {left}")
    target = undisturbed.folder / "snapshot.json"
    with ThreadPoolExecutor() as pool:
        compared = pool.submit(undisturbed.calm, target, *imports.files(0), *imports.files(1))
        imports.import_by_command()
        _settle(shop, result)
        desk.discard_unconfirmed()
        result.seconds_to_settle.append(time.monotonic() - began)
        compared.result()
    shop.sweep()
    verification = Verification(shop, json.loads(target.read_text()), desk)
    verification.run()
    for finding in verification.findings:
        print(f"{time.strftime('%X')} LOST {finding}", flush=True)
    result.findings += verification.findings
    result.largest_difference = max(result.largest_difference, verification.largest_difference)


def _settle(shop: Shop, result: Result) -> None:
    limit = result.plan.limit_to_settle
    seconds, missing = wait_until(lambda: what_is_left_to_do(shop), limit)
    print(f"{time.strftime('%X')} at rest after {seconds:.1f} s {missing}", flush=True)
    if missing:
        result.findings.append(f"not at rest within {limit:.0f} s: {missing}")
