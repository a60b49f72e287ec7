"""Makes a backup while the shop goes on.

The database is dumped at a snapshot, and the files are copied afterwards. A file is written before the row that names
it is saved, never changes, and is not deleted with its row but by a sweep, which stays away meanwhile; so what the
snapshot names is still there then. The next backup of the same folder copies only the files that have come since.
"""

import gzip
import os
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePath

import fasteners
from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import FileField
from django.utils import timezone
from tqdm import tqdm

from catalog.pictures import naming
from catalog.pictures.media import MediaFile, media
from fashionsite.backups import postgres
from fashionsite.backups.manifest import NAME, BackupProblem, Manifest, digest_of
from fashionsite.metrics import version

COMPRESSION = 3
DIGEST = re.compile(r"[0-9a-f]{64}")
MADE_AGAIN = "renditions/"
LOCK = ".lock"
AT_ONCE = 8
"""Files that are copied beside each other; a bucket takes its time to answer, and a disk does not mind."""


def make_backup(folder: Path) -> Manifest:
    """Makes a backup in an empty folder, or in the place of the one that is there, which counts until this is whole.

    Raises BackupProblem, PostgresProblem and OSError.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (folder / NAME).exists() and any(path.name != LOCK for path in folder.iterdir()):
        raise BackupProblem(f"{folder} holds something that is no backup. Name an empty folder, or one of a backup.")
    lock = fasteners.InterProcessLock(folder / LOCK)
    if not lock.acquire(blocking=False):
        raise BackupProblem(f"Another backup is being made in {folder}.")
    try:
        return _make(folder)
    finally:
        lock.release()


def _make(folder: Path) -> Manifest:
    stamp = f"{timezone.now():%Y%m%dT%H%M%S}"
    database, listing = folder / f"database-{stamp}.sql.gz", folder / f"files-{stamp}.sha256"
    _check_space(folder)
    with naming.held():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute(
                "SELECT pg_export_snapshot(), (SELECT extversion FROM pg_extension WHERE extname = 'vector')"
            )
            snapshot, pgvector = cursor.fetchone()
            named, migrations = _named_files(), MigrationRecorder(connection).applied_migrations()
            sql_bytes = _dump(snapshot, database)
        copied = _copy_files(folder)
    listing.write_text("".join(f"{digest}  {name}\n" for name, (digest, _) in copied.items()))
    os.sync()
    manifest = Manifest(
        made_at=timezone.now().isoformat(timespec="seconds"),
        version=version(),
        postgresql=postgres.major_version(),
        pgvector=pgvector,
        migrations=sorted(f"{app}.{name}" for app, name in migrations),
        database=database.name,
        database_digest=digest_of(database),
        sql_bytes=sql_bytes,
        files=listing.name,
        files_digest=digest_of(listing),
        files_count=len(copied),
        files_bytes=sum(size for _, size in copied.values()),
        missing=sorted(name for name in named if f"media/{name}" not in copied),
    )
    manifest.write(folder)
    _forget_earlier(folder, manifest, copied)
    return manifest


def _check_space(folder: Path) -> None:
    """Raises BackupProblem where the disk may not hold what is new."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        (needed,) = cursor.fetchone()
    needed += sum(file.size for file in _files() if not _place(folder, file).exists())
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise BackupProblem(f"{folder} has {free >> 20} MB free, and a backup may need {needed >> 20} MB.")


def _named_files() -> set[str]:
    """The names, in the media storage, of all files that rows name."""
    fields = [field for model in apps.get_models() for field in model._meta.fields if isinstance(field, FileField)]
    return {
        name for field in fields for name in field.model._default_manager.values_list(field.name, flat=True) if name
    }


def _dump(snapshot: str, path: Path) -> int:
    """Writes the database's SQL and returns how many bytes it has."""
    written = 0
    bar = tqdm(desc="Database", unit="B", unit_scale=True, disable=None)
    with gzip.open(path, "wb", COMPRESSION) as stream, bar:
        for chunk in postgres.dump(snapshot):
            written += stream.write(chunk)
            bar.update(len(chunk))
    return written


def _copy_files(folder: Path) -> dict[str, tuple[str, int]]:
    """(Digest, bytes) of each file that the folder has now, by its name there."""
    files = sorted(_files())
    with ThreadPoolExecutor(AT_ONCE) as pool:
        digests = pool.map(lambda file: _copy(file, _place(folder, file)), files)
        told = tqdm(zip(files, digests, strict=True), total=len(files), desc="Files", unit="file", disable=None)
        return {f"media/{file.name}": (digest, file.size) for file, digest in told if digest}


def _files() -> Iterator[MediaFile]:
    """The files of the media storage, without what can be made again."""
    for file in media.walk():
        if not file.name.startswith(MADE_AGAIN) and not PurePath(file.name).name.startswith("."):
            yield file


def _place(folder: Path, file: MediaFile) -> Path:
    """Where a file belongs in the folder."""
    return folder / "media" / file.name


def _copy(file: MediaFile, target: Path) -> str | None:
    """The digest of the copied file; None where it is gone by now, or is not (yet) what its name says."""
    said = target.stem if DIGEST.fullmatch(target.stem) else None
    if said and target.exists() and target.stat().st_size == file.size:
        return said
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f"{target.name}.new")
    try:
        with media.open(file.name) as source, aside.open("wb") as stream:
            shutil.copyfileobj(source, stream)
    except FileNotFoundError:
        aside.unlink(missing_ok=True)
        return None
    digest = digest_of(aside)
    if said not in (None, digest):
        aside.unlink()
        return None
    aside.replace(target)
    return digest


def _forget_earlier(folder: Path, manifest: Manifest, copied: dict[str, tuple[str, int]]) -> None:
    for pattern in ("database-*.sql.gz", "files-*.sha256"):
        for path in folder.glob(pattern):
            if path.name not in (manifest.database, manifest.files):
                path.unlink()
    for path in (folder / "media").rglob("*"):
        if path.is_file() and path.relative_to(folder).as_posix() not in copied:
            path.unlink()
