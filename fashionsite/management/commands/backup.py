"""Backs the shop up."""

import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from fashionsite.backups.making import make_backup
from fashionsite.backups.manifest import BackupProblem
from fashionsite.backups.postgres import PostgresProblem


class Command(BaseCommand):
    help = "Writes the database and the pictures to a folder, while the shop goes on. Again, it copies what is new."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="an empty folder, or that of an earlier backup")

    def handle(self, folder: Path, **_) -> None:
        began = time.monotonic()
        try:
            manifest = make_backup(folder)
        except (BackupProblem, PostgresProblem, OSError) as error:
            raise CommandError(str(error)) from error
        for name in manifest.missing:
            self.stderr.write(f"missing, or damaged, in the shop already: {name}")
        database = (folder / manifest.database).stat().st_size
        self.stdout.write(
            f"Backed up in {time.monotonic() - began:.0f} s: a database of {database / 1e6:.1f} MB, and "
            f"{manifest.files_count} files of {manifest.files_bytes / 1e6:.1f} MB"
        )
