"""Embeds the whole catalogue with another encoder beside the active one, which it then replaces."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from recommender import querysets, registry


class Command(BaseCommand):
    help = "Has the workers embed every picture with another encoder; it becomes the active one when nothing waits."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("encoder", help="a name, or the beginning of a digest, as the admin shows them")

    def handle(self, encoder: str, **_) -> None:
        try:
            successor = registry.find(encoder)
        except (registry.UnknownEncoder, OSError, ImportError) as error:
            raise CommandError(str(error)) from error
        registry.start_filling(successor)
        waiting = querysets.waiting(successor).count()
        self.stdout.write(f"{waiting} pictures wait for {successor}; the searches go on with the active one until then")
