"""What a backup says of itself."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = "manifest.json"
FORMAT = 1


class BackupProblem(Exception):
    """Why a backup cannot be made or restored, and what to do."""


@dataclass(frozen=True)
class Manifest:
    """One backup of a folder. Files are named relative to the folder."""

    made_at: str
    version: str
    """The shop's"""
    postgresql: int
    """The major version of the server"""
    pgvector: str
    migrations: list[str]
    """As app.name"""
    database: str
    """A gzip of SQL"""
    database_digest: str
    """SHA-256, as all digests here"""
    sql_bytes: int
    files: str
    """A list of files under `media/` as sha256sum reads it"""
    files_digest: str
    files_count: int
    files_bytes: int
    missing: list[str]
    """Files that rows name and the shop had not, or not whole"""
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """From now on this is the folder's backup."""
        aside = folder / f"{NAME}.new"
        aside.write_text(json.dumps(asdict(self), indent=1) + "\n")
        aside.replace(folder / NAME)


def read(folder: Path) -> Manifest:
    """The manifest of the backup in a folder. Raises BackupProblem."""
    try:
        found = json.loads((folder / NAME).read_text())
        if found["format"] > FORMAT:
            raise BackupProblem("A newer version of the shop made this backup, in a way that this one cannot read.")
        return Manifest(**found)
    except FileNotFoundError as error:
        raise BackupProblem(f"There is no backup in {folder}: it has no {NAME}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BackupProblem(f"{folder / NAME} is damaged; take another backup.") from error


def digests_in(listing: Path) -> Iterator[tuple[str, str]]:
    """(Digest, name relative to the folder) of each line of a list of files."""
    with listing.open() as lines:
        for line in lines:
            digest, name = line.rstrip("\n").split("  ", 1)
            yield digest, name


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
