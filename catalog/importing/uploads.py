"""Where an import's files come from: uploads, kept on disk until the import is done, or a folder on the server."""

import os
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.utils.translation import gettext

from catalog.fetching import UnfetchableAddress, fetch
from catalog.importing.models import ImportJob
from catalog.importing.pictures import NO_PICTURES
from catalog.importing.tables import UnusableFile, printable

LEFT_ALONE = timedelta(hours=1)
"""How long files stay that nobody seems to need."""
TABLE_BYTES_LIMIT = 64 * 1024 * 1024
"""Of a table at an address"""
NAME_BYTES = 200
"""Of a file's name; disks take 255."""
SECONDS = 60.0
"""For the answer of an address; many shops write their tables only when they are asked for."""
TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xml"})


class HeldFileUploadHandler(TemporaryFileUploadHandler):
    """Holds a lock on each file for as long as its process lives and its request is answered."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        flock(self.file.fileno(), LOCK_SH)


def keep(job: ImportJob, styles: File, pictures: list[UploadedFile]) -> None:
    """Moves the uploads to the job's folder and names them in the job, which is not saved."""
    # Numbers come again when a database is made anew.
    discard(job)
    job.styles = str(_move(styles, job.folder / "styles"))
    keep_pictures(job, pictures)


def keep_pictures(job: ImportJob, pictures: Sequence[UploadedFile]) -> None:
    """Moves the uploads to folders of the job's and names them in the job, which is not saved."""
    # Two uploads may have the same name.
    job.pictures = [str(_move(upload, job.folder / f"pictures-{n}")) for n, upload in enumerate(pictures, 1)]


def keep_table(job: ImportJob, content: bytes) -> None:
    """Writes the table that lies at the job's address to its folder, and names it in the job, which is not saved."""
    keep(job, ContentFile(content, printable(job.file_name)), [])


def fetch_table(job: ImportJob) -> None:
    """Fetches the table of the job's address; the job is not saved. Raises UnusableFile and OSError."""
    try:
        content = fetch(job.address, TABLE_BYTES_LIMIT, wanted="table", seconds=SECONDS)
    except UnfetchableAddress as error:
        raise UnusableFile(str(error)) from error
    keep_table(job, content)


def discard(job: ImportJob) -> None:
    """Deletes what was uploaded for the job; a folder on the server stays."""
    shutil.rmtree(job.folder, ignore_errors=True)


def sweep(now: datetime) -> None:
    """Deletes uploads whose processes were killed, and folders of jobs that have ended or are no more."""
    for path in _left_alone(Path(settings.FILE_UPLOAD_TEMP_DIR), now):
        if path.is_file() and not _is_held(path):
            path.unlink(missing_ok=True)
    folders = {path.name: path for path in _left_alone(ImportJob(pk=0).folder.parent, now) if path.name.isdecimal()}
    jobs = ImportJob.objects.filter(pk__in=map(int, folders)).exclude(pk__in=ImportJob.objects.ended())
    for name in folders.keys() - {str(job.pk) for job in jobs.only("pk")}:
        shutil.rmtree(folders[name], ignore_errors=True)


def _left_alone(folder: Path, now: datetime) -> Iterator[Path]:
    """What lies in the folder, if there is one, and was last written more than an hour ago."""
    for path in folder.glob("*"):
        if path.lstat().st_mtime < (now - LEFT_ALONE).timestamp():
            yield path


def _is_held(path: Path) -> bool:
    with path.open("rb") as stream:
        try:
            flock(stream, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            return True
    return False


def find_folder(name: str) -> Path:
    """The folder of that name below IMPORT_ROOT, where no link leads out. Raises UnusableFile."""
    if settings.IMPORT_ROOT is None:
        raise UnusableFile(gettext("no folder for imports is set up; the setting IMPORT_ROOT names one"))
    root = settings.IMPORT_ROOT.resolve()
    folder = (root / name).resolve()
    # Unlike the path itself, os.path says of a name that is too long for the disk that there is no such folder.
    if not folder.is_relative_to(root) or not os.path.isdir(folder):
        raise UnusableFile(gettext("there is no folder {name!r} below the folder for imports").format(name=name))
    return folder


def find_in_folder(name: str) -> tuple[str, list[str]]:
    """(The table, the zips and folders with pictures) of a folder below IMPORT_ROOT. Raises UnusableFile."""
    folder = find_folder(name)
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and not path.is_symlink()]
    if nameless := [printable(path.name) for path in files if printable(path.name) != path.name]:
        raise UnusableFile(gettext("the name of {file} is no text; rename that file").format(file=nameless[0]))
    tables = [path for path in files if path.suffix.lower() in TABLE_SUFFIXES]
    if len(tables) != 1:
        names = ", ".join(path.name for path in tables) or "none"
        raise UnusableFile(
            gettext("the folder must hold one table (csv, xlsx or xml), but holds: {names}").format(names=names)
        )
    zips = [str(path) for path in files if path.suffix.lower() == ".zip"]
    has_pictures = any(path.is_file() and path.suffix.lower() not in NO_PICTURES for path in folder.rglob("*"))
    return str(tables[0]), [*zips, *([str(folder)] if has_pictures else [])]


def _short(name: str) -> str:
    """The end of a file's name, as long as any disk takes one: letters of many scripts are several bytes."""
    return name.encode()[-NAME_BYTES:].decode(errors="ignore")


def _move(upload: File, folder: Path) -> Path:
    folder.mkdir(parents=True)
    target = folder / _short(Path(upload.name or "upload").name)
    if hasattr(upload, "temporary_file_path"):
        os.replace(upload.temporary_file_path(), target)
        return target
    with target.open("wb") as stream:
        for chunk in upload.chunks():
            stream.write(chunk)
    return target
