"""The media storage in a folder: files are there whole or not at all, whatever dies or fills up as they are written."""

import ctypes
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from catalog.pictures.media import MediaFile, MediaStorage

ABANDONED_AFTER = timedelta(hours=1)
UNFINISHED = "unfinished"
"""On the file system of the files themselves, so that they can be moved into their places in one step"""
# Linux alone waits for one file system, and tells of its errors.
_sync_file_system = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)


class Disk(FileSystemStorage, MediaStorage):
    """MEDIA_ROOT."""

    def __init__(self) -> None:
        super().__init__(allow_overwrite=True)

    def _save(self, name: str, content: File) -> str:
        """Writes it aside and then puts it into its place. It may be lost in a power cut until `flush` has returned."""
        self._write(self.path(name), content.chunks())
        return name

    def keep(self, name: str, content: bytes) -> bool:
        path = self.path(name)
        # What a power cut tore off may have its length all the same.
        if os.path.exists(path) and Path(path).read_bytes() == content:
            os.utime(path)
            return False
        self._write(path, [content])
        return True

    # An import writes as many files as it has pictures, and paths that are objects would take it twice as long.
    def _write(self, path: str, pieces: Iterable[bytes]) -> None:
        folders = os.path.join(self.location, UNFINISHED), os.path.dirname(path)
        for folder in folders:
            if not os.path.isdir(folder):
                os.makedirs(folder, exist_ok=True)
        aside = os.path.join(folders[0], uuid4().hex)
        try:
            with open(aside, "xb") as stream:
                os.fchmod(stream.fileno(), 0o644)
                stream.writelines(pieces)
            os.replace(aside, path)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise

    def flush(self) -> None:
        """Some 20 ms; asked for one by one, files would take as long each."""
        if _sync_file_system is None:
            os.sync()
            return
        folder = os.open(self.location, os.O_RDONLY)
        try:
            if _sync_file_system(folder):
                raise OSError(number := ctypes.get_errno(), os.strerror(number))
        finally:
            os.close(folder)

    def walk(self, folder: str = "") -> Iterator[MediaFile]:
        for place, _, names in os.walk(Path(self.location, folder)):
            within = Path(place).relative_to(self.location).as_posix()
            if within == UNFINISHED:
                continue
            for name in names:
                # It may be gone by now.
                with suppress(FileNotFoundError):
                    found = os.lstat(os.path.join(place, name))
                    if stat.S_ISREG(found.st_mode):
                        yield MediaFile(f"{within}/{name}".removeprefix("./"), found.st_size, found.st_mtime)

    def delete_old(self, names: Iterable[str], before: datetime) -> int:
        deleted = 0
        for name in names:
            path = Path(self.path(name))
            with suppress(FileNotFoundError):
                found = path.lstat()
                if stat.S_ISREG(found.st_mode) and found.st_mtime <= before.timestamp():
                    path.unlink()
                    deleted += 1
        return deleted

    def delete_abandoned(self) -> None:
        for path in self._unfinished.glob("*"):
            # Whoever was only slow may have finished it just now.
            with suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > ABANDONED_AFTER.total_seconds():
                    path.unlink()

    def probe(self) -> None:
        with tempfile.TemporaryFile(dir=self.location):
            pass

    @property
    def free_bytes(self) -> int:
        place = Path(self.location)
        return shutil.disk_usage(next(folder for folder in (place, *place.parents) if folder.exists())).free

    @property
    def _unfinished(self) -> Path:
        return Path(self.location, UNFINISHED)
