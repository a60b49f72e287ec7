"""From the records of a csv file to products: which column is what, and what is wrong with a row.

Nothing here touches the database; `writing` does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from catalog.attributes import ATTRIBUTES, CATEGORY_LEVELS
from catalog.importing.tables import Record, Table, UnusableFile, printable

FIELDS = {
    "sku": ("id", "sku", "productid", "articleid", "itemid", "articlenumber", "articleno", "itemnumber", "code"),
    "name": ("productdisplayname", "displayname", "productname", "name", "title", "producttitle"),
    **CATEGORY_LEVELS,
    **{attribute.name: attribute.columns for attribute in ATTRIBUTES},
}
"""What a product is told to be, with the names, letters and digits only, that its column may have."""
SKU = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
VALUE_LENGTH_LIMIT = 100
NAME_LENGTH_LIMIT = 255
NUMBERS = {attribute.name: attribute.numbers for attribute in ATTRIBUTES if attribute.numbers}

Mapping = dict[str, int]
"""From a field to the number of its column."""


@dataclass(frozen=True, slots=True)
class StyleRow:
    """One product as a row tells it: only the fields that have a column, in the columns' order.

    Unknown values are empty, years None.
    """

    line: int
    sku: str
    values: dict[str, str | int | None]
    is_repaired: bool = False


@dataclass(frozen=True, slots=True)
class RowIssue:
    """A row, or a picture of a row, that could not be taken: what kind of problem, where, and why."""

    line: int | None
    sku: str
    kind: str
    reason: str
    column: str = ""
    value: str = ""


class _BadRow(Exception):
    def __init__(self, kind: str, reason: str, column: str = "", value: str = ""):
        super().__init__(reason)
        self.kind, self.column, self.value = kind, column, value


def guess_mapping(header: list[str]) -> Mapping:
    """The columns whose names are known, each for the field it names best."""
    names = [re.sub(r"[^a-z0-9]", "", name.lower()) for name in header]
    mapping: Mapping = {}
    for field, known in FIELDS.items():
        free = [name for name in known if name in names and names.index(name) not in mapping.values()]
        if free:
            mapping[field] = names.index(free[0])
    return mapping


def _check_mapping(mapping: Mapping, header: list[str]) -> None:
    """Raises UnusableFile when no column holds the skus."""
    if "sku" not in mapping:
        raise UnusableFile(
            "no column of the first line holds the products' ids; call it id or sku. "
            f"The columns are: {', '.join(header)[:500]}"
        )


def read_styles(path: Path) -> Iterator[StyleRow | RowIssue]:
    """The rows of a csv file with columns of known names. Raises UnusableFile."""
    table = Table.detect(path)
    return read_rows(table, guess_mapping(table.header), repair=True)


def read_rows(table: Table, mapping: Mapping, repair: bool) -> Iterator[StyleRow | RowIssue]:
    """The rows from the table's start on, each as a StyleRow or as the RowIssue that says what is wrong with it.

    Of the rows of one id the first one counts. Raises UnusableFile.
    """
    reader = RowReader(table, mapping, repair)
    first_lines: dict[str, int] = {}
    with table.records() as records:
        for record in records:
            yield _refuse_if_repeated(reader.read(record), first_lines)


def refuse_repeated(rows: list[StyleRow | RowIssue], first_lines: dict[str, int]) -> list[StyleRow | RowIssue]:
    """The rows, with an issue for each one whose id was in a row before.

    `first_lines` says in which line each id was first; the new ones are added to it.
    """
    return [_refuse_if_repeated(row, first_lines) for row in rows]


def _refuse_if_repeated(row: StyleRow | RowIssue, first_lines: dict[str, int]) -> StyleRow | RowIssue:
    if isinstance(row, RowIssue):
        return row
    first = first_lines.setdefault(row.sku, row.line)
    if first == row.line:
        return row
    reason = f"id {row.sku} was already in line {first}; the first one counts"
    return RowIssue(row.line, row.sku, "repeated id", reason)


class RowReader:
    """Reads each record of a table by itself.

    A record with more cells than columns is an issue, unless `repair` takes the surplus for the last column's, as it
    is where a separator in it was not quoted. Raises UnusableFile when no column holds the ids.
    """

    def __init__(self, table: Table, mapping: Mapping, repair: bool):
        _check_mapping(mapping, table.header)
        self._header = table.header
        self._separator = table.separator
        self._mapping = dict(sorted(mapping.items(), key=lambda item: item[1]))
        # Only a text that nobody searches by may take what is surplus; anything else would be falsified.
        self._repairs = repair and mapping.get("name") == len(table.header) - 1

    def read(self, record: Record) -> StyleRow | RowIssue:
        if record.error:
            return RowIssue(record.line, "", "not csv", f"not readable as csv: {record.error}")
        try:
            return self._parse(record)
        except _BadRow as error:
            return RowIssue(record.line, self._sku(record), error.kind, str(error), error.column, error.value)

    def _sku(self, record: Record) -> str:
        column = self._mapping["sku"]
        cell = record.cells[column] if column < len(record.cells) else ""
        return printable(cell.strip())[:64]

    def _parse(self, record: Record) -> StyleRow:
        cells, is_repaired = self._fit(record.cells)
        values: dict[str, str | int | None] = {}
        for field, column in self._mapping.items():
            values[field] = _parse_value(field, cells[column].strip(), self._header[column])
        return StyleRow(record.line, str(values.pop("sku")), values, is_repaired)

    def _fit(self, cells: list[str]) -> tuple[list[str], bool]:
        """(One cell for each column, whether the row had to be repaired for that)."""
        wanted = len(self._header)
        # Spreadsheets end every row with the same separators.
        while len(cells) > wanted and not cells[-1].strip():
            cells = cells[:-1]
        if len(cells) < wanted:
            raise _BadRow("too few columns", f"has {len(cells)} of {wanted} columns")
        if len(cells) == wanted:
            return cells, False
        if not self._repairs:
            raise _BadRow("too many columns", f"has {len(cells)} cells for {wanted} columns")
        return [*cells[: wanted - 1], self._separator.join(cells[wanted - 1 :])], True


def _parse_value(field: str, value: str, column: str) -> str | int | None:
    limit = NAME_LENGTH_LIMIT if field == "name" else VALUE_LENGTH_LIMIT
    shown = printable(value)[:VALUE_LENGTH_LIMIT]
    if "\0" in value:
        raise _BadRow("bad value", f"{column} holds a NUL character", column, shown)
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise _BadRow("bad value", f"{column} holds bytes that are no text", column, shown)
    if len(value) > limit:
        raise _BadRow("bad value", f"{column} is longer than {limit} characters", column, shown)
    if field == "sku" and not SKU.fullmatch(value):
        raise _BadRow("bad id", f"id {value[:64]!r} is not 1 to 64 letters, digits, '.', '_' or '-'", column, shown)
    return _parse_number(value, NUMBERS[field], column) if field in NUMBERS else value


def _parse_number(text: str, numbers: range, column: str) -> int | None:
    if not text:
        return None
    # A notebook that rewrote the file leaves numbers as floats: 2012.0.
    match = re.fullmatch(r"([0-9]{1,9})(\.0)?", text)
    if not match or int(match[1]) not in numbers:
        reason = f"{column} {text[:20]!r} is not a number from {numbers.start} to {numbers.stop - 1}"
        raise _BadRow("bad value", reason, column, text[:VALUE_LENGTH_LIMIT])
    return int(match[1])
