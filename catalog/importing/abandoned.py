"""Imports that nobody goes on with, and what undoing the batches of programs would need: both are kept for a month."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction

from catalog.importing import batches, jobs, uploads
from catalog.importing.models import ImportChange, ImportIssue, ImportJob

KEPT = timedelta(days=30)


def sweep(now: datetime) -> None:
    """Ends previews that nobody confirmed, deletes the files of what stands still, and forgets old batches."""
    for job in ImportJob.objects.standing_still(now - KEPT):
        with suppress(jobs.NotNow):
            _give_up(job)
    _forget_batches(now - KEPT)


def _give_up(job: ImportJob) -> None:
    """Raises NotNow where somebody goes on with it just now."""
    if job.state == ImportJob.State.READY:
        jobs.cancel(job)
    with transaction.atomic():
        jobs.hold(job, job.state)
        uploads.discard(job)


@transaction.atomic
def _forget_batches(before: datetime) -> None:
    """A batch whose pictures came from addresses keeps its row, which these belong to."""
    old = ImportJob.objects.filter(styles=batches.FILE, finished_at__lt=before, state__in=("done", "undone"))
    for model in (ImportChange, ImportIssue):
        model.objects.filter(job__in=old).delete()
    old.filter(picture_addresses=None).delete()
