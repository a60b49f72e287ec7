"""Measures how fast the shop is."""

from argparse import ArgumentParser
from collections.abc import Callable
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


class Command(BaseCommand):
    help = (
        "Measures embedding, searches, photos and pages on this shop's own catalogue, beside Keras, scikit-learn and "
        "faiss as far as they are installed; with a catalogue's files also the import, eight visitors and memory "
        "in a second shop, which is deleted afterwards."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--report", type=Path, required=True, help="the folder to write the report to")
        parser.add_argument("--styles", type=Path, help="styles.csv, for the second shop")
        parser.add_argument("--images", type=Path, help="a zip or a folder of <id>.jpg, for the second shop")

    def handle(self, report: Path, styles: Path | None, images: Path | None, **_) -> None:
        if bool(styles) != bool(images):
            raise CommandError("give --styles with --images")
        products = Product.objects.with_picture().in_the_shop().count()
        if products < FEWEST_PRODUCTS:
            raise CommandError(f"{products} products with a picture are too few to measure anything")
        call_command("collectstatic", interactive=False, verbosity=0)
        about, before = machine(), yardstick()
        encoder = registry.active_encoder()
        parts: list[Callable[[], Section]] = [
            partial(pictures.embedding, encoder),
            partial(searches.searches, encoder),
            pictures.photos,
            pages.pages,
        ]
        sections = [part() for part in tqdm(parts, desc="Measuring", unit="part")]
        if styles and images:
            sections += shop.sections(styles, images, pictures.of_peers(sections[0]))
        run = Run(about, products, (before, yardstick()), sections)
        write(run, report)
        self.stdout.write("\n".join(lines(run)))
        self.stdout.write(f"The report is {report / 'index.html'}")
