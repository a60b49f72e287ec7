"""One import of a whole catalogue, whose worker, database and command are killed (SIGKILL) again and again meanwhile.

python -m tests.campaign.killed --styles STYLES --images IMAGES

Then everything is compared with what the same import makes of an empty shop that nobody disturbs. It uses this machine
alone, needs some 500 MB of disk for 40,000 products, and ends by itself.
"""

import argparse
import json
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random, SystemRandom

from tests.campaign.course import Event, Plan, hit, two_shops
from tests.campaign.faults import FAULTS, Fault
from tests.campaign.load import SECONDS_BEFORE_NEXT_TRY, Desk
from tests.campaign.shop import Shop, end_on_signals, wait_until
from tests.campaign.verification import Verification, what_is_left_to_do

KILLS = (
    "the worker is killed",
    "PostgreSQL is killed",
    "the import command is killed",
    "a process of PostgreSQL is killed",
)
LEAST_PAUSE = 6.0
"""Seconds in which whatever was killed is there again and gets on"""
LONGEST = 5
"""How many times as long as the undisturbed import the other one may take after the last kill"""
LIMIT_TO_SETTLE = 300.0


@dataclass
class Outcome:
    """What came of both imports."""

    products: int = 0
    embeddings: int = 0
    seconds: float = 0.0
    """How long the undisturbed one took, in one process"""
    seconds_killed: float = 0.0
    runs_of_the_command: int = 0
    events: list[Event] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    largest_difference: float = 0.0

    def __str__(self) -> str:
        hits = Counter(event.kind for event in self.events if event.hit)
        runs = self.runs_of_the_command
        lines = [
            f"{self.products:,} products and {self.embeddings:,} embeddings in {self.seconds:.0f} s, undisturbed",
            f"with {hits.total()} kills in {self.seconds_killed:.0f} s and {runs} runs of the command:",
            *(f"  {kind}: {count}" for kind, count in hits.most_common()),
            f"lost, left behind or different: {len(self.findings)}",
            *(f"  {finding}" for finding in self.findings),
            f"the largest difference of a number of a vector: {self.largest_difference:.1e}",
        ]
        return "\n".join(lines)


class Import(threading.Thread):
    """Runs the command until it ends well, as whoever it was killed under would."""

    def __init__(self, shop: Shop, styles: Path, images: Path) -> None:
        super().__init__(daemon=True)
        self.runs = 0
        self._shop, self._files = shop, (styles, images)

    def run(self) -> None:
        while True:
            self.runs += 1
            if self._shop.import_by_command(*self._files) == 0:
                return
            time.sleep(SECONDS_BEFORE_NEXT_TRY)


def run(styles: Path, images: Path, kills: int, seed: int, folder: Path) -> Outcome:
    """Both imports, and what differs."""
    outcome = Outcome()
    with two_shops(Plan(seed, kills, rounds=1), folder) as (undisturbed, shop):
        target = undisturbed.folder / "snapshot.json"
        undisturbed.calm(target)
        # An empty shop would draw itself a sample when it starts, but for one whose sample was removed.
        undisturbed.manage("import_sample")
        undisturbed.manage("remove_sample")
        undisturbed.copy_to(shop)
        began = time.monotonic()
        undisturbed.calm(target, styles, images)
        outcome.seconds = time.monotonic() - began
        shop.start()
        desk = Desk(shop)
        desk.log_in()
        _import_under_kills(shop, Import(shop, styles, images), kills, Random(seed), outcome)
        _compare(shop, json.loads(target.read_text()), desk, outcome)
        outcome.findings += [f"a process is left: {line}" for line in shop.stop()]
    return outcome


def _import_under_kills(shop: Shop, importing: Import, kills: int, random: Random, outcome: Outcome) -> None:
    """One kill after the other while something is imported or embedded, and then in peace to the end."""
    began, pause = time.monotonic(), max(LEAST_PAUSE, outcome.seconds / kills)
    faults = _kills(random)
    importing.start()
    while _at_work(shop, importing) and sum(bool(event.hit) for event in outcome.events) < kills:
        wait_until(lambda: _at_work(shop, importing), pause * random.uniform(0.5, 1.5))
        outcome.events.append(hit(next(faults), shop, random, 0))
    limit = LONGEST * outcome.seconds + LIMIT_TO_SETTLE
    if wait_until(lambda: _at_work(shop, importing), limit)[1]:
        outcome.findings.append(f"not at rest {limit:.0f} s after the last kill: {what_is_left_to_do(shop)}")
    outcome.seconds_killed = time.monotonic() - began
    outcome.runs_of_the_command = importing.runs


def _at_work(shop: Shop, importing: Import) -> str:
    """ "" where nothing is left to do."""
    return "at work" if importing.is_alive() or what_is_left_to_do(shop) else ""


def _kills(random: Random) -> Iterator[Fault]:
    """Each kind as often as every other one."""
    kinds = [fault for fault in FAULTS if fault.kind in KILLS]
    while True:
        yield from random.sample(kinds, len(kinds))


def _compare(shop: Shop, undisturbed: dict, desk: Desk, outcome: Outcome) -> None:
    shop.sweep()
    verification = Verification(shop, undisturbed, desk)
    verification.run()
    outcome.findings += verification.findings
    outcome.largest_difference = verification.largest_difference
    outcome.products, outcome.embeddings = (len(undisturbed[name]) for name in ("products", "embeddings"))


def main() -> int:
    """1 where something differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaign.killed", description=__doc__)
    parser.add_argument("--styles", type=Path, required=True, help="a table of products")
    parser.add_argument("--images", type=Path, required=True, help="the folder or zip of its pictures")
    parser.add_argument("--kills", type=int, default=12, help="how many, where the import takes long enough")
    parser.add_argument("--seed", type=int, help="of an earlier run; printed first")
    parser.add_argument("--log", type=Path, help="where to keep what the shop's processes said")
    options = parser.parse_args()
    end_on_signals()
    seed = options.seed if options.seed is not None else SystemRandom().randrange(10**6)
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="killed-", ignore_cleanup_errors=True) as folder:
        try:
            outcome = run(options.styles.resolve(), options.images.resolve(), options.kills, seed, Path(folder))
        finally:
            if options.log:
                shutil.copy(Path(folder) / "shop" / "log", options.log)
    print(outcome)
    return int(bool(outcome.findings))


if __name__ == "__main__":
    sys.exit(main())
