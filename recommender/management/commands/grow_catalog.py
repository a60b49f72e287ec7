"""Grows a shop to any number of products, to measure it."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from recommender.measuring import growth


class Command(BaseCommand):
    help = (
        "Copies the shop's products, with other skus and names and noise on their vectors, until there are so many. "
        "For a shop that is measured and thrown away: stop its workers before, there is no way back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--products", type=int, required=True, help="how many there are to be")
        parser.add_argument(
            "--without-embeddings", action="store_true", help="copies are found by words and filters, not by look"
        )
        parser.add_argument("--memory", default="2GB", help="to make the index of the vectors in; a million takes 1GB")
        parser.add_argument("--yes", action="store_true", help="even where the shop is not run with DEBUG=1")

    def handle(self, products: int, without_embeddings: bool, memory: str, yes: bool, **_) -> None:
        if not (settings.DEBUG or yes):
            raise CommandError("This fills the shop with copies. Run it with DEBUG=1, or with --yes if that is meant.")
        if not without_embeddings:
            growth.drop_indexes()
        try:
            for size in growth.grow(products, with_embeddings=not without_embeddings):
                self.stdout.write(f"{size:,} products")
        except growth.NothingToCopy as error:
            raise CommandError("The shop has no product to copy: import some first.") from error
        finally:
            if not without_embeddings:
                growth.make_indexes(memory)
        growth.tidy()
