"""A csv file of any dialect as records: which encoding it has, what separates its cells, and its lines."""

import codecs
import csv
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
class Record:
    """One line of the table, or of several where a quoted cell goes over lines; `error` where it is not csv."""

    line: int
    cells: list[str]
    error: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Between two records: the number of the line that follows, and what a text stream's `tell` says of it.

    In the encodings without a state that is the number of bytes before it; in UTF-16 it holds the byte order too and
    has more than 64 bits.
    """

    line: int
    position: int


@dataclass(frozen=True)
class Table:
    """A csv file: its encoding, by Python's name, the character between its cells, its header, and where to read."""

    path: Path
    encoding: str
    separator: str
    header: list[str]
    start: Place

    @classmethod
    def detect(cls, path: Path) -> "Table":
        """The table of a file, to be read from the first record below its header.

        Raises UnusableFile when there is no header to be had.
        """
        encoding = _detect_encoding(path)
        first = _first_line(path, encoding)
        # Excel writes and reads such a line before the header.
        names_separator = first.lower().startswith("sep=") and len(first) == 5
        separator = first[4] if names_separator else _detect_separator(first)
        with cls(path, encoding, separator, [], Place(1, 0)).records() as records:
            if names_separator:
                records.skip_line()
            header = records.read()
            start = records.place
        if header and header.error:
            raise UnusableFile(f"the first line, which names the columns, is not readable as csv: {header.error}")
        names = [printable(cell).strip() for cell in header.cells] if header else []
        if not any(names):
            raise UnusableFile("the first line must name the columns, but it is empty")
        return cls(path, encoding, separator, names, start)

    def records(self) -> "Records":
        """The records from the start on. Use it as a context manager."""
        return Records(self)

    def count_lines(self) -> int:
        """How many lines follow the start: what a progress bar counts down from."""
        with self.path.open("rb") as stream:
            lines = sum(chunk.count(b"\n") for chunk in iter(lambda: stream.read(CHUNK_BYTES), b""))
        return max(lines - (self.start.line - 1), 0)


class Records:
    """The records of a table from its start on, without empty lines; `place` is behind the last one that was read."""

    def __init__(self, table: Table):
        errors = "replace" if table.encoding.startswith("utf-16") else "surrogateescape"
        self._stream = table.path.open(encoding=table.encoding, errors=errors, newline="")
        self._stream.seek(table.start.position)
        # A stream that is iterated over does not tell its position; one whose lines are asked for does.
        self._reader = csv.reader(iter(self._stream.readline, ""), delimiter=table.separator)
        self._lines_before = table.start.line

    def __enter__(self) -> "Records":
        return self

    def __exit__(self, *_) -> None:
        self._stream.close()

    def __iter__(self) -> "Records":
        return self

    def __next__(self) -> Record:
        while record := self.read():
            if record.error or any(map(str.strip, record.cells)):
                return record
        raise StopIteration

    @property
    def place(self) -> Place:
        return Place(self._line, self._stream.tell())

    def read(self) -> Record | None:
        """The next record, be it an empty line; None at the end of the file."""
        line = self._line
        try:
            return Record(line, next(self._reader))
        except StopIteration:
            return None
        except csv.Error as error:
            return Record(line, [], str(error))

    def skip_line(self) -> None:
        self._stream.readline()
        self._lines_before += 1

    @property
    def _line(self) -> int:
        return self._lines_before + self._reader.line_num


def printable(text: str) -> str:
    """The text without what no database keeps: NUL characters, and bytes that are none, which become question marks."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


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
