"""A csv file of any dialect as records: which encoding it has, what separates its cells, and its lines."""

import codecs
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

SEPARATORS = (",", ";", "\t", "|")
START_BYTES = 64 * 1024
CHUNK_BYTES = 1 << 20
# A quote that is opened in one row and never closed would swallow the rest of the file; csv's own limit stops it.
csv.field_size_limit(128 * 1024)


class UnusableFile(Exception):
    """The file as a whole cannot be imported; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a csv file is written: its encoding, by Python's name, and the character between its cells."""

    encoding: str
    separator: str


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the table, or of several where a quoted cell goes over lines; `error` where it is not csv."""

    line: int
    cells: list[str]
    error: str = ""


class Table:
    """The header and the records of a csv file. Raises UnusableFile when there is no header to be had."""

    def __init__(self, path: Path):
        self.path = path
        encoding = _detect_encoding(path)
        first = _first_line(path, encoding)
        # Excel writes and reads such a line before the header.
        self._names_separator = first.lower().startswith("sep=") and len(first) == 5
        separator = first[4] if self._names_separator else _detect_separator(first)
        self.dialect = Dialect(encoding, separator)
        header = next(self._records(), None)
        if header and header.error:
            raise UnusableFile(f"the first line, which names the columns, is not readable as csv: {header.error}")
        self.header = [cell.strip() for cell in header.cells] if header else []
        if not any(self.header):
            raise UnusableFile("the first line must name the columns, but it is empty")

    def records(self) -> Iterator[Record]:
        """The records below the header, without empty lines."""
        records = self._records()
        next(records)
        return records

    def _records(self) -> Iterator[Record]:
        errors = "replace" if self.dialect.encoding.startswith("utf-16") else "surrogateescape"
        with self.path.open(encoding=self.dialect.encoding, errors=errors, newline="") as stream:
            if self._names_separator:
                next(stream)
            yield from _parse(stream, self.dialect.separator, first_line=2 if self._names_separator else 1)

    def count_lines(self) -> int:
        """How many lines follow the header: what a progress bar counts down from."""
        with self.path.open("rb") as stream:
            lines = sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(CHUNK_BYTES), b""))
        return max(lines - 1 - self._names_separator, 0)


def _parse(stream: Iterable[str], separator: str, first_line: int) -> Iterator[Record]:
    reader = csv.reader(stream, delimiter=separator)
    while True:
        line = reader.line_num + first_line
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Record(line, [], str(error))
            continue
        if line == first_line or any(map(str.strip, cells)):
            yield Record(line, cells)


def _detect_encoding(path: Path) -> str:
    """UTF-8 or UTF-16 by their marks; else UTF-8, unless more of its bytes beyond ASCII contradict that than fit."""
    with path.open("rb") as stream:
        start = stream.read(START_BYTES)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if start[1:2] == b"\0":
        return "utf-16-le"
    if start[:1] == b"\0" and start[1:2]:
        return "utf-16-be"
    return "utf-8" if _fits_utf8(path) else "cp1252"


def _fits_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    right = wrong = 0
    with path.open("rb") as stream:
        for chunk in iter(lambda: stream.read(CHUNK_BYTES), b""):
            if chunk.isascii():
                continue
            beyond = [character for character in decoder.decode(chunk) if character > "\x7f"]
            undecoded = sum("\ud800" <= character <= "\udfff" for character in beyond)
            wrong += undecoded
            right += len(beyond) - undecoded
    return right >= wrong


def _first_line(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors="replace", newline=None) as stream:
        return stream.readline(START_BYTES).rstrip("\n")


def _detect_separator(line: str) -> str:
    """What cuts the first line into the most cells."""
    return max(SEPARATORS, key=lambda separator: len(next(csv.reader([line], delimiter=separator), [])))
