"""Puts a backup in the place of what the shop has, after everything is looked at that could be wrong with it."""

import gzip
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from django.core.files.base import File
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from tqdm import tqdm

from catalog.models import Product
from catalog.pictures.media import media
from fashionsite.backups import postgres
from fashionsite.backups.manifest import BackupProblem, Manifest, digest_of, digests_in, read

BYTES_AT_ONCE = 1 << 20
AT_ONCE = 8
"""Files that are stored beside each other"""
SECONDS_TO_GO = 2
"""So long PostgreSQL may count a program that has ended, like the one that took a backup"""


def restore_backup(folder: Path, *, replace: bool) -> Manifest:
    """Restores the backup in a folder; over products only where they are to be replaced.

    The files come first, which disturb nobody; then the database, in one transaction; then what newer versions of the
    shop have changed in it. Raises BackupProblem, PostgresProblem and OSError; before the last step the shop is then
    what it was.
    """
    manifest = read(folder)
    _check_versions(manifest)
    _check_shop(replace=replace)
    _check_digests(folder, manifest)
    _copy_files(folder, manifest)
    postgres.load(_sql(folder, manifest))
    connection.close()
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return manifest


def _check_versions(manifest: Manifest) -> None:
    """Raises BackupProblem where this shop, or its PostgreSQL, is older than the backup's."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if unknown := sorted(set(manifest.migrations) - known):
        raise BackupProblem(
            f"This backup is newer than this shop, or of one with other settings: {unknown[0]} is unknown here. "
            f"Install version {manifest.version} of the shop, or a newer one, with the same settings."
        )
    if manifest.postgresql > postgres.major_version():
        raise BackupProblem(
            f"This backup is of PostgreSQL {manifest.postgresql}, and here is {postgres.major_version()}: "
            "restore it to a server that is no older."
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT default_version FROM pg_available_extensions WHERE name = 'vector'")
        available = next(iter(cursor.fetchone() or ()), "0")
    if _numbers(available) < _numbers(manifest.pgvector):
        raise BackupProblem(
            f"This backup is of pgvector {manifest.pgvector}, and here is {available}: update pgvector first."
        )


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdecimal()]


def _check_shop(*, replace: bool) -> None:
    """Raises BackupProblem where somebody would lose something, or is at work."""
    if not replace and Product._meta.db_table in connection.introspection.table_names() and Product.objects.exists():
        raise BackupProblem("This shop has products. With --replace they, and all else that it has, are replaced.")
    deadline = time.monotonic() + SECONDS_TO_GO
    while (others := _other_connections()) and time.monotonic() < deadline:
        time.sleep(0.1)
    if others:
        raise BackupProblem(
            f"The shop is at work ({others} connections): stop its web servers, workers and beat first."
        )


def _other_connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user "
            "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


def _check_digests(folder: Path, manifest: Manifest) -> None:
    """Raises BackupProblem where a file is not what was backed up."""
    whole = [(manifest.database_digest, manifest.database), (manifest.files_digest, manifest.files)]
    _check(folder, whole)
    _check(folder, tqdm(list(digests_in(folder / manifest.files)), desc="Checking", unit="file", disable=None))


def _check(folder: Path, digests: Iterable[tuple[str, str]]) -> None:
    for digest, name in digests:
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise BackupProblem(f"This backup names a file outside of its folder: {name}.")
        if not path.is_file() or digest_of(path) != digest:
            raise BackupProblem(f"{path} is missing or damaged; nothing was restored. Take another backup.")


def _copy_files(folder: Path, manifest: Manifest) -> None:
    names = [name.removeprefix("media/") for _, name in digests_in(folder / manifest.files)]
    sizes = {name: (folder / "media" / name).stat().st_size for name in names}
    # One of the same name and size is the same: names are digests.
    for file in media.walk():
        if sizes.get(file.name) == file.size:
            del sizes[file.name]
    needed, free = sum(sizes.values()), media.free_bytes
    if free is not None and needed > free:
        raise BackupProblem(f"MEDIA_ROOT has {free >> 20} MB free, and the files need {needed >> 20} MB.")
    with ThreadPoolExecutor(AT_ONCE) as pool:
        saved = pool.map(partial(_save, folder), sizes)
        deque(tqdm(saved, total=len(sizes), desc="Files", unit="file", disable=None), maxlen=0)
    if sizes:
        media.flush()


def _save(folder: Path, name: str) -> None:
    with (folder / "media" / name).open("rb") as stream:
        media.save(name, File(stream))


def _sql(folder: Path, manifest: Manifest) -> Iterator[bytes]:
    bar = tqdm(desc="Database", total=manifest.sql_bytes, unit="B", unit_scale=True, disable=None)
    missing = manifest.sql_bytes
    with gzip.open(folder / manifest.database) as stream, bar:
        while chunk := stream.read(BYTES_AT_ONCE):
            yield chunk
            missing -= len(chunk)
            bar.update(len(chunk))
    if missing > 0:
        raise BackupProblem(f"{folder / manifest.database} ends too early; the database was not changed.")
