"""Reads a catalogue from outside: styles.csv into rows and row errors, a zip or a folder into pictures.

Nothing here touches the database; `writing` does.
"""

import csv
import io
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

COLUMNS = (
    "id",
    "gender",
    "masterCategory",
    "subCategory",
    "articleType",
    "baseColour",
    "season",
    "year",
    "usage",
    "productDisplayName",
)
PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
PICTURE_BYTES_LIMIT = 30 * 1024 * 1024
SKU = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
VALUE_LENGTH_LIMIT = 100
NAME_LENGTH_LIMIT = 255
YEARS = range(1900, 2101)
# A quote that is opened in one row and never closed would swallow the rest of the file; csv's own limit stops it.
csv.field_size_limit(128 * 1024)


class UnusableFile(Exception):
    """The file as a whole cannot be imported; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class StyleRow:
    """One product as styles.csv tells it. Empty values are empty strings, an empty year is None."""

    line: int
    sku: str
    gender: str
    master_category: str
    sub_category: str
    article_type: str
    base_colour: str
    season: str
    year: int | None
    usage: str
    name: str


@dataclass(frozen=True, slots=True)
class RowIssue:
    """A row, or a picture of a row, that could not be taken, and why."""

    line: int
    sku: str
    reason: str


class _BadRow(Exception):
    pass


def read_styles(path: Path) -> Iterator[StyleRow | RowIssue]:
    """The rows of a styles.csv in their order, each as a StyleRow or as the RowIssue that says what is wrong with it.

    Raises UnusableFile when the header lacks a column or the file is not UTF-8 text.
    """
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
        yield from _read_rows(stream)


def count_lines(path: Path) -> int:
    """The lines of a file, header included: what a progress bar counts down from."""
    with path.open("rb") as stream:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(1 << 20), b""))


def _read_rows(stream: io.TextIOBase) -> Iterator[StyleRow | RowIssue]:
    reader = csv.reader(stream)
    _check_header(reader)
    first_lines: dict[str, int] = {}
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield RowIssue(line, "", f"not readable as csv: {error}")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        sku = cells[0].strip().encode("utf-8", "replace").decode()[:64]
        try:
            row = _parse(line, cells)
        except _BadRow as error:
            yield RowIssue(line, sku, str(error))
            continue
        first = first_lines.setdefault(row.sku, line)
        if first != line:
            yield RowIssue(line, sku, f"id {row.sku} was already in line {first}; the first one counts")
        else:
            yield row


def _check_header(reader) -> None:
    try:
        header = [cell.strip() for cell in next(reader, [])]
    except csv.Error as error:
        raise UnusableFile(f"the first line is not readable as csv: {error}") from error
    if tuple(header) != COLUMNS:
        raise UnusableFile(
            f"the first line must name these columns: {','.join(COLUMNS)}; it is: {','.join(header)[:500]}"
        )


def _parse(line: int, cells: list[str]) -> StyleRow:
    if len(cells) < len(COLUMNS):
        raise _BadRow(f"has {len(cells)} of {len(COLUMNS)} columns")
    last = len(COLUMNS) - 1
    # The catalogue's names hold unquoted commas, so whatever is too much belongs to the last column.
    values = [cell.strip() for cell in (*cells[:last], ",".join(cells[last:]))]
    _check_text(values)
    sku, gender, master, sub, article, colour, season, year, usage, name = values
    if not SKU.fullmatch(sku):
        raise _BadRow(f"id {sku[:64]!r} is not 1 to 64 letters, digits, '.', '_' or '-'")
    return StyleRow(line, sku, gender, master, sub, article, colour, season, _parse_year(year), usage, name)


def _check_text(values: list[str]) -> None:
    for column, value in zip(COLUMNS, values, strict=True):
        if "\0" in value:
            raise _BadRow(f"{column} holds a NUL character")
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise _BadRow(f"{column} is not UTF-8 text")
        limit = NAME_LENGTH_LIMIT if column == "productDisplayName" else VALUE_LENGTH_LIMIT
        if len(value) > limit:
            raise _BadRow(f"{column} is longer than {limit} characters")


def _parse_year(text: str) -> int | None:
    if not text:
        return None
    # A notebook that rewrote the file leaves years as floats: 2012.0.
    match = re.fullmatch(r"([0-9]{4})(\.0)?", text)
    if not match or int(match[1]) not in YEARS:
        raise _BadRow(f"year {text[:20]!r} is not a year from {YEARS.start} to {YEARS.stop - 1}")
    return int(match[1])


class Pictures:
    """The pictures of a zip or a folder by sku: the file name without folder and suffix.

    Raises UnusableFile when the path is neither. Use it as a context manager.
    """

    def __init__(self, path: Path):
        self._archive = None
        self._entries: dict[str, zipfile.ZipInfo | Path] = {}
        if path.is_dir():
            names = ((entry, entry.name) for entry in sorted(path.rglob("*")) if entry.is_file())
        else:
            self._archive = _open_archive(path)
            names = ((entry, entry.filename) for entry in self._archive.infolist() if _is_plain_file(entry))
        for entry, name in names:
            file_name = PurePosixPath(name)
            if file_name.suffix.lower() in PICTURE_SUFFIXES and not file_name.name.startswith("."):
                self._entries.setdefault(file_name.stem, entry)

    def __enter__(self) -> "Pictures":
        return self

    def __exit__(self, *_) -> None:
        if self._archive:
            self._archive.close()

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __contains__(self, sku: str) -> bool:
        return sku in self._entries

    def suffix(self, sku: str) -> str:
        """The suffix of a picture's file: ".jpg"."""
        entry = self._entries[sku]
        return PurePosixPath(entry.filename if isinstance(entry, zipfile.ZipInfo) else entry.name).suffix

    def read(self, sku: str) -> bytes:
        """The bytes of a picture's file. Raises OSError, with the reason, when they cannot be had."""
        entry = self._entries[sku]
        size = entry.file_size if isinstance(entry, zipfile.ZipInfo) else entry.stat().st_size
        if size > PICTURE_BYTES_LIMIT:
            raise OSError(f"the picture has {size / 1e6:.0f} MB; the limit is {PICTURE_BYTES_LIMIT / 1e6:.0f} MB")
        try:
            return self._archive.read(entry) if self._archive else entry.read_bytes()
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zipfile.zlib.error) as error:
            raise OSError(f"the zip's entry cannot be unpacked: {error}") from error


def _open_archive(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise UnusableFile(f"{path} is neither a folder nor a readable zip: {error}") from error


def _is_plain_file(entry: zipfile.ZipInfo) -> bool:
    return not entry.is_dir() and not stat.S_ISLNK(entry.external_attr >> 16)
