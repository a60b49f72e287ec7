"""Imports that start by themselves: each folder that is due is looked at, and imported where it is not as it was.

What is due stands in the database. A look that finds other files than the one before leaves them alone, as somebody
may be writing them; they are imported when they have stayed the same for a while. The job that then starts is like any
other: it makes its preview, and confirms itself, unless that shows something that a person should see first.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from catalog.importing import jobs, uploads
from catalog.importing.models import ImportJob, ImportSource
from catalog.importing.preview import Outcome
from catalog.importing.tables import UnusableFile
from catalog.models import Product

SETTLED = timedelta(seconds=50)
"""How long files must have stayed the same before they are imported."""
MOST_REJECTED = MOST_ARCHIVED = 0.1
"""The share of the rows, and of the shop's products, from which on a person is asked."""
State = ImportJob.State


def look_at_due(now: datetime) -> None:
    """Looks at every source that is due, and goes on with previews that were left before they were confirmed."""
    for pk in list(ImportSource.objects.due(now).values_list("pk", flat=True)):
        _look_at(pk, now)
    for job in ImportJob.objects.to_confirm_themselves().select_related("source"):
        confirm_if_plain(job)


def run_now(source: ImportSource) -> None:
    """Has the source looked at, be it on or off."""
    ImportSource.objects.filter(pk=source.pk).update(due_at=timezone.now())


@transaction.atomic
def _look_at(pk: int, now: datetime) -> None:
    """In one transaction, so that of two processes that look at once only one does."""
    source = ImportSource.objects.due(now).select_for_update(skip_locked=True).filter(pk=pk).first()
    if source is None:
        return
    source.looked_at = now
    before = source.jobs.unfinished().first()
    try:
        note = f"Import {before.pk} is not done yet." if before else _import_if_new(source, now)
    except (UnusableFile, OSError) as error:
        note = f"Nothing was imported: {error}."
    if note:
        source.note = note[:1000]
        source.plan(now)
    else:
        source.note = "Its files are new. They are imported when nobody has written them for a minute."
    source.save()


def _import_if_new(source: ImportSource, now: datetime) -> str:
    """Starts an import where the files are not as they were; what came of the look, "" while they may be being written.

    Raises UnusableFile and OSError.
    """
    styles, pictures = uploads.find_in_folder(source.folder)
    stamp = hashlib.sha256("\n".join(_stamps(Path(styles).parent)).encode()).hexdigest()
    if stamp != source.stamp:
        source.stamp, source.stamped_at = stamp, now
    if source.stamped_at is None or now - source.stamped_at < SETTLED:
        return ""
    digest = _digest_of(Path(styles))
    last = source.jobs.exclude(state=State.FAILED).first()
    if last and last.digest == digest:
        return f"Nothing is new since import {last.pk}."
    job = ImportJob.objects.create(
        source=source, digest=digest, styles=styles, pictures=pictures, state=State.READING, confirms_itself=True
    )
    return f"Import {job.pk} was started."


def _stamps(folder: Path, without: Path | None = None) -> Iterator[str]:
    """A line for each file anywhere in the folder: its name, its size and when it was written."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path != without:
            found = path.stat()
            yield f"{path.relative_to(folder)!s} {found.st_size} {found.st_mtime_ns}"


def _digest_of(table: Path) -> str:
    """Of what is in the table, whenever it was written, and of how the files around it look from outside."""
    with table.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
    for stamp in _stamps(table.parent, without=table):
        digest.update(stamp.encode())
    return digest.hexdigest()


def confirm_if_plain(job: ImportJob) -> None:
    """Confirms a previewed job that is to confirm itself, or leaves that to staff and tells them why."""
    if not job.confirms_itself or job.source is None:
        return
    outcome = job.preview.outcome if job.preview else None
    try:
        if reason := _reason_to_wait(outcome, job.source.archive_missing):
            jobs.wait_for_a_person(job, f"It waits for you, as {reason}.")
        else:
            jobs.confirm(job, repair=True, archive_missing=job.source.archive_missing)
    except jobs.NotNow:
        # Somebody has been faster.
        return


def _reason_to_wait(outcome: Outcome | None, archives: bool) -> str:
    if outcome is None:
        return "no column is known to hold the products' ids"
    rows, rejected, missing = outcome.counts.rows, outcome.counts.rejected, outcome.missing
    if not rows:
        return "its table has no rows"
    if rejected > MOST_REJECTED * rows:
        return f"{rejected:,} of {rows:,} rows would be rejected"
    in_the_shop = Product.objects.in_the_shop().count()
    if archives and missing > MOST_ARCHIVED * in_the_shop:
        return f"it would archive {missing:,} of the shop's {in_the_shop:,} products"
    return ""
