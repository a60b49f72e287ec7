"""What uploads leave behind."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler, load_handler
from django.utils import timezone

from catalog.importing.models import ImportJob
from catalog.importing.tasks import sweep_uploads
from tests.processes import ROOT, environment

pytestmark = pytest.mark.django_db
UPLOAD = """
import django, os, signal
django.setup()
from catalog.importing.uploads import HeldFileUploadHandler
handler = HeldFileUploadHandler()
handler.new_file("photo", "killed.zip", "application/zip", None)
print(handler.file.temporary_file_path(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def _written(path: Path, ago: timedelta) -> Path:
    then = (timezone.now() - ago).timestamp()
    os.utime(path, (then, then))
    return path


def _upload(settings) -> TemporaryFileUploadHandler:
    """An upload that is under way."""
    handler = load_handler(settings.FILE_UPLOAD_HANDLERS[1], None)
    handler.new_file("pictures", "a.zip", "application/zip", None)
    return handler


def test_what_a_killed_process_left_goes_after_an_hour(settings):
    command = [sys.executable, "-c", UPLOAD]
    killed = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    left = _written(Path(killed.stdout.strip()), timedelta(minutes=59))
    assert left.parent == settings.FILE_UPLOAD_TEMP_DIR
    sweep_uploads()
    assert left.exists()
    _written(left, timedelta(minutes=61))
    sweep_uploads()
    assert not left.exists()


def test_an_upload_of_many_hours_stays(settings):
    upload = _upload(settings)
    path = _written(Path(upload.file.temporary_file_path()), timedelta(hours=9))
    sweep_uploads()
    assert path.exists()
    upload.file.close()


def test_folders_of_jobs_that_are_gone_or_ended_before_their_process_was_killed_go_too():
    job, gone = ImportJob.objects.create(), ImportJob.objects.create()
    done = ImportJob.objects.create(state=ImportJob.State.DONE)
    for one in (job, gone, done):
        one.folder.mkdir(parents=True, exist_ok=True)
        (one.folder / "rows.jsonl").touch()
        _written(one.folder, timedelta(hours=2))
    gone_folder = gone.folder
    gone.delete()
    sweep_uploads()
    assert job.folder.exists()
    assert not gone_folder.exists()
    assert not done.folder.exists()
