"""A slice of an import: as many batches of rows as fit in some seconds, each in one transaction with its place."""

import time
from functools import partial
from itertools import islice

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from catalog.importing import jobs, uploads
from catalog.importing.collecting import note_addresses
from catalog.importing.models import ImportJob
from catalog.importing.own import Skus, skus_of
from catalog.importing.owners import Owned, close_pictures, open_pictures
from catalog.importing.reading import RowIssue, StyleRow, refuse_repeated
from catalog.importing.sample import delete_sample
from catalog.importing.writing import (
    ROWS_PER_BATCH,
    Categories,
    Change,
    Plan,
    archive,
    missing_products,
    plan_batch,
    tell_of_pictures,
    write_changes,
    write_issues,
    write_rows,
)
from catalog.models import Product
from catalog.numbers import grouped
from catalog.pictures import facts, naming, storage
from catalog.pictures.facts import Facts
from catalog.pictures.media import media

FILES_NAMED = 1000
"""So many files of each kind that are left out are named in the issues, the others counted."""
State = ImportJob.State
PROGRESS = ("place", "rows", "created", "updated", "unchanged", "rejected", "lost", "issue_counts")


def run_slice(job: ImportJob, seconds: float) -> None:
    """Goes on with a job that is queued or running for a while.

    Raises UnusableFile and OSError for its files, and NotNow when it was cancelled in the meantime.
    """
    if job.state == State.QUEUED:
        _begin(job)
    job.check_table()
    started, categories, skus = time.monotonic(), Categories(), skus_of(job.pk)
    skus.refresh()
    reader = job.reader(job.repair)
    _, owned = open_pictures(job.pictures, job.table, job.mapping, job.survey.damages)
    with job.table.records() as records:
        rows = (skus.as_known(reader.read(record)) for record in records)
        while batch := list(islice(rows, ROWS_PER_BATCH)):
            _write_batch(job, batch, records.place, owned, categories, skus)
            if time.monotonic() - started > seconds:
                return
    _end(job)
    close_pictures()


@transaction.atomic
def _begin(job: ImportJob) -> None:
    jobs.hold(job, State.QUEUED)
    if not job.rows:
        # A file in a folder may be another one since it was previewed.
        if job.is_written_again or not job.table.path.exists():
            job.detect()
        _note_files(job)
    job.state, job.run_at, job.run_from = State.RUNNING, timezone.now(), job.rows
    job.save()


def _note_files(job: ImportJob) -> None:
    """Names the files that are no product's picture, and why."""
    pictures, owned = open_pictures(job.pictures, job.table, job.mapping, job.survey.damages)
    refused = [*pictures.refused, *owned.left_out]
    write_issues(
        job, (RowIssue(None, "", "refused file", f"{file.name} {file.reason}") for file in refused[:FILES_NAMED])
    )
    write_issues(
        job,
        (
            RowIssue(
                None,
                file.stem[:64],
                "no row",
                gettext("{file}: a picture came for this id, but no row").format(file=file.name),
            )
            for file in owned.without_row[:FILES_NAMED]
        ),
    )
    for kind, named in (("refused file", refused), ("no row", owned.without_row)):
        if (more := len(named) - FILES_NAMED) > 0:
            write_issues(job, [RowIssue(None, "", kind, gettext("and {number} more files").format(number=more))])


@transaction.atomic
def _write_batch(
    job: ImportJob,
    batch: list[StyleRow | RowIssue],
    place: int,
    owned: Owned,
    categories: Categories,
    skus: Skus,
) -> None:
    jobs.hold(job, State.RUNNING)
    taken = job.rows_taken.filter(sku__in=[row.sku for row in batch])
    rows = refuse_repeated(batch, dict(taken.values_list("sku", "line")))
    plan = carry_out(job, rows, owned, categories, skus)
    write_rows(job, plan.rows)
    job.place = place
    job.save(update_fields=PROGRESS)


def carry_out(
    job: ImportJob, rows: list[StyleRow | RowIssue], owned: Owned, categories: Categories, skus: Skus | None
) -> Plan:
    """Writes what the rows come to; the job, which is not saved, counts it. Call it in a transaction.

    Without `skus` nobody asks whether a spreadsheet has damaged an id.
    """
    naming.hold()
    store = _Store()
    plan = plan_batch(rows, Product.objects.held(), owned, store, skus)
    write_changes(job, plan.changes, categories)
    store.finish(plan.changes)
    write_issues(job, plan.issues)
    note_addresses(job, plan.rows, plan.addresses)
    job.rows += plan.counts.rows
    job.created += plan.counts.new
    job.updated += plan.counts.changed
    job.unchanged += plan.counts.unchanged
    job.rejected += plan.counts.rejected
    return plan


class _Store:
    """Stores the pictures of a batch, and has them on the disk before the transaction that names them."""

    def __init__(self) -> None:
        self._written: set[str] = set()

    def look_at(self, content: bytes, told: str) -> tuple[str, Facts]:
        return facts.look_at(content, told)

    def keep(self, content: bytes, digest: str, suffix: str) -> str:
        if media.keep(name := storage.name_of(digest, suffix), content):
            self._written.add(digest)
        return name

    def finish(self, changes: list[Change]) -> None:
        """Call it in the transaction that makes these changes."""
        if self._written or any(change.has_other_pictures for change in changes):
            media.flush()
        # Their rows stay what they were, but the files that they name were gone or torn.
        told = [change.product.pk for change in changes]
        repaired = Product.objects.filter(image_digest__in=self._written).exclude(pk__in=told)
        tell_of_pictures(repaired.values_list("pk", flat=True))


@transaction.atomic
def _end(job: ImportJob) -> None:
    jobs.hold(job, State.RUNNING)
    named = job.named_skus()
    if job.remove_sample:
        delete_sample(Product.objects.of_the_sample().exclude(sku__in=named))
    if job.archive_missing and job.lost:
        reason = gettext("nothing was archived: {rows} rows cannot be read, and may be of any product").format(
            rows=grouped(job.lost)
        )
        write_issues(job, [RowIssue(None, "", "not archived", reason)])
    elif job.archive_missing:
        missing = list(missing_products(named).held())
        archive(job, missing)
        job.archived = len(missing)
    job.rows_taken.all().delete()
    job.state, job.total, job.finished_at = State.DONE, job.rows, timezone.now()
    job.save()
    transaction.on_commit(partial(uploads.discard, job))
