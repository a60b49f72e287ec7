"""What staff have done with an import: confirmed, cancelled, resumed, too late."""

import pytest

from catalog.importing import jobs, running, undoing
from catalog.importing.advancing import advance
from catalog.importing.models import ImportJob
from catalog.models import Product
from tests.catalog.importing.life import State, finished, previewed, started
from tests.pictures import write_catalogue

pytestmark = pytest.mark.django_db


def test_without_the_repair_its_rows_are_rejected(mixed):
    job = previewed(*mixed)
    jobs.confirm(job, repair=False, archive_missing=False)
    job = finished(job)
    assert (job.created, job.updated, job.unchanged, job.rejected) == (4, 2, 16, 4)
    assert job.issues.get(kind="too many columns").sku == "8"


def test_cancelling_keeps_what_is_done_and_going_on_does_the_rest(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "ROWS_PER_BATCH", 4)
    job = started(*write_catalogue(tmp_path, 20), state=State.QUEUED)
    advance(seconds=0)
    job.refresh_from_db()
    done = job.rows
    assert 0 < done < 20
    jobs.cancel(job)
    assert not advance()
    assert Product.objects.count() == done
    jobs.resume(job)
    assert finished(job).state == State.DONE
    assert (job.rows, job.created) == (20, 20)
    assert Product.objects.count() == 20


def test_a_job_that_is_deleted_meanwhile_says_so(tmp_path):
    job = previewed(*write_catalogue(tmp_path, 2))
    other = ImportJob.objects.get(pk=job.pk)
    steps = (
        lambda: jobs.confirm(job, repair=False, archive_missing=False),
        lambda: jobs.remap(job, {"sku": 0}),
        lambda: jobs.cancel(job),
        lambda: jobs.resume(job),
        lambda: jobs.undo(job),
        lambda: undoing.give_back(job),
        lambda: running.run_slice(job, 1.0),
    )
    other.delete()
    for step in steps:
        with pytest.raises(jobs.NotNow, match="deleted meanwhile"):
            step()


def test_a_button_that_comes_too_late_says_so(tmp_path):
    job = finished(started(*write_catalogue(tmp_path, 2), state=State.QUEUED))
    for late in (jobs.cancel, jobs.resume):
        with pytest.raises(jobs.NotNow, match="This import is done by now"):
            late(job)
