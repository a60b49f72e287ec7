"""Tables as records: whatever a file is, its rows are copied to lines of JSON, which can be read on from any place."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from django.utils.translation import gettext

from catalog.numbers import grouped

COLUMNS_LIMIT = 1000
RECORD_LIMIT = 1_000_000
"""Characters of one row"""
COLUMN_NAME_LENGTH = 200
LISTED = 500
"""Letters of the names of columns that a sentence lists"""
CELLS_LIMIT = 20_000_000
"""Of a table: whatever little a feed or a workbook says of a row, it becomes a cell for each column."""
EMPTY_LIMIT = 1_100_000
"""Lines with nothing in them. Spreadsheets write as many as a sheet has, which are 1,048,576."""
TRIED = 100_000
"""Rows of which one at least must have a cell for each column"""


class UnusableFile(Exception):
    """The file as a whole cannot be imported; the message says why and what to do, in a line that a person can read."""

    def __init__(self, message: str):
        super().__init__("".join(sign if sign.isprintable() else "\ufffd" for sign in message))


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a table, which begins in this line of its file; `error` where the row cannot be read.

    Where it holds several rows of one product, `variants` are (line, {field: text}) of its sizes and colours, and
    `part` is the colour, where its colours are products of their own.
    """

    line: int
    cells: list[str]
    error: str = ""
    variants: Sequence[tuple[int, dict[str, str]]] = ()
    part: str = ""


@dataclass
class Source:
    """A file that is being read: what it is, its columns, and the records below them that are not empty.

    `separator` is what stood between the cells. While `records` are read, `lines` and `empty` count all lines of the
    file, the one of the columns too, and those with nothing in them.
    """

    kind: str
    header: list[str]
    records: Iterator[Record]
    separator: str = ","
    encoding: str = ""
    lines: int = 0
    empty: int = 0

    def __post_init__(self) -> None:
        """Raises UnusableFile where the columns are none, or too many."""
        if len(self.header) > COLUMNS_LIMIT:
            raise UnusableFile(
                gettext(
                    "the table has {columns} columns, and {most} are the limit; save it with those alone "
                    "that the shop needs"
                ).format(columns=grouped(len(self.header)), most=grouped(COLUMNS_LIMIT))
            )
        self.header = [printable(name).strip()[:COLUMN_NAME_LENGTH] for name in self.header]
        if not any(self.header):
            raise UnusableFile(gettext("the first line must name the columns, but it is empty"))


@dataclass(frozen=True)
class Table:
    """The records of a file, copied; they are read from `start` on, which is a number of bytes."""

    path: Path
    header: list[str]
    separator: str = ","
    start: int = 0

    def records(self) -> "Records":
        """The records from the start on. Use it as a context manager."""
        return Records(self)


class Records:
    """The records of a table from its start on; `place` is behind the last one that was read."""

    def __init__(self, table: Table):
        self._stream = table.path.open("rb")
        self.place = self._stream.seek(table.start)

    def __enter__(self) -> "Records":
        return self

    def __exit__(self, *_) -> None:
        self._stream.close()

    def __iter__(self) -> "Records":
        return self

    def __next__(self) -> Record:
        if not (line := self._stream.readline()):
            raise StopIteration
        self.place += len(line)
        return Record(*json.loads(line))


def copy_records(source: Source, target: Path) -> int:
    """Writes all records of the source, so that a `Table` reads them; returns how many there are.

    Raises UnusableFile where the source turns out to be unusable.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".part")
    count = cells = fitting = 0
    with unfinished.open("w", encoding="ascii") as stream:
        for record in source.records:
            count += 1
            cells += len(record.cells)
            fitting += len(record.cells) >= len(source.header) and not record.error
            if cells > CELLS_LIMIT:
                raise UnusableFile(
                    gettext(
                        "the table has more than {most} cells; save it with those columns that the shop needs"
                    ).format(most=grouped(CELLS_LIMIT))
                )
            if count == TRIED and not fitting:
                raise UnusableFile(
                    gettext(
                        "none of the first {rows} rows has a cell for each of the {columns} columns that the "
                        "first line names; save the table anew"
                    ).format(rows=grouped(TRIED), columns=grouped(len(source.header)))
                )
            row: list[object] = [record.line, record.cells]
            stream.write(json.dumps([*row, record.error] if record.error else row) + "\n")
    unfinished.replace(target)
    return count


def listed(header: list[str]) -> str:
    """The names of the columns for a sentence; of very many the first ones."""
    names = [name[:LISTED] for name in header if name]
    ends = accumulate(len(name) + len(", ") for name in names)
    shown = [name for name, end in zip(names, ends, strict=True) if end <= LISTED + len(", ")]
    return ", ".join(shown) + (" …" if len(shown) < len(names) else "")


def printable(text: str) -> str:
    """The text without what no database keeps: NUL characters, and bytes that are none, which become question marks."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()
