"""Measures how often photos find what they show: photos that people took, and photographs made of products."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path

import numpy as np
from django.core.management.base import BaseCommand, CommandError

from catalog.importing.pictures import Pictures
from catalog.importing.tables import UnusableFile
from recommender.measuring import photo_answers, photo_recall
from recommender.measuring.labelled_photos import lines, read_photos
from recommender.measuring.products import load_products
from recommender.measuring.shares import Share
from recommender.registry import active_encoder


class Command(BaseCommand):
    help = (
        "Searches the shop with photos that people took and tells how often they find their kind; photographs products "
        "before other backgrounds, searches a whole catalogue for them and tells the recall."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--photos", type=Path, action="append", help="a zip or a folder of photos; several if need be"
        )
        parser.add_argument("--labels", type=Path, help="a table of the photos: file, label, sender")
        parser.add_argument("--kinds", type=Path, help="TOML: the article types that are right for each label")
        parser.add_argument("--styles", type=Path, help="styles.csv of the products to photograph")
        parser.add_argument("--images", type=Path, help="a zip or a folder of their <id>.jpg")
        parser.add_argument("--photographs", type=int, default=1000, help="how many (1000)")
        parser.add_argument(
            "--held-out", action="store_true", help="only of the senders and the products that the training leaves out"
        )
        parser.add_argument("--out", type=Path, help="a file to write the figures to, as JSON")

    def handle(
        self,
        photos: list[Path] | None,
        labels: Path | None,
        kinds: Path | None,
        styles: Path | None,
        images: Path | None,
        photographs: int,
        held_out: bool,
        out: Path | None,
        **_,
    ) -> None:
        if bool(photos) != bool(labels) or bool(styles) != bool(images) or not (photos or styles):
            raise CommandError("give --photos with --labels, or --styles with --images, or all four")
        figures = {}
        try:
            if photos and labels:
                figures["photos"] = self._measure_photos(photos, labels, kinds, held_out)
            if styles and images:
                figures["made"] = self._measure_made(styles, images, photographs, held_out)
            if out:
                out.write_text(json.dumps(figures, indent=2) + "\n")
        except (UnusableFile, OSError) as error:
            raise CommandError(str(error)) from error

    def _measure_photos(self, places: list[Path], labels: Path, kinds: Path | None, held_out: bool) -> dict:
        photos = read_photos(labels, kinds, held_out)
        with Pictures(*places) as source:
            figures = photo_answers.measure(source, photos, active_encoder(), self.stderr.write)
        told = "{photos} photos that {people} people took, {scored} of kinds that the shop has; {products} products"
        self.stdout.write(told.format(**figures))
        self.stdout.write("\n".join(lines(figures["ways"])))
        for name, share in figures["what we see"].items():
            self._write_share(f"category, {name}", share)
        self._write_share("turned away", figures["turned away"])
        for name, share in figures["nothing"].items():
            self._write_share(f"nothing, {name}", share)
        for row in figures["labels"]:
            self.stdout.write("{label}: {photos} photos of {people} people".format(**row))
            self.stdout.write("\n".join(lines(row["ways"])))
        return figures

    def _write_share(self, name: str, share: dict | None) -> None:
        if share:
            self.stdout.write(f"  {name:22} {Share(**share)} of {share['count']}")

    def _measure_made(self, styles: Path, images: Path, photographs: int, held_out: bool) -> dict:
        products = load_products(styles, images)
        rows = np.nonzero(products.is_held_out)[0] if held_out else np.arange(len(products))
        chosen = np.random.default_rng(5).permutation(rows)[:photographs]
        if not len(chosen):
            raise CommandError("there is no product with a picture to photograph")
        results = photo_recall.measure(active_encoder().load(), products, chosen)
        self.stdout.write(f"{len(chosen)} photographs, {len(products)} products; recall@1, @5, @12")
        for way, recall in results.items():
            figures = zip(recall.means, recall.margins, strict=True)
            self.stdout.write(f"  {way:22} " + "  ".join(f"{mean:.3f} ± {margin:.3f}" for mean, margin in figures))
        return {way: asdict(recall) for way, recall in results.items()}
