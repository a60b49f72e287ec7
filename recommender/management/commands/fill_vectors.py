"""Copies the embeddings to Milvus."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from recommender import copying
from recommender.models import Encoder, VectorCollection
from recommender.vectors import VectorsAway


class Command(BaseCommand):
    help = (
        "Copies to the Milvus that the setting VECTORS names what it does not have of the embeddings. The workers do "
        "this too, every minute. It may be stopped, and goes on when it is run again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anew", action="store_true", help="drops what is there first, and copies everything")

    def handle(self, *, anew: bool, **_) -> None:
        if not settings.VECTORS:
            raise CommandError("The setting VECTORS names no Milvus, so there is nothing to fill: docs/vectors.md.")
        try:
            if anew:
                copying.drop(VectorCollection.objects.all())
            waiting = sum(copying.uncopied(encoder).count() for encoder in Encoder.objects.at_work())
            with tqdm(total=waiting, desc="Copying", unit="embedding") as bar:
                for copied in copying.follow():
                    bar.update(copied)
        except VectorsAway as error:
            raise CommandError(f"Milvus cannot be asked: {error}. Run this again when it can.") from error
        self.stdout.write("Milvus has all embeddings.")
