"""Tries a door with inputs that nobody thought of: `python -m tests.hostile.fuzz table --minutes 60 --into /tmp/found`.

It goes on from the corpus and from what it found before, notes each new kind of fault as a file and its report, and
goes on. Doors: picture, table, workbook, feed, pictures, address.
"""

import argparse
import os
import resource
import sys
from pathlib import Path

import atheris

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
INSTRUMENTED = ["catalog", "recommender", "openpyxl", "zipfile", "csv", "PIL"]
with atheris.instrument_imports(include=INSTRUMENTED):
    import catalog.importing.spreadsheets  # noqa: F401 – the shop imports it where the first workbook comes
    from tests.hostile.fuzzing import DOORS, LONGEST, SECONDS_LIMIT, Fuzzer, seeds

MEGABYTES_LIMIT = 1000
"""Of the whole process, with what the fuzzer itself keeps"""


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
