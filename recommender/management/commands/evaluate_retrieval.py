"""Reports how well encoders see a catalogue."""

from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from catalog.importing.pictures import Pictures
from catalog.importing.tables import UnusableFile
from recommender import registry
from recommender.encoders import PictureEncoder, load_encoder
from recommender.measuring.labelled_photos import lines, read_photos
from recommender.measuring.products import load_products
from recommender.measuring.report import write_report
from recommender.measuring.retrieval import EvaluationSet
from recommender.measuring.whole_photos import WholePhotos
from recommender.models import Mark

FEWEST_PRODUCTS = 20


class Command(BaseCommand):
    help = (
        "Compares encoders on a catalogue: how many of the nearest products agree in type, colour and gender, how many "
        "photo-like distortions find their product, and how many photos that people took find their type."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--styles", type=Path, required=True, help="styles.csv")
        parser.add_argument("--images", type=Path, required=True, help="a zip or a folder of <id>.jpg")
        parser.add_argument("--encoder", action="append", help="a name, as often as you like; the shipped one if none")
        parser.add_argument("--report", type=Path, required=True, help="the folder to write the report to")
        parser.add_argument(
            "--held-out", action="store_true", help="only the tenth of the products that the training leaves out"
        )
        parser.add_argument("--photos", type=Path, help="a zip or a folder of photos that people took")
        parser.add_argument("--labels", type=Path, help="a table of them: file, label, sender")
        parser.add_argument("--kinds", type=Path, help="TOML: the article types that are right for each label")

    def handle(
        self,
        styles: Path,
        images: Path,
        encoder: list[str] | None,
        report: Path,
        held_out: bool,
        photos: Path | None,
        labels: Path | None,
        kinds: Path | None,
        **_,
    ) -> None:
        if bool(photos) != bool(labels):
            raise CommandError("give --photos with --labels")
        try:
            encoders = {name: _load(name) for name in encoder or [settings.ENCODER]}
            products = load_products(styles, images)
            if held_out:
                products = products.split()[1]
            if len(products) < FEWEST_PRODUCTS:
                raise CommandError(f"{len(products)} products with a picture are too few to measure anything")
            labelled = read_photos(labels, kinds, held_out) if labels else []
            with Pictures(images) as source, Pictures(*filter(None, [photos])) as taken:
                evaluation = EvaluationSet(products, source)
                whole_photos = WholePhotos(labelled, taken, products)
                results = write_report(evaluation, encoders, report, Mark.objects.pairs(), whole_photos)
        except (UnusableFile, OSError, ImportError, registry.UnknownEncoder) as error:
            raise CommandError(str(error)) from error
        for name, result in results.items():
            self.stdout.write(f"{name}: {result['milliseconds']:.2f} ms a picture, HNSW {result['index_recall']:.4f}")
            if result["marks"]["pairs"]:
                self.stdout.write(
                    "  {heeded} of {pairs} pairs that shoppers marked are kept apart".format(**result["marks"])
                )
            for figure, (mean, margin) in result["figures"].items():
                self.stdout.write(f"  {figure:16} {mean:.3f} ± {margin:.3f}")
            if result["photos"]["photos"]:
                self.stdout.write("  {photos} photos that {people} people took".format(**result["photos"]))
                self.stdout.write("\n".join(lines(result["photos"]["ways"])))
        self.stdout.write(f"{len(products)} products; the report is {report / 'index.html'}")


def _load(name: str) -> PictureEncoder:
    return load_encoder(name) if name in settings.ENCODERS else registry.find(name).load()
