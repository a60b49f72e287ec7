"""The pictures that come with a catalogue, in zips and folders; `owners` says whose they are."""

import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext

from catalog.importing.tables import UnusableFile, printable
from catalog.importing.zips import BROKEN, Archive
from catalog.numbers import grouped
from catalog.pictures.decoding import ALL_SUFFIXES, begins_as_picture

ARCHIVE_SUFFIXES = frozenset({".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar"})
NO_PICTURES = ARCHIVE_SUFFIXES | {".csv", ".tsv", ".txt", ".xlsx", ".xml"}
"""What may lie beside pictures in the folder of an import"""
BYTES_LIMIT = 30 * 1024 * 1024
BYTES_AT_ONCE = 1024 * 1024
RATIO_LIMIT = 100
"""Pictures are compressed already; what unpacks to more than a hundredfold is made to fill a disk."""
RATIO_MATTERS_FROM = 1024 * 1024
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Of the other ways to pack, none can be unpacked in pieces of a known size."""
IS_UTF8 = 0x800
START_BYTES = 64
NAME_LIMIT = 1000
"""Characters of a path in a zip"""
OF_THE_SYSTEM = re.compile(r"(^|/)(\.|__MACOSX/|Thumbs\.db$|desktop\.ini$|ehthumbs)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that came with the pictures and is not touched, and why."""

    name: str
    reason: str


class _Zipped(NamedTuple):
    archive: Archive
    entry: zipfile.ZipInfo


@dataclass(frozen=True)
class PictureFile:
    """A file that may be a picture.

    `readings` are the paths that its name may mean, parted by slashes, the likeliest first; there are several where a
    zip does not say in which characters it writes its names.
    """

    source: Path | _Zipped
    readings: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.readings[0]

    @cached_property
    def stem(self) -> str:
        return stems_of(self.name)[0]

    @property
    def suffix(self) -> str:
        """Like .JPG"""
        return written_suffix(self.name)

    @property
    def has_known_suffix(self) -> bool:
        return self.suffix.lower() in ALL_SUFFIXES

    def read(self) -> bytes:
        """Raises OSError, with the reason, when the bytes cannot be had."""
        size = self.source.stat().st_size if isinstance(self.source, Path) else self.source.entry.file_size
        if size > BYTES_LIMIT:
            raise OSError(
                gettext("the picture has {size:.0f} MB; the limit is {most:.0f} MB").format(
                    size=size / 1e6, most=BYTES_LIMIT / 1e6
                )
            )
        return self.read_start(size)

    def read_start(self, count: int) -> bytes:
        """Up to so many bytes. Raises OSError likewise."""
        if isinstance(self.source, Path):
            with self.source.open("rb") as stream:
                return stream.read(count)
        try:
            with self.source.archive.open(self.source.entry) as stream:
                # An entry may unpack to more than it says; asked for in pieces, no more than that is unpacked.
                content = bytearray()
                while part := stream.read(min(BYTES_AT_ONCE, count - len(content))):
                    content += part
                return bytes(content)
        except (*BROKEN, RuntimeError, EOFError, zlib.error) as error:
            raise OSError(gettext("the zip's entry cannot be unpacked: {error}").format(error=error)) from error


