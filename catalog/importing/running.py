"""A slice of an import: as many batches of rows as fit in some seconds, each in one transaction with its place."""

import time
from functools import partial
from itertools import islice

from django.db import transaction
from django.utils import timezone

from catalog.importing import jobs, uploads
from catalog.importing.models import ImportJob
from catalog.importing.pictures import Pictures, close_pictures, open_pictures
from catalog.importing.reading import RowIssue, RowReader, StyleRow, refuse_repeated
from catalog.importing.sample import delete_sample
from catalog.importing.tables import Place
from catalog.importing.writing import (
    ROWS_PER_BATCH,
    Categories,
    archive,
    missing_products,
    plan_batch,
    write_changes,
    write_issues,
    write_rows,
)
from catalog.models import Product
from catalog.pictures import storage

KEPT_WITHOUT_ROW = 1000
State = ImportJob.State
PROGRESS = ("place", "rows", "created", "updated", "unchanged", "rejected")


def run_slice(job: ImportJob, seconds: float) -> None:
    """Goes on with a job that is queued or running for a while.

    Raises UnusableFile and OSError for its files, and NotNow when it was cancelled in the meantime.
    """
    if job.state == State.QUEUED:
        _begin(job)
    job.check_table()
    started, categories, pictures = time.monotonic(), Categories(), open_pictures(job.pictures)
    reader = RowReader(job.table, job.mapping, job.repair)
    with job.table.records() as records:
        rows = map(reader.read, records)
        while batch := list(islice(rows, ROWS_PER_BATCH)):
            _write_batch(job, batch, records.place, pictures, categories)
            if time.monotonic() - started > seconds:
                return
    _end(job, pictures)
    close_pictures()


@transaction.atomic
def _begin(job: ImportJob) -> None:
    jobs.hold(job, State.QUEUED)
    if not job.rows:
        # A file in a folder may be another one since it was previewed.
        job.detect()
        refused = open_pictures(job.pictures).refused
        write_issues(job, (RowIssue(None, "", "refused file", f"{file.name} {file.reason}") for file in refused))
    job.state, job.run_at, job.run_from = State.RUNNING, timezone.now(), job.rows
    job.save()


@transaction.atomic
def _write_batch(
    job: ImportJob, batch: list[StyleRow | RowIssue], place: Place, pictures: Pictures, categories: Categories
) -> None:
    jobs.hold(job, State.RUNNING)
    taken = job.rows_taken.filter(sku__in=[row.sku for row in batch])
    rows = refuse_repeated(batch, dict(taken.values_list("sku", "line")))
    plan = plan_batch(rows, Product.objects.select_for_update(of=("self",)), pictures, storage.store)
    write_changes(job, plan.changes, categories)
    write_issues(job, plan.issues)
    write_rows(job, plan.rows)
    job.move_to(place)
    job.rows += plan.counts.rows
    job.created += plan.counts.new
    job.updated += plan.counts.changed
    job.unchanged += plan.counts.unchanged
    job.rejected += plan.counts.rejected
    job.save(update_fields=PROGRESS)


@transaction.atomic
def _end(job: ImportJob, pictures: Pictures) -> None:
    jobs.hold(job, State.RUNNING)
    named = job.named_skus()
    if job.remove_sample:
        delete_sample(Product.objects.of_the_sample().exclude(sku__in=named))
    reason = "a picture came for this id, but no row"
    without_row = islice(pictures.of_others(named), KEPT_WITHOUT_ROW)
    write_issues(job, (RowIssue(None, sku[:64], "no row", reason) for sku in without_row))
    if job.archive_missing:
        missing = list(missing_products(named).select_for_update(of=("self",)))
        archive(job, missing)
        job.archived = len(missing)
    job.rows_taken.all().delete()
    job.state, job.total, job.finished_at = State.DONE, job.rows, timezone.now()
    job.save()
    transaction.on_commit(partial(uploads.discard, job))
