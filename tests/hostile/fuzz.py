"""Tries a door with inputs that nobody thought of: `python -m tests.hostile.fuzz table --minutes 60 --into /tmp/found`.

It goes on from the corpus and from what it found before, notes each new kind of fault as a file and its report, and
goes on. Doors: picture, table, workbook, feed, pictures, address.
"""

import argparse
import io
import os
import resource
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Callable
from pathlib import Path

import atheris

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
with atheris.instrument_imports(include=["catalog", "recommender", "openpyxl", "zipfile", "csv", "PIL"]):
    from tests.hostile import doors
from tests.hostile.corpus import CASES, ordinary_workbook

SECONDS_LIMIT = 10
"""Of an instrumented process, which takes some times as long as the shop's"""
MEGABYTES_LIMIT = 1000
"""Of the whole process, with what the fuzzer itself keeps"""
SEED_LIMIT, LONGEST = 4096, 16_384
"""Bytes of what it begins with, and of what it makes of that"""
WORKBOOK_PARTS = ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml")


def workbook(path: Path) -> str:
    """A workbook of which one part is the input, since what is packed is seldom still a zip once it is changed."""
    content = path.read_bytes()
    name = WORKBOOK_PARTS[content[0] % len(WORKBOOK_PARTS)] if content else WORKBOOK_PARTS[0]
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(ordinary_workbook())) as old, zipfile.ZipFile(stream, "w") as new:
        for part in old.namelist():
            new.writestr(part, content[1:] if part == name else old.read(part))
    path.write_bytes(stream.getvalue())
    return doors.table(path)


def feed(path: Path) -> str:
    path.write_bytes(b"<?xml " + path.read_bytes())
    return doors.table(path)


DOORS: dict[str, Callable[[Path], str]] = {
    "picture": doors.picture,
    "table": doors.table,
    "workbook": workbook,
    "feed": feed,
    "pictures": doors.pictures,
    "address": doors.address,
}


def seeds(name: str) -> list[bytes]:
    """What to begin with: the smaller cases of the corpus."""
    if name == "workbook":
        with zipfile.ZipFile(io.BytesIO(ordinary_workbook())) as book:
            return [bytes([number]) + book.read(part) for number, part in enumerate(WORKBOOK_PARTS)]
    kinds = {"feed": doors.table, "address": doors.address}
    made = [case.make() for case in CASES if case.door is kinds.get(name, DOORS[name]) and not case.is_long]
    small = [content for content in made if len(content) <= SEED_LIMIT]
    if name == "table":
        return [content for content in small if not content.startswith(b"PK")]
    if name == "feed":
        return [content.removeprefix(b"<?xml ") for content in small if content.startswith(b"<?xml ")]
    return small


class Fuzzer:
    """Takes inputs to a door and keeps those that are faults, one of each kind."""

    def __init__(self, door: Callable[[Path], str], into: Path):
        self._door, self._into = door, into
        self._folder = tempfile.TemporaryDirectory()
        self._known: set[str] = set()
        self.tried = 0

    def take(self, content: bytes) -> None:
        path = Path(self._folder.name) / "input"
        path.write_bytes(content)
        self.tried += 1
        started = time.process_time()
        try:
            self._door(path)
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            self._note(
                f"{type(error).__name__} {Path(where.filename).name} {where.lineno}", content, traceback.format_exc()
            )
        if (seconds := time.process_time() - started) > SECONDS_LIMIT:
            self._note(f"slow {int(seconds)}", content, f"{seconds:.1f} s")

    def _note(self, kind: str, content: bytes, report: str) -> None:
        if kind in self._known:
            return
        self._known.add(kind)
        name = kind.replace(" ", "-")
        (self._into / f"{name}.bytes").write_bytes(content)
        (self._into / f"{name}.txt").write_text(report, encoding="utf-8", errors="replace")
        print(f"found: {kind}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("door", choices=DOORS)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--runs", type=int, default=-1, help="end after so many inputs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--into", type=Path, required=True, help="a folder outside of the repository")
    chosen = parser.parse_args()
    grown = chosen.into / "corpus"
    grown.mkdir(parents=True, exist_ok=True)
    for number, content in enumerate(seeds(chosen.door)):
        (grown / f"seed-{number}").write_bytes(content)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    fuzzer = Fuzzer(DOORS[chosen.door], chosen.into)
    options = [
        f"-max_total_time={int(60 * chosen.minutes)}",
        f"-runs={chosen.runs}",
        f"-seed={chosen.seed}",
        f"-rss_limit_mb={MEGABYTES_LIMIT}",
        f"-timeout={3 * SECONDS_LIMIT}",
        f"-max_len={LONGEST}",
        f"-artifact_prefix={chosen.into}/",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(grown)], fuzzer.take)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
