"""Measures how fast the shop is."""

import signal
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from catalog.models import Product
from recommender import registry
from recommender.benchmark import pages, pictures, searches, shop
from recommender.benchmark.figures import Section
from recommender.benchmark.machine import machine, yardstick
from recommender.benchmark.report import Run, lines, write

FEWEST_PRODUCTS = 100
PARTS = ("embedding", "searches", "photos", "pages")


class Command(BaseCommand):
    help = (
        "Measures embedding, searches, photos and pages on this shop's own catalogue, beside Keras, scikit-learn and "
        "faiss as far as they are installed; with a catalogue's files also the import, eight visitors and memory "
        "in a second shop, and all but photos again when that is grown by copies; it is deleted afterwards."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--report", type=Path, required=True, help="the folder to write the report to")
        parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="what of this shop is measured")
        parser.add_argument("--styles", type=Path, help="styles.csv, for the second shop")
        parser.add_argument("--images", type=Path, help="a zip or a folder of <id>.jpg, for the second shop")
        parser.add_argument("--products", type=int, default=0, help="how many the second shop is grown to")

    def handle(
        self, report: Path, parts: Sequence[str], styles: Path | None, images: Path | None, products: int, **_
    ) -> None:
        if bool(styles) != bool(images) or (products and not styles):
            raise CommandError("give --styles with --images, and --products with both")
        count = Product.objects.with_picture().in_the_shop().count()
        if count < FEWEST_PRODUCTS:
            raise CommandError(f"{count} products with a picture are too few to measure anything")
        call_command("collectstatic", interactive=False, verbosity=0)
        about, before = machine(), yardstick()
        encoder = registry.active_encoder()
        measures: dict[str, Callable[[], Section]] = {
            "embedding": partial(pictures.embedding, encoder),
            "searches": partial(searches.searches, encoder),
            "photos": pictures.photos,
            "pages": pages.pages,
        }
        wanted = [part for part in PARTS if part in parts]
        measured = {part: measures[part]() for part in tqdm(wanted, desc="Measuring", unit="part")}
        sections = list(measured.values())
        if styles and images:
            with ended_by_signals():
                second = shop.sections(styles, images, measured, products)
                sections += tqdm(second, desc="In a second shop", unit="part", total=7 if products else 3)
        run = Run(about, count, (before, yardstick()), sections)
        write(run, report)
        self.stdout.write("\n".join(lines(run)))
        self.stdout.write(f"The report is {report / 'index.html'}")


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Whoever ends the command ends the second shop."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
