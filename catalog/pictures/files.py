"""Files of the media storage that are there whole or not at all, whatever dies or fills up while they are written."""

import ctypes
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import IO

from django.conf import settings

ABANDONED_AFTER = timedelta(hours=1)
# Linux alone waits for one file system, and tells of its errors.
_sync_file_system = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)


def write(path: Path, write_to: Callable[[IO[bytes]], object]) -> None:
    """Writes a file aside and then puts it into its place. Raises OSError, and leaves nothing behind.

    It may be lost in a power cut until `flush` has returned.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = _unfinished()
    unfinished.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=unfinished)
    try:
        with os.fdopen(handle, "wb") as stream:
            write_to(stream)
        Path(aside).chmod(0o644)
        Path(aside).replace(path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise


def flush() -> None:
    """Waits until all that was written is on the disk, with its names. Raises OSError where it cannot be.

    One call for many files takes some 20 ms; asked for one by one they would take as long each.
    """
    if _sync_file_system is None:
        os.sync()
        return
    folder = os.open(settings.MEDIA_ROOT, os.O_RDONLY)
    try:
        if _sync_file_system(folder):
            raise OSError(number := ctypes.get_errno(), os.strerror(number))
    finally:
        os.close(folder)


def delete_abandoned() -> None:
    """Deletes what a process was writing when it was killed."""
    if not _unfinished().exists():
        return
    for path in _unfinished().iterdir():
        # Whoever was only slow may have finished it just now.
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > ABANDONED_AFTER.total_seconds():
                path.unlink()


def _unfinished() -> Path:
    """On the file system of the files themselves, so that they can be moved into their places in one step."""
    return Path(settings.MEDIA_ROOT, "unfinished")
