"""Draws the sample catalogue and imports it."""

import tempfile
from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand

from catalog.importing.models import ImportJob
from catalog.importing.terminal import import_with_progress
from catalog.models import Product
from catalog.sample.catalogue import write_catalogue


class Command(BaseCommand):
    help = "Draws the sample catalogue, some three hundred products, and imports it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing when the shop has products, or has ever had some"
        )
        parser.add_argument("--wait", action="store_true", help="return when every picture is embedded")

    def handle(self, if_empty: bool, wait: bool, **_) -> None:
        if if_empty and (Product.objects.exists() or ImportJob.objects.ended().exists()):
            return
        with tempfile.TemporaryDirectory() as folder:
            styles, images = write_catalogue(Path(folder))
            import_with_progress(self, styles, images, wait)
