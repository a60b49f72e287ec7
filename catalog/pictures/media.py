"""The media storage: a folder, or a bucket that several machines share; Django's, and what the shop needs besides."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple, cast

from django.core.files.storage import Storage, default_storage


class MediaFile(NamedTuple):
    """A file of the media storage as a listing has it."""

    name: str
    size: int
    """In bytes"""
    modified: float
    """When it was last written or brought again, in seconds since 1970"""


class MediaStorage(Storage):
    """A file is there whole or not at all, and one of the same name takes its place. All methods raise OSError."""

    def keep(self, name: str, content: bytes) -> bool:
        """Whether a file named by its digest had to be written, as it was not there in full; else it is as if new."""
        raise NotImplementedError

    def flush(self) -> None:
        """Waits until no power cut takes away what was written. One call for many files is as dear as for one."""
        raise NotImplementedError

    def walk(self, folder: str = "") -> Iterator[MediaFile]:
        """All files below a folder, in any order; no link is followed."""
        raise NotImplementedError

    def delete_old(self, names: Iterable[str], before: datetime) -> int:
        """Deletes those of the files that were last written or brought until then, and returns how many."""
        raise NotImplementedError

    def delete_abandoned(self) -> None:
        """Deletes what a process was writing when it was killed."""
        raise NotImplementedError

    def probe(self) -> None:
        """Stores something, and takes it away."""
        raise NotImplementedError

    @property
    def free_bytes(self) -> int | None:
        """How much there is room for; None where nobody knows a bound."""
        raise NotImplementedError


media = cast(MediaStorage, default_storage)
