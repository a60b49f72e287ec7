"""Zips from outside, opened: a list of files is read only where it is no longer than an honest one's."""

import io
import struct
import zipfile
from pathlib import Path

from django.utils.translation import gettext

from catalog.importing.tables import UnusableFile
from catalog.numbers import grouped

ENTRIES_LIMIT = 150_000
"""A million take 700 MB"""
LIST_LIMIT = 64 * 1024 * 1024
ENTRY = b"PK\x01\x02"
BROKEN = (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, struct.error)
"""What zipfile raises for a zip that it cannot open"""


class Archive(zipfile.ZipFile):
    """A zip, open for reading. Raises UnusableFile where it holds too many files, and what BROKEN says."""

    _stream: "_Stream | None" = None

    def __init__(self, path: Path):
        self._stream = _Stream(io.FileIO(path))
        try:
            super().__init__(self._stream)
            if sum(entry.compress_size for entry in self.infolist()) > path.stat().st_size:
                raise zipfile.BadZipFile(gettext("its files lie over each other"))
        except _TooMany as error:
            self._stream.close()
            raise UnusableFile(
                gettext("{file} holds more files than the {most} that a zip may have; pack them into several").format(
                    file=path.name, most=grouped(ENTRIES_LIMIT)
                )
            ) from error
        except BaseException:
            self._stream.close()
            raise

    def close(self) -> None:
        super().close()
        if self._stream:
            self._stream.close()


class _TooMany(Exception):
    pass


class _Stream(io.BufferedReader):
    """The list of files is read in one piece, and only then becomes an object for each of them."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > LIST_LIMIT:
            raise _TooMany
        content = super().read(size)
        if content.startswith(ENTRY) and content.count(ENTRY) > ENTRIES_LIMIT:
            raise _TooMany
        return content
