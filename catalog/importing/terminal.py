"""Imports at the terminal: a bar of rows, and a report of what came of them."""

from functools import partial
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError
from tqdm import tqdm

from catalog.importing.advancing import import_catalog
from catalog.importing.collecting import collect
from catalog.importing.models import ImportJob
from catalog.importing.signals import wait_for_pictures
from catalog.importing.tables import UnusableFile

GONE = (
    "The database went away. What was imported stays, and a worker goes on with the rest when it is back; the same "
    "command again follows it."
)


def import_with_progress(command: BaseCommand, styles: Path, images: Path | None, wait: bool) -> None:
    """Imports with a bar and prints every issue and a summary; `wait` stays until every picture can be searched for.

    Pictures whose addresses the table names are fetched here, then. Raises CommandError when the files cannot be used,
    and when the database goes away.
    """
    try:
        _import(command, styles, images, wait)
    except (OperationalError, InterfaceError) as error:
        raise CommandError(GONE) from error


def _import(command: BaseCommand, styles: Path, images: Path | None, wait: bool) -> None:
    for path in (styles, images):
        if path and not path.exists():
            raise CommandError(f"{path} does not exist")
    try:
        with tqdm(desc="Importing", unit="row") as bar:
            job = import_catalog(styles, images, partial(_show, bar))
    except (UnusableFile, OSError) as error:
        raise CommandError(str(error)) from error
    if wait:
        while collect():
            pass
        job.refresh_from_db()
    for issue in job.issues.all():
        where = f"line {issue.line}, id {issue.sku or '?'}: " if issue.line else ""
        command.stderr.write(f"{where}{issue.reason}")
    if job.issues_left_out:
        command.stderr.write(f"{job.issues_left_out} more issues are counted and not kept")
    command.stdout.write(
        f"{job.rows} rows: {job.created} new, {job.updated} changed, {job.unchanged} unchanged, "
        f"{job.rejected} rejected; {sum(job.issue_counts.values())} issues"
    )
    if waiting := job.picture_addresses.waiting().count():
        trouble = f" ({job.fetching_trouble})" if job.fetching_trouble else ""
        command.stdout.write(f"{waiting} pictures are still to be fetched{trouble}; a worker goes on with them")
    if wait:
        wait_for_pictures.send(ImportJob, job=job, command=command)


def _show(bar: tqdm, job: ImportJob) -> None:
    bar.total = job.total
    bar.update(job.rows - bar.n)
