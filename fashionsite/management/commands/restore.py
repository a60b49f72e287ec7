"""Restores a backup."""

import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fashionsite.backups.manifest import BackupProblem
from fashionsite.backups.postgres import PostgresProblem
from fashionsite.backups.restoring import restore_backup


class Command(BaseCommand):
    help = "Puts a backup in the place of all that the shop has. Its web servers, workers and beat must be stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder of a backup")
        parser.add_argument("--replace", action="store_true", help="even where the shop has products")

    def handle(self, folder: Path, replace: bool, **_) -> None:
        began = time.monotonic()
        try:
            manifest = restore_backup(folder, replace=replace)
        except (BackupProblem, PostgresProblem, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored in {time.monotonic() - began:.0f} s: the shop as it was at {manifest.made_at}")
