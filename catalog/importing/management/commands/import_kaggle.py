"""Downloads the Kaggle data set and imports it."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from catalog.importing.terminal import import_with_progress

DATA_SET = "paramaggarwal/fashion-product-images-small"


class Command(BaseCommand):
    help = f"Downloads {DATA_SET} from Kaggle (needs internet, about 600 MB) and imports it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--wait", action="store_true", help="return when every picture is embedded")

    def handle(self, wait: bool, **_) -> None:
        try:
            import kagglehub
        except ImportError as error:
            raise CommandError(
                "Downloading needs kagglehub: pip install kagglehub, or pip install -r requirements.txt."
            ) from error
        try:
            folder = Path(kagglehub.dataset_download(DATA_SET))
        except Exception as error:
            # kagglehub has no exception of its own: requests', urllib3's and the disk's all arrive here.
            raise CommandError(f"{DATA_SET} cannot be downloaded: {error}") from error
        import_with_progress(self, folder / "styles.csv", folder / "images", wait)
