"""Takes the sample out of the shop."""

from django.core.management.base import BaseCommand, CommandError

from catalog.importing.sample import ImportGoesOn, remove_sample


class Command(BaseCommand):
    help = "Deletes the products of the drawn sample, and the categories that are empty without them."

    def handle(self, **_) -> None:
        try:
            self.stdout.write(f"{remove_sample()} products of the sample are gone.")
        except ImportGoesOn as error:
            raise CommandError(str(error)) from error
