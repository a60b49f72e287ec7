"""Imports that start by themselves: each source that is due is looked at, and imported where it is not as it was.

What is due stands in the database. A look that finds other files in a folder than the one before leaves them alone, as
somebody may be writing them; they are imported when they have stayed the same for a while. The job that then starts is
like any other: it makes its preview, and confirms itself, unless that shows something that a person should see first.
"""

import hashlib
import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from catalog.fetching import Unchanged, UnfetchableAddress, Version, fetch_changed
from catalog.importing import jobs, uploads
from catalog.importing.models import ImportJob, ImportSource
from catalog.importing.preview import Outcome
from catalog.importing.querysets import TRIES
from catalog.importing.tables import UnusableFile
from catalog.models import Product
from catalog.numbers import grouped

SETTLED = timedelta(seconds=50)
"""How long files must have stayed the same before they are imported."""
LOOK_AGAIN = timedelta(minutes=5)
LOOKED = ("looked_at", "note", "due_at", "stamp", "stamped_at", "version", "failures")
MOST_COUNTED = 1000
"""Looks in vain; more are no worse."""
MOST_REJECTED = MOST_ARCHIVED = 0.1
"""The share of the rows, and of the shop's products, from which on a person is asked."""
State = ImportJob.State


def look_at_due(now: datetime) -> None:
    """Looks at every source that is due, and goes on with previews that were left before they were confirmed."""
    for source in ImportSource.objects.due(now):
        # Of two processes that look at once only one has it, and whoever dies at it lets others look again soon.
        if ImportSource.objects.filter(pk=source.pk, due_at=source.due_at).update(due_at=now + LOOK_AGAIN):
            _look_at(source, now)
    for job in ImportJob.objects.to_confirm_themselves().select_related("source"):
        confirm_if_plain(job)


def run_now(source: ImportSource) -> None:
    """Has the source looked at, be it on or off."""
    ImportSource.objects.filter(pk=source.pk).update(due_at=timezone.now())


def _look_at(source: ImportSource, now: datetime) -> None:
    source.looked_at, source.note = now, ""
    try:
        if before := source.jobs.unfinished().first():
            source.note = gettext("Import {number} is not done yet.").format(number=before.pk)
        elif source.address:
            source.note = _import_address(source)
        elif _has_settled(source, now):
            source.note = _import_folder(source)
    except (UnusableFile, UnfetchableAddress, OSError) as error:
        source.note = gettext("Nothing was imported: {error}").format(error=error)[:1000]
        is_passing = isinstance(error, UnfetchableAddress) and error.is_temporary
        source.failures = min(max(source.failures + 1, 0 if is_passing else TRIES), MOST_COUNTED)
    else:
        source.failures, source.is_failure_told = 0, False
    if 0 < source.failures < TRIES:
        source.due_at = now + LOOK_AGAIN
    elif source.note:
        source.plan(now)
    else:
        source.due_at, source.note = (
            now,
            gettext("Its files are new. They are imported when nobody has written them for a minute."),
        )
    # Who mails a failure notes that meanwhile.
    source.save(update_fields=LOOKED if source.failures else (*LOOKED, "is_failure_told"))


def _has_settled(source: ImportSource, now: datetime) -> bool:
    """Whether the files are as an earlier look found them. Raises UnusableFile."""
    stamp = hashlib.sha256(b"\n".join(_stamps(uploads.find_folder(source.folder)))).hexdigest()
    if stamp != source.stamp:
        source.stamp, source.stamped_at = stamp, now
    return source.stamped_at is not None and now - source.stamped_at >= SETTLED


def _import_folder(source: ImportSource) -> str:
    """What came of the look. Raises UnusableFile and OSError."""
    styles, pictures = uploads.find_in_folder(source.folder)
    digest = _digest_of(Path(styles))
    if note := _nothing_new(source, digest):
        return note
    job = _new_job(source, digest, styles=styles, pictures=pictures)
    return gettext("Import {number} was started.").format(number=job.pk)


