"""The campaign as a command. It uses this machine alone, and ends by itself."""

import argparse
import shlex
import shutil
import sys
import tempfile
from pathlib import Path
from random import SystemRandom

from catalog.sample.catalogue import write_catalogue
from tests.campaign import catalogue, course, report
from tests.campaign.shop import end_on_signals

FAULTS_A_ROUND = 50


def main() -> int:
    """1 where something was lost or left behind, or where fewer faults hit something than were asked for."""
    options = _options()
    end_on_signals()
    seed = options.seed if options.seed is not None else SystemRandom().randrange(10**6)
    print(f"seed {seed}", flush=True)
    brokers = [options.broker] if options.broker != "both" else ["files", "redis"]
    brokers = [broker for broker in brokers if broker == "files" or _has_redis()]
    faults = -(-options.faults // len(brokers))
    results = []
    for broker in brokers:
        plan = course.Plan(seed, faults, -(-faults // FAULTS_A_ROUND), broker, has_disks=True, alone=options.alone)
        with tempfile.TemporaryDirectory(prefix="campaign-", ignore_cleanup_errors=True) as folder:
            try:
                results.append(course.run(plan, _halves(options, Path(folder)), Path(folder)))
            finally:
                if options.log:
                    shutil.copy(Path(folder) / "shop" / "log", options.log.with_suffix(f".{broker}"))
    command = shlex.join(["python", "-m", "tests.campaign", *sys.argv[1:]])
    if options.report:
        report.write(results, command, options.report)
    print(report.as_markdown(results, command))
    return int(any(result.findings or result.effective() < result.plan.faults for result in results))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=course.__doc__)
    parser.add_argument("--faults", type=int, default=200, help="how many must hit something")
    parser.add_argument("--broker", choices=("files", "redis", "both"), default="both")
    parser.add_argument("--seed", type=int, help="of an earlier campaign; printed first")
    parser.add_argument("--alone", type=float, default=30, help="seconds for which each part is away by itself")
    parser.add_argument("--styles", type=Path, help="a styles.csv in place of the drawn sample")
    parser.add_argument("--images", type=Path, help="the folder or zip of its pictures")
    parser.add_argument("--products", type=int, default=4000, help="how many of them at most")
    parser.add_argument("--report", type=Path, help="the Markdown file to write, with a JSON file beside it")
    parser.add_argument("--log", type=Path, help="where to keep what the shop's processes said")
    return parser.parse_args()


def _halves(options: argparse.Namespace, folder: Path) -> tuple[catalogue.Half, catalogue.Half]:
    if options.styles:
        return catalogue.read(options.styles, options.images, options.products)
    (folder / "sample").mkdir()
    return catalogue.read(*write_catalogue(folder / "sample"), options.products)


def _has_redis() -> bool:
    if shutil.which("redis-server"):
        return True
    print("There is no redis-server here: only the broker of files is hurt.", flush=True)
    return False


if __name__ == "__main__":
    sys.exit(main())
