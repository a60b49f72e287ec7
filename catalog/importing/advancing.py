"""The turns of imports: one process at a time goes on for a while with the job whose turn it is.

How far a job is stands in the database and moves in the same transaction as the rows, so that whoever is killed at it
leaves nothing half done, and whoever comes next goes on exactly there.
"""

import time
from collections.abc import Callable
from pathlib import Path

from django.db import InterfaceError, OperationalError
from psycopg2.errors import DeadlockDetected

from catalog.importing import jobs, previewing, running, scheduling, undoing
from catalog.importing.models import ImportJob
from catalog.importing.owners import close_pictures
from catalog.importing.tables import UnusableFile
from catalog.locking import Lock, alone

SLICE_SECONDS = 2.0
State = ImportJob.State


def import_catalog(
    styles: Path, pictures: Path | None, tick: Callable[[ImportJob], object] = lambda job: None
) -> ImportJob:
    """Imports a catalogue without a preview, with columns of known names, or those that staff chose for its header.

    `tick` hears how far the job is.

    A worker may take part. Raises UnusableFile when the files cannot be used; the job is then marked as failed.
    """
    job = ImportJob.objects.create(styles=str(styles.resolve()), pictures=[str(pictures.resolve())] if pictures else [])
    while job.is_at_work:
        if not advance():
            # A worker is at it.
            time.sleep(0.2)
        job.refresh_from_db()
        tick(job)
    if job.state == State.FAILED:
        raise UnusableFile(job.error)
    return job


def advance(seconds: float = SLICE_SECONDS) -> bool:
    """Goes on for a while with the job whose turn it is. Returns False when there is none, or another process is at it.

    Only one process at a time imports, and it ends one job before the next, so that two imports never mix.
    """
    with alone(Lock.IMPORT) as is_mine:
        job = ImportJob.objects.at_work().first() if is_mine else None
        if job is None:
            close_pictures()
            return False
        try:
            _go_on(job, seconds)
        except jobs.NotNow:
            # Somebody has cancelled it.
            return True
        except (OperationalError, InterfaceError) as error:
            # The database went away, or of two that waited for each other it sent this one back: the job is where it
            # was, and somebody goes on with it.
            if isinstance(error.__cause__, DeadlockDetected):
                return True
            raise
        except (UnusableFile, OSError) as error:
            jobs.finish(job, State.FAILED, str(error))
        except Exception as error:
            jobs.finish(job, State.FAILED, f"{type(error).__name__}: {error}")
            raise
        return True


def _go_on(job: ImportJob, seconds: float) -> None:
    if job.state == State.READING:
        previewing.preview(job)
        scheduling.confirm_if_plain(job)
    elif job.state == State.UNDOING:
        undoing.give_back(job)
    else:
        running.run_slice(job, seconds)
