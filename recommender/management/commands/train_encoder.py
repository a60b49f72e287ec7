"""Trains an encoder on a catalogue and registers it, if it sees better than the one in use."""

import re
import shutil
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from catalog.importing.pictures import Pictures
from catalog.importing.tables import UnusableFile
from recommender import registry
from recommender.encoders import PictureEncoder, load_file
from recommender.encoders.fashion import TRAINABLE
from recommender.measuring.products import Products, load_products
from recommender.measuring.retrieval import EvaluationSet, score
from recommender.training import HOW_TO_INSTALL, RUN_WEIGHTS, is_installed

FEWEST_HELD_OUT = 20
SHIPPED_NAME = "fashion-resnet"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,60}")


class Command(BaseCommand):
    help = (
        "Trains an encoder on your own products and registers it beside the active one, unless it sees worse: a tenth "
        "of the products is held out to measure that."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--styles", type=Path, required=True, help="styles.csv")
        parser.add_argument("--images", type=Path, required=True, help="a zip or a folder of <id>.jpg")
        parser.add_argument(
            "--from", dest="start", default=SHIPPED_NAME, help="the encoder to begin with: the shipped one, or your own"
        )
        parser.add_argument("--minutes", type=float, default=60, help="how long to train (60)")
        parser.add_argument("--name", type=_name, default="own", help="what to call the new encoder (own)")

    def handle(self, styles: Path, images: Path, start: str, minutes: float, name: str, **_) -> None:
        if not is_installed():
            raise CommandError(HOW_TO_INSTALL)
        weights = _weights(start)
        try:
            products = load_products(styles, images)
            with Pictures(images) as source:
                self._train(products, source, minutes, weights, name)
        except (UnusableFile, OSError) as error:
            raise CommandError(str(error)) from error

    def _train(self, products: Products, source: Pictures, minutes: float, start: Path, name: str) -> None:
        held_out = EvaluationSet(products.split()[1], source)
        if len(held_out.products) < FEWEST_HELD_OUT:
            raise CommandError(
                f"{len(products)} products with a picture are too few; 300 or more leave enough to measure with"
            )
        to_beat = self._score("in use", held_out, registry.active_encoder().load())
        # Keras takes seconds to import, and a mistake is told without it.
        from recommender.training.batches import Batches
        from recommender.training.export import load, quantise
        from recommender.training.material import Material
        from recommender.training.training import train

        folder = _folder(f"{name}-unfinished")
        shutil.rmtree(folder, ignore_errors=True)
        train(Material(products), folder, minutes=minutes, start=start)
        self.stdout.write("Quantising and measuring")
        trained = load_file(quantise(load(folder / RUN_WEIGHTS), Batches(products.split()[0])))
        if self._score("trained", held_out, trained) <= to_beat:
            raise CommandError("the trained encoder sees no better than the one in use, so it was not registered")
        registered = registry.register(name, trained)
        shutil.rmtree(_folder(name), ignore_errors=True)
        folder.rename(_folder(name))
        self.stdout.write(f"{registered} is registered; `manage.py switch_encoder {name}` puts it to use")

    def _score(self, name: str, held_out: EvaluationSet, picture_encoder: PictureEncoder) -> float:
        """Tells the figures, and returns the one number of them all."""
        figures = held_out.figures(picture_encoder)
        line = ", ".join(f"{figure} {value:.3f}" for figure, value in figures.items())
        self.stdout.write(f"{name:>8}: {line}; score {score(figures):.4f}")
        return score(figures)


def _name(text: str) -> str:
    if not NAME.fullmatch(text) or text in settings.ENCODERS:
        raise ArgumentTypeError(f"take letters, digits and hyphens, and none of {', '.join(settings.ENCODERS)}")
    return text


def _folder(name: str) -> Path:
    return settings.VAR_DIR / "training" / name


def _weights(name: str) -> Path:
    path = TRAINABLE if name == SHIPPED_NAME else _folder(name) / RUN_WEIGHTS
    if not path.exists():
        own = (path.parent.name for path in _folder("").glob(f"*/{RUN_WEIGHTS}"))
        raise CommandError(f"there are no weights of {name!r}; --from is one of: {', '.join([SHIPPED_NAME, *own])}")
    return path
