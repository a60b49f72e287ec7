"""The pictures that come with a catalogue, in zips and folders, by the sku that their file names say."""

import stat
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from catalog.importing.tables import UnusableFile

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".bmp", ".tif", ".tiff"})
ARCHIVE_SUFFIXES = frozenset({".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar"})
BYTES_LIMIT = 30 * 1024 * 1024
RATIO_LIMIT = 100
"""Pictures are compressed already; what unpacks to more than a hundredfold is made to fill a disk."""
RATIO_MATTERS_FROM = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that came with the pictures and is not touched, and why."""

    name: str
    reason: str


class _Zipped(NamedTuple):
    archive: zipfile.ZipFile
    entry: zipfile.ZipInfo

    @property
    def name(self) -> str:
        return self.entry.filename


class Pictures:
    """The pictures of zips and folders by sku: the file name without folder and suffix; the first of a name counts.

    `refused` are the entries that a shop should not touch. Raises UnusableFile when a path is neither zip nor folder.
    Use it as a context manager.
    """

    def __init__(self, *places: Path):
        self.refused: list[Refused] = []
        self._archives: list[zipfile.ZipFile] = []
        self._files: dict[str, Path | _Zipped] = {}
        try:
            for place in places:
                self._take_folder(place) if place.is_dir() else self._take_archive(place)
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self) -> "Pictures":
        return self

    def __exit__(self, *_) -> None:
        for archive in self._archives:
            archive.close()

    def __len__(self) -> int:
        return len(self._files)

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __contains__(self, sku: str) -> bool:
        return sku in self._files

    def of_others(self, skus: Collection[str]) -> Iterator[str]:
        """The pictures that came for none of these."""
        return (sku for sku in self if sku not in skus)

    def suffix(self, sku: str) -> str:
        """The suffix of a picture's file: ".jpg"."""
        return PurePosixPath(self._files[sku].name).suffix

    def read(self, sku: str) -> bytes:
        """The bytes of a picture's file. Raises OSError, with the reason, when they cannot be had."""
        file = self._files[sku]
        size = file.stat().st_size if isinstance(file, Path) else file.entry.file_size
        if size > BYTES_LIMIT:
            raise OSError(f"the picture has {size / 1e6:.0f} MB; the limit is {BYTES_LIMIT / 1e6:.0f} MB")
        try:
            return file.read_bytes() if isinstance(file, Path) else file.archive.read(file.entry)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
            raise OSError(f"the zip's entry cannot be unpacked: {error}") from error

    def _take_folder(self, folder: Path) -> None:
        for path in sorted(folder.rglob("*")):
            if path.is_symlink():
                self.refused.append(Refused(str(path.relative_to(folder)), "is a link"))
            elif path.is_file():
                self._take(path)

    def _take_archive(self, path: Path) -> None:
        try:
            archive = zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as error:
            raise UnusableFile(f"{path.name} is neither a folder nor a readable zip: {error}") from error
        self._archives.append(archive)
        for entry in archive.infolist():
            if entry.is_dir():
                continue
            if reason := _reason_to_refuse(entry):
                self.refused.append(Refused(entry.filename, reason))
            else:
                self._take(_Zipped(archive, entry))

    def _take(self, file: Path | _Zipped) -> None:
        name = PurePosixPath(file.name)
        if name.suffix.lower() in SUFFIXES and not name.name.startswith("."):
            self._files.setdefault(name.stem, file)


def open_pictures(places: Iterable[str]) -> Pictures:
    """The same pictures again while their places are as they were, as it takes long to list them.

    They stay open in this process until others are asked for, or for `close_pictures`. Raises UnusableFile.
    """
    paths = map(Path, places)
    return _open_pictures(tuple((path, path.stat().st_mtime_ns if path.exists() else 0) for path in paths))


def close_pictures() -> None:
    """Lets go of what `open_pictures` has kept open."""
    _open_pictures.cache_clear()


@lru_cache(maxsize=1)
def _open_pictures(places: tuple[tuple[Path, int], ...]) -> Pictures:
    return Pictures(*(path for path, _ in places))


def _reason_to_refuse(entry: zipfile.ZipInfo) -> str | None:
    name = PurePosixPath(entry.filename.replace("\\", "/"))
    if name.is_absolute() or (name.parts and name.parts[0].endswith(":")):
        return "has an absolute path"
    if ".." in name.parts:
        return "climbs out of the archive"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a link"
    if entry.flag_bits & 0x1:
        return "is encrypted"
    if name.suffix.lower() in ARCHIVE_SUFFIXES:
        return "is an archive in the archive; upload it by itself"
    if entry.file_size > RATIO_MATTERS_FROM and entry.file_size > RATIO_LIMIT * max(entry.compress_size, 1):
        return f"unpacks to {entry.file_size // max(entry.compress_size, 1)} times its size"
    return None
