"""Whose turn it is: one import at a time, in one process at a time."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from catalog.importing.advancing import advance
from catalog.importing.sample import ImportGoesOn, remove_sample
from catalog.locking import Lock, alone
from tests.catalog.importing.life import State, started
from tests.pictures import write_catalogue

pytestmark = pytest.mark.django_db


def test_only_one_import_runs_at_a_time(tmp_path):
    styles, images = write_catalogue(tmp_path, 1)
    started(styles, images, state=State.RUNNING)
    with pytest.raises(IntegrityError), transaction.atomic():
        started(styles, images, state=State.RUNNING)


@pytest.mark.django_db(transaction=True)
def test_while_one_process_imports_another_one_does_not_nor_removes_the_sample(tmp_path):
    started(*write_catalogue(tmp_path, 1), state=State.QUEUED)
    answers = []

    def ask_elsewhere() -> None:
        answers.append(advance())
        try:
            remove_sample()
        except ImportGoesOn as error:
            answers.append(str(error))
        connection.close()

    with alone(Lock.IMPORT) as is_mine:
        assert is_mine
        thread = threading.Thread(target=ask_elsewhere)
        thread.start()
        thread.join()
    assert answers == [False, "An import is at work. Remove the sample when it is done."]
    assert advance()


def test_a_file_that_went_away_fails_the_job_and_not_the_worker(tmp_path):
    job = started(tmp_path / "none.csv", tmp_path, state=State.QUEUED)
    assert advance()
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert "none.csv" in job.error
    assert not advance()
