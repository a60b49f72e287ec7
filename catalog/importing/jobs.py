"""The states of an import, and what staff may have done with it in which of them."""

from django.utils import timezone
from django.utils.translation import gettext

from catalog.importing.models import ChosenColumns, ImportJob
from catalog.numbers import grouped

State = ImportJob.State
UNDOABLE = (State.DONE, State.CANCELLED, State.FAILED)


class NotNow(Exception):
    """The job is not in a state for this; the message says why."""


def confirm(job: ImportJob, repair: bool, archive_missing: bool, remove_sample: bool = False) -> None:
    """Starts what was previewed. Raises NotNow, also where lost rows may be of the products that would be archived."""
    lost = job.preview.outcome.lost if job.preview and job.preview.outcome else 0
    if archive_missing and lost:
        raise NotNow(
            gettext(
                "{rows} rows of the file cannot be read, and may be of the products that seem to be "
                "missing. Mend these rows and upload the file again, or leave the products as they are."
            ).format(rows=grouped(lost))
        )
    wishes = {"repair": repair, "archive_missing": archive_missing, "remove_sample": remove_sample}
    move(job, (State.READY,), State.QUEUED, error="", **wishes)


def wait_for_a_person(job: ImportJob, reason: str) -> None:
    """Leaves the confirmation of a job that would have confirmed itself to staff, and tells them why. Raises NotNow."""
    move(job, (State.READY,), State.READY, confirms_itself=False, error=reason)


def remap(job: ImportJob, mapping: dict[str, int], currency: str = "", links: str = "") -> None:
    """Reads the file again with other columns, currency or links, as the next file with its header is read.

    Raises NotNow.
    """
    anew = {"preview_json": None, "confirms_itself": False, "error": ""}
    move(job, (State.READY,), State.READING, mapping=mapping, currency=currency, links=links, **anew)
    ChosenColumns.objects.remember(job.header, mapping, currency, links)


def cancel(job: ImportJob) -> None:
    """Ends the job within a batch; what it has written stays. Raises NotNow."""
    states = (State.READING, State.READY, State.QUEUED, State.RUNNING)
    move(job, states, State.CANCELLED, finished_at=timezone.now())


def resume(job: ImportJob) -> None:
    """Goes on with a cancelled or failed job where it was; one that has written nothing is previewed again.

    Raises NotNow.
    """
    ended = (State.CANCELLED, State.FAILED)
    if job.run_at is None:
        move(job, ended, State.READING, finished_at=None, error="", told="", preview_json=None, confirms_itself=False)
    else:
        move(job, ended, State.QUEUED, finished_at=None, error="", told="")


def undo(job: ImportJob) -> None:
    """Has a worker give the products back what the job changed. Raises NotNow."""
    move(job, UNDOABLE, State.UNDOING, error="", told="")


def move(job: ImportJob, before: tuple[str, ...], after: str, **values: object) -> None:
    """In one step, so that of two who press a button at once only the first one is heard. Raises NotNow."""
    if not ImportJob.objects.filter(pk=job.pk, state__in=before).update(state=after, **values):
        raise _too_late(job)
    job.refresh_from_db()


def hold(job: ImportJob, state: str) -> None:
    """Keeps the job in this state until the end of the transaction. Raises NotNow when it is in another by now."""
    if not ImportJob.objects.select_for_update().filter(pk=job.pk, state=state).exists():
        raise _too_late(job)


def finish(job: ImportJob, state: str, error: str = "") -> None:
    """Ends the job, unless somebody has cancelled it."""
    ImportJob.objects.filter(pk=job.pk).exclude(state=State.CANCELLED).update(
        state=state, error=error, finished_at=timezone.now()
    )


def _too_late(job: ImportJob) -> NotNow:
    try:
        job.refresh_from_db()
    except ImportJob.DoesNotExist:
        return NotNow(gettext("This import was deleted meanwhile."))
    return NotNow(gettext("This import is {state} by now.").format(state=job.get_state_display().lower()))
