"""Measures how often photos find their product, with and without the part that the search proposes."""

from argparse import ArgumentParser
from pathlib import Path

import numpy as np
from django.core.management.base import BaseCommand, CommandError

from catalog.importing.tables import UnusableFile
from recommender.measuring import photo_recall
from recommender.measuring.products import load_products
from recommender.registry import active_encoder


class Command(BaseCommand):
    help = "Photographs products before other backgrounds, searches a whole catalogue for them, and tells the recall."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--styles", type=Path, required=True, help="styles.csv")
        parser.add_argument("--images", type=Path, required=True, help="a zip or a folder of <id>.jpg")
        parser.add_argument("--photographs", type=int, default=1000, help="how many (1000)")
        parser.add_argument(
            "--held-out", action="store_true", help="only of the tenth of the products that the training leaves out"
        )

    def handle(self, styles: Path, images: Path, photographs: int, held_out: bool, **_) -> None:
        try:
            products = load_products(styles, images)
        except (UnusableFile, OSError) as error:
            raise CommandError(str(error)) from error
        rows = np.nonzero(products.is_held_out)[0] if held_out else np.arange(len(products))
        chosen = np.random.default_rng(5).permutation(rows)[:photographs]
        if not len(chosen):
            raise CommandError("there is no product with a picture to photograph")
        results = photo_recall.measure(active_encoder().load(), products, chosen)
        self.stdout.write(f"{len(chosen)} photographs, {len(products)} products; recall@1, @5, @12")
        for way, recall in results.items():
            figures = zip(recall.means, recall.margins, strict=True)
            self.stdout.write(f"  {way:22} " + "  ".join(f"{mean:.3f} ± {margin:.3f}" for mean, margin in figures))
