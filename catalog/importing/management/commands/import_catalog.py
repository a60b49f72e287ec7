"""Imports a styles.csv with its pictures."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand

from catalog.importing.terminal import import_with_progress


class Command(BaseCommand):
    help = "Imports a styles.csv with its pictures; running it again changes only what has changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--styles", type=Path, required=True, help="styles.csv")
        parser.add_argument("--images", type=Path, help="a zip or a folder of <id>.jpg")
        parser.add_argument("--wait", action="store_true", help="return when every picture is embedded")

    def handle(self, styles: Path, images: Path | None, wait: bool, **_) -> None:
        import_with_progress(self, styles, images, wait)