def _import_address(source: ImportSource) -> str:
    """What came of the look. Raises UnfetchableAddress and OSError."""
    limit, seconds = uploads.TABLE_BYTES_LIMIT, uploads.SECONDS
    try:
        content, version = fetch_changed(source.address, limit, _known_version(source), "table", seconds)
    except Unchanged:
        return _nothing_new(source)
    source.version = {"address": source.address, "told": version}
    digest = hashlib.sha256(content).hexdigest()
    if note := _nothing_new(source, digest):
        return note
    with transaction.atomic():
        job = _new_job(source, digest, address=source.address)
        uploads.keep_table(job, content)
        job.save()
    return gettext("Import {number} was started.").format(number=job.pk)


def _known_version(source: ImportSource) -> Version:
    """Of what was fetched last from this address, and imported without a failure; of anything else none."""
    newest = source.jobs.first()
    if newest is None or newest.state == State.FAILED or source.version.get("address") != source.address:
        return Version()
    return Version(*source.version["told"])


def _nothing_new(source: ImportSource, digest: str = "") -> str:
    """That the files are those of the last import; "" where their digest is another, or where that failed."""
    last = source.jobs.exclude(state=State.FAILED).first()
    return (
        gettext("Nothing is new since import {number}.").format(number=last.pk)
        if last and digest in ("", last.digest)
        else ""
    )


def _new_job(source: ImportSource, digest: str, **files: Any) -> ImportJob:
    return ImportJob.objects.create(source=source, digest=digest, state=State.READING, confirms_itself=True, **files)


def _stamps(folder: Path, without: Path | None = None) -> Iterator[bytes]:
    """A line for each file anywhere in the folder: its name, its size and when it was written."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path != without:
            found = path.stat()
            yield os.fsencode(path.relative_to(folder)) + f" {found.st_size} {found.st_mtime_ns}".encode()


def _digest_of(table: Path) -> str:
    """Of what is in the table, whenever it was written, and of how the files around it look from outside."""
    with table.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
    for stamp in _stamps(table.parent, without=table):
        digest.update(stamp)
    return digest.hexdigest()


def confirm_if_plain(job: ImportJob) -> None:
    """Confirms a previewed job that is to confirm itself, or leaves that to staff and tells them why."""
    if not job.confirms_itself or job.source is None:
        return
    outcome = job.preview.outcome if job.preview else None
    try:
        if reason := _reason_to_wait(outcome, job.source.archive_missing):
            jobs.wait_for_a_person(job, gettext("It waits for you, as {reason}.").format(reason=reason))
        else:
            jobs.confirm(job, repair=True, archive_missing=job.source.archive_missing)
    except jobs.NotNow:
        # Somebody has been faster.
        return


def _reason_to_wait(outcome: Outcome | None, archives: bool) -> str:
    if outcome is None:
        return gettext("no column is known to hold the products' ids")
    rows, rejected, missing = outcome.counts.rows, outcome.counts.rejected, outcome.missing
    archived = outcome.leaving + (missing if archives else 0)
    if not rows:
        return gettext("its table has no rows")
    if rejected > MOST_REJECTED * rows:
        return gettext("{rejected} of {rows} rows would be rejected").format(
            rejected=grouped(rejected), rows=grouped(rows)
        )
    in_the_shop = Product.objects.in_the_shop().of_the_merchant().count()
    if archives and missing and outcome.lost:
        return gettext("{lost} rows cannot be read, and may be of the {missing} products that it would archive").format(
            lost=grouped(outcome.lost), missing=grouped(missing)
        )
    if archived > MOST_ARCHIVED * in_the_shop:
        return gettext("it would archive {missing} of the shop's {in_the_shop} products").format(
            missing=grouped(archived), in_the_shop=grouped(in_the_shop)
        )
    return ""