class Pictures:
    """The pictures of zips and folders, by the stem of their names; of several of one stem the first one counts.

    `refused` are the entries that a shop should not touch. Raises UnusableFile when a path is neither zip nor folder.
    Use it as a context manager.
    """

    def __init__(self, *places: Path):
        self.refused: list[Refused] = []
        self.files: list[PictureFile] = []
        self._places = places
        self._archives: list[Archive] = []
        self._of_the_system = 0
        try:
            for place in places:
                self._take_folder(place) if place.is_dir() else self._take_archive(place)
        except BaseException:
            self.__exit__()
            raise
        if self._of_the_system:
            name = gettext("{number} files").format(number=self._of_the_system)
            self.refused.append(Refused(name, gettext("are an operating system's own, like __MACOSX, and no pictures")))

    def __enter__(self) -> "Pictures":
        return self

    def __exit__(self, *_) -> None:
        for archive in self._archives:
            archive.close()

    def __len__(self) -> int:
        return len(self.files)

    def __iter__(self) -> Iterator[str]:
        return (file.stem for file in self._by_stem.values())

    def __contains__(self, stem: str) -> bool:
        return folded(stem) in self._by_stem

    def read(self, stem: str) -> bytes:
        """The bytes of a picture's file. Raises OSError, with the reason, when they cannot be had."""
        return self._by_stem[folded(stem)].read()

    @cached_property
    def _by_stem(self) -> dict[str, PictureFile]:
        return {folded(file.stem): file for file in reversed(self.files)}

    def _take_folder(self, folder: Path) -> None:
        for path in sorted(folder.rglob("*")):
            name = printable(path.relative_to(folder).as_posix())
            if path.is_symlink():
                self.refused.append(Refused(name, gettext("is a link")))
            elif path.is_file() and not self._is_known(path, folder):
                self._take(PictureFile(path, (_with_slashes(name),)))

    def _is_known(self, path: Path, folder: Path) -> bool:
        """Whether it is the table of the import, or another of its places."""
        return path in self._places or (path.parent == folder and path.suffix.lower() in NO_PICTURES)

    def _take_archive(self, path: Path) -> None:
        try:
            archive = Archive(path)
        except BROKEN as error:
            raise UnusableFile(
                gettext("{file} is neither a folder nor a readable zip: {error}").format(file=path.name, error=error)
            ) from error
        self._archives.append(archive)
        for entry in archive.infolist():
            readings = _readings(entry)
            # A folder ends with a slash, and what has no name is nothing.
            if not entry.filename or entry.filename.endswith(("/", "\\")):
                continue
            if reason := _reason_to_refuse(entry, readings[0]):
                self.refused.append(Refused(printable(entry.filename), reason))
            else:
                self._take(PictureFile(_Zipped(archive, entry), readings))

    def _take(self, file: PictureFile) -> None:
        if OF_THE_SYSTEM.search(file.name):
            self._of_the_system += 1
        elif file.has_known_suffix or self._is_picture(file):
            self.files.append(file)

    def _is_picture(self, file: PictureFile) -> bool:
        """Where its suffix says nothing, its first bytes do."""
        try:
            if begins_as_picture(file.read_start(START_BYTES)):
                return True
            self.refused.append(Refused(file.name, gettext("is no picture")))
        except OSError as error:
            self.refused.append(Refused(file.name, gettext("cannot be read: {error}").format(error=error)))
        return False


def folded(text: str) -> str:
    """A name as it is compared: any case, any Unicode form, without signs that nobody sees."""
    if text.isascii():
        return " ".join(text.lower().split())
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return " ".join("".join(sign for sign in composed if unicodedata.category(sign) != "Cf").split())


def stems_of(name: str) -> list[str]:
    """What a file's name without its suffix may be, the likeliest first: some suffix is none, some id has one."""
    whole = stem = name.rpartition("/")[2].strip(" .")
    while (suffix := written_suffix(stem)) and suffix.lower() in ALL_SUFFIXES:
        stem = stem[: -len(suffix)].rstrip()
    if stem != whole:
        return [stem, whole]
    return [whole, whole[: -len(suffix)].rstrip()] if suffix else [whole]


def written_suffix(name: str) -> str:
    """Like .JPG; as `PurePath.suffix`, many times as fast."""
    stem, dot, suffix = name.rpartition("/")[2].strip(" .").rpartition(".")
    return dot + suffix if stem else ""


def _with_slashes(name: str) -> str:
    return name.replace("\\", "/")


def _readings(entry: zipfile.ZipInfo) -> tuple[str, ...]:
    """The paths that an entry's name may mean: programs of Windows and old ones do not say how they write letters."""
    name = entry.filename
    if name.isascii() or entry.flag_bits & IS_UTF8:
        return (_with_slashes(name),)
    try:
        written = name.encode("cp437")
    except UnicodeEncodeError:
        return (_with_slashes(name),)
    readings = []
    for encoding in ("utf-8", "cp437", "cp850", "cp1252"):
        try:
            readings.append(_with_slashes(written.decode(encoding)))
        except UnicodeDecodeError:
            continue
    return tuple(dict.fromkeys(readings))


def _reason_to_refuse(entry: zipfile.ZipInfo, name: str) -> str | None:
    if len(name) > NAME_LIMIT:
        return gettext("has a name of more than {most} characters").format(most=grouped(NAME_LIMIT))
    parts = name.split("/")
    if name.startswith("/") or parts[0].endswith(":"):
        return gettext("has an absolute path")
    if ".." in parts:
        return gettext("climbs out of the archive")
    if stat.S_ISLNK(entry.external_attr >> 16):
        return gettext("is a link")
    if entry.flag_bits & 0x1:
        return gettext("is encrypted")
    if written_suffix(name).lower() in ARCHIVE_SUFFIXES:
        return gettext("is an archive in the archive; upload it by itself")
    if entry.compress_type not in PACKED:
        return gettext("is packed in a way that is not the usual one of zips; pack it again")
    if entry.file_size > RATIO_MATTERS_FROM and entry.file_size > RATIO_LIMIT * max(entry.compress_size, 1):
        return gettext("unpacks to {times} times its size").format(times=entry.file_size // max(entry.compress_size, 1))
    return None
