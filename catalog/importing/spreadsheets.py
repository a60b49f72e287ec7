"""Excel's workbooks: the rows of the first sheet with anything in it, each cell as the text that staff see in it.

The sheet is read as it is unpacked, a row at a time, so that a workbook takes no more time and memory than its limits
say, whatever it unpacks to.
"""

import posixpath
import re
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeVar
from xml.etree.ElementTree import Element
from xml.parsers import expat

from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from catalog.importing.tables import COLUMNS_LIMIT, RECORD_LIMIT, Record, Source, UnusableFile
from catalog.importing.zips import Archive
from catalog.numbers import grouped

BOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
UNPACKED_LIMIT = 200_000_000
"""Bytes of all parts that are read, unpacked"""
PART_LIMIT = 2_000_000
"""Bytes of a part that is parsed at once"""
TAGS_LIMIT = 5_000_000
"""Of a sheet; a cell has four"""
STRINGS_LIMIT = 1_000_000
STRINGS_BYTES = 100_000_000
"""What the strings that cells share may take in memory"""
TEXT_LIMIT = 100_000_000
"""Letters of all cells, which may have the same string again and again"""
TAG_LIMIT = 2_000_000
"""Bytes, as a tag is kept until its end"""
DEPTH_LIMIT = 10_000
"""More than any comments of an honest sheet, which count as elements that stay open"""
FORMAT_LIMIT = 255
"""Characters; Excel's own limit, as the next ones are"""
ROWS_LIMIT = 1_048_576
CELLS_LIMIT = 16_384
HEADER_AMONG = 1000
"""In so many rows at the top of a sheet there must be one with anything in it."""
CHUNK_BYTES = 1 << 16
PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?[0-9]{1,9}")
WHOLE_NUMBER = re.compile(r"-?[0-9]+")

Result = TypeVar("Result")


class _TooLarge(Exception):
    """More than the limits allow."""


class _Row(NamedTuple):
    """`cells` are those with anything in them, by the numbers of their columns from 1 on."""

    number: int
    cells: dict[int, str]
    is_too_long: bool


class _Sheet(NamedTuple):
    name: str
    part: str


def read_spreadsheet(path: Path) -> Source:
    """The table of an xlsx file. Raises UnusableFile."""
    found = _reasons(path, lambda: _first_filled(_Workbook(Archive(path))))
    if found is None:
        raise UnusableFile(gettext("{file} has no sheet with anything in it").format(file=path.name))
    name, first, rows = found
    kind = gettext("the sheet “{sheet}” of a workbook").format(sheet=name[:100])
    source = Source(kind, _listed(first.cells, CELLS_LIMIT), iter(()), encoding="xlsx")
    source.lines, source.empty = first.number, first.number - 1
    source.records = _records(path, source, rows)
    return source


def _first_filled(workbook: "_Workbook") -> tuple[str, _Row, Iterator[_Row]] | None:
    """(Name, first row, the rows after that) of the first sheet with anything in it."""
    for sheet in workbook.sheets:
        rows = workbook.rows(sheet)
        first = next(rows, None)
        if first and first.number <= HEADER_AMONG:
            return sheet.name, first, rows
    return None


def _records(path: Path, source: Source, rows: Iterator[_Row]) -> Iterator[Record]:
    width = len(source.header)
    while row := _reasons(path, lambda: next(rows, None)):
        source.empty += row.number - source.lines - 1
        source.lines = row.number
        if row.is_too_long:
            yield Record(
                row.number, [], gettext("it is longer than {most} characters").format(most=grouped(RECORD_LIMIT))
            )
        else:
            yield Record(row.number, _listed(row.cells, COLUMNS_LIMIT + 1, width))


def _listed(cells: dict[int, str], most: int, least: int = 0) -> list[str]:
    return [cells.get(number, "") for number in range(1, max(min(max(cells), most), least) + 1)]


def _reasons(path: Path, read: Callable[[], Result]) -> Result:
    """What reading comes to. Raises UnusableFile for whatever is wrong with the workbook."""
    try:
        return read()
    except UnusableFile:
        raise
    except _TooLarge as error:
        raise UnusableFile(
            gettext("{file} {problem}; save the sheet with the products as csv").format(file=path.name, problem=error)
        ) from error
    except Exception as error:
        # Broken workbooks make zipfile and the parsers of XML raise whatever they stumble over.
        reason = f"{type(error).__name__}: {str(error)[:200]}"
        raise UnusableFile(
            gettext(
                "{file} cannot be read as a workbook ({reason}); open it in a spreadsheet and save it as xlsx or csv"
            ).format(file=path.name, reason=reason)
        ) from error


class _Workbook:
    """The parts of a workbook, of which no more is unpacked than may be."""

    def __init__(self, archive: Archive):
        self._archive = archive
        self._unpacked = 0
        book, relations = self._parsed(BOOK), self._parsed(RELATIONS)
        self._targets = {one.get("Id", ""): one for one in _all(relations, "Relationship")}
        self.sheets = [
            _Sheet(sheet.get("name", ""), _part_of(target))
            for sheet in _all(book, "sheet")
            if sheet.get("state", "visible") == "visible" and (target := self._target(sheet)) is not None
        ]
        is_of_mac = any(one.get("date1904") in ("1", "true") for one in _all(book, "workbookPr"))
        self._epoch = CALENDAR_MAC_1904 if is_of_mac else CALENDAR_WINDOWS_1900

    def rows(self, sheet: _Sheet) -> Iterator[_Row]:
        """The rows with anything in them."""
        parser = _SheetParser(self)
        for chunk in self.chunks(sheet.part):
            parser.feed(chunk)
            yield from parser.take()
        parser.feed(b"", is_last=True)
        yield from parser.take()

    def string(self, number: int) -> str:
        """One of those that cells share. Raises ValueError."""
        if not 0 <= number < len(self._strings):
            raise ValueError(f"there is no string {number}")
        return self._strings[number]

    @cached_property
    def _strings(self) -> list[str]:
        parser = _StringsParser()
        if part := self._related("sharedStrings"):
            for chunk in self.chunks(part):
                parser.feed(chunk)
            parser.feed(b"", is_last=True)
        return parser.strings

    @cached_property
    def formats(self) -> list["_Format"]:
        """How numbers are shown, by the styles of cells."""
        if not (part := self._related("styles")):
            return []
        styles = self._parsed(part)
        codes = {one.get("numFmtId"): one.get("formatCode", "") for one in _all(styles, "numFmt")}
        ids = [one.get("numFmtId", "0") for group in _all(styles, "cellXfs") for one in _all(group, "xf")]
        known = {one: _Format(codes.get(one) or _built_in(one), self._epoch) for one in set(ids)}
        return [known[one] for one in ids]

    def chunks(self, part: str) -> Iterator[bytes]:
        with self._archive.open(part) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                self._unpacked += len(chunk)
                if self._unpacked > UNPACKED_LIMIT:
                    raise _TooLarge(gettext("unpacks to more than {most} MB").format(most=UNPACKED_LIMIT // 10**6))
                yield chunk

    def _parsed(self, part: str) -> Element:
        content = bytearray()
        for chunk in self.chunks(part):
            content += chunk
            if len(content) > PART_LIMIT:
                raise _TooLarge(
                    gettext("has more in {part} than {most} MB").format(
                        part=part.rpartition("/")[2], most=PART_LIMIT // 10**6
                    )
                )
        return fromstring(bytes(content), forbid_dtd=True)

    def _target(self, sheet: Element) -> Element | None:
        """Where a sheet lies; None for charts and what else is no table."""
        name = next((value for key, value in sheet.items() if _local(key) == "id"), "")
        target = self._targets.get(name)
        return target if target is not None and target.get("Type", "").endswith("/worksheet") else None

    def _related(self, kind: str) -> str:
        """The part of that kind, "" for none; some programs name it without saying that it is related."""
        parts = [_part_of(one) for one in self._targets.values() if one.get("Type", "").endswith(f"/{kind}")]
        names = set(self._archive.namelist())
        return next((part for part in [*parts, f"xl/{kind}.xml"] if part in names), "")


class _Format:
    """How a number is shown."""

    def __init__(self, code: str, epoch: datetime):
        code = code if len(code) <= FORMAT_LIMIT else ""
        self._epoch = epoch
        self._zeros = len(code) if re.fullmatch("0{2,64}", code) else 0
        self._is_date, self._is_duration = is_date_format(code), is_timedelta_format(code)

    def shown(self, text: str) -> str:
        """Whole numbers without a point, and with the zeros that their format puts before them."""
        if self._is_date:
            return self._as_date(text)
        number = _as_number(text)
        return number.zfill(self._zeros) if self._zeros and WHOLE_NUMBER.fullmatch(number) else number

    def _as_date(self, text: str) -> str:
        try:
            value = from_excel(float(text), self._epoch, timedelta=self._is_duration)
        except (OverflowError, ValueError):
            return "#VALUE!"
        if isinstance(value, datetime) and value.time() == time():
            value = value.date()
        return value.isoformat() if isinstance(value, date) else str(value)


class _Parser:
    """Collects what stands in the elements of a part, which is too large to be kept as a tree."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._fed = self._tags = self._open = 0
        self._texts: list[str] = []
        self._is_text = self._is_phonetic = False

    def feed(self, chunk: bytes, is_last: bool = False) -> None:
        """Raises _TooLarge, and ExpatError and ValueError where it is broken."""
        self._fed += len(chunk)
        # Counted here, as a line of Python for each tag would take longer than all the rest.
        begun, closed = chunk.count(b"<"), chunk.count(b"/>")
        self._tags += begun + closed
        self._open += begun - 2 * chunk.count(b"</") - closed
        if self._tags > TAGS_LIMIT:
            raise _TooLarge(gettext("has more than {most} cells").format(most=grouped(TAGS_LIMIT // 4)))
        if self._open > DEPTH_LIMIT:
            raise ValueError(gettext("its elements are nested too deeply"))
        self._parser.Parse(chunk, is_last)
        if self._fed - self._parser.CurrentByteIndex > TAG_LIMIT:
            raise _TooLarge(gettext("has a tag of more than {most} MB").format(most=TAG_LIMIT // 10**6))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def _end(self, name: str) -> None:
        raise NotImplementedError

    def _characters(self, text: str) -> None:
        raise NotImplementedError

    def _refuse(self, *_: object) -> None:
        raise ValueError(gettext("it declares a type of document, which no spreadsheet does"))


class _StringsParser(_Parser):
    """The strings that cells share; what says how they are spoken is none of theirs."""

    def __init__(self) -> None:
        super().__init__()
        self.strings: list[str] = []
        self._bytes = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = _unprefixed(name)
        if name == "t":
            self._is_text = not self._is_phonetic
        elif name == "rPh":
            self._is_phonetic = True

    def _end(self, name: str) -> None:
        name = _unprefixed(name)
        if name == "t":
            self._is_text = False
        elif name == "rPh":
            self._is_phonetic = False
        elif name == "si":
            self.strings.append("".join(self._texts).replace("x005F_", ""))
            self._count(sys.getsizeof(""))
            self._texts = []

    def _characters(self, text: str) -> None:
        if self._is_text:
            self._texts.append(text)
            self._count(sys.getsizeof(text))

    def _count(self, size: int) -> None:
        self._bytes += size
        if len(self.strings) > STRINGS_LIMIT or self._bytes > STRINGS_BYTES:
            raise _TooLarge(
                gettext("has more text than {most} strings, or {megabytes} MB of it").format(
                    most=grouped(STRINGS_LIMIT), megabytes=STRINGS_BYTES // 10**6
                )
            )


class _SheetParser(_Parser):
    """The rows of a sheet."""

    def __init__(self, workbook: _Workbook):
        super().__init__()
        self._workbook = workbook
        self._found: list[_Row] = []
        self._row = self._column = self._length = self._all = 0
        self._cells: dict[int, str] = {}
        self._cell: dict[str, str] | None = None

    def take(self) -> list[_Row]:
        """The rows since the last call."""
        found, self._found = self._found, []
        return found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = _unprefixed(name)
        if name == "c":
            self._cell, self._texts = attributes, []
            self._column = _column_of(attributes["r"]) if "r" in attributes else self._column + 1
        elif name in ("v", "t"):
            self._is_text = self._cell is not None and not self._is_phonetic
        elif name == "row":
            self._begin_row(attributes.get("r"))
        elif name == "rPh":
            self._is_phonetic = True

    def _begin_row(self, number: str | None) -> None:
        row = int(float(number)) if number else self._row + 1
        if row > ROWS_LIMIT:
            raise _TooLarge(gettext("has more rows than the {most} of a sheet").format(most=grouped(ROWS_LIMIT)))
        if row <= self._row:
            raise ValueError(f"row {row} comes after row {self._row}")
        self._row, self._column, self._length, self._cells = row, 0, 0, {}

    def _end(self, name: str) -> None:
        name = _unprefixed(name)
        if name == "c":
            self._end_cell()
        elif name in ("v", "t"):
            self._is_text = False
        elif name == "row" and self._cells:
            self._found.append(_Row(self._row, self._cells, self._length > RECORD_LIMIT))
            self._cells = {}
        elif name == "rPh":
            self._is_phonetic = False

    def _characters(self, text: str) -> None:
        if self._is_text and self._length <= RECORD_LIMIT:
            self._texts.append(text)
            self._length += len(text)

    def _end_cell(self) -> None:
        cell, self._cell = self._cell, None
        if not self._texts or cell is None:
            return
        text = self._shown("".join(self._texts), cell)
        if text and not text.isspace():
            self._cells[self._column] = text
            self._length += len(text) if cell.get("t") == "s" else 0
            self._all += len(text)
            if self._all > TEXT_LIMIT:
                raise _TooLarge(gettext("has more text than {most} million letters").format(most=TEXT_LIMIT // 10**6))

    def _shown(self, text: str, cell: dict[str, str]) -> str:
        kind = cell.get("t", "n")
        if kind == "n":
            formats = self._workbook.formats
            style = int(cell.get("s", 0))
            return formats[style].shown(text) if style < len(formats) else _as_number(text)
        if kind == "s":
            return self._workbook.string(int(text))
        if kind == "b":
            return "TRUE" if int(text) else "FALSE"
        return text.removesuffix("Z").removesuffix("T00:00:00") if kind == "d" else text


def _all(root: Element, name: str) -> Iterator[Element]:
    """The elements of that name, whatever their namespace: there are two for one meaning."""
    return (one for one in root.iter() if isinstance(one.tag, str) and _local(one.tag) == name)


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _unprefixed(name: str) -> str:
    return name.rpartition(":")[2] if ":" in name else name


def _part_of(relation: Element) -> str:
    target = relation.get("Target", "")
    return target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))


def _built_in(number: str) -> str:
    return BUILTIN_FORMATS.get(int(number), "")


def _as_number(text: str) -> str:
    """A number as it is written out; what is none as it stands there."""
    if WHOLE_NUMBER.fullmatch(text):
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else str(number)


def _column_of(place: str) -> int:
    """28 of AB7."""
    match = PLACE.fullmatch(place)
    if not match:
        raise ValueError(f"{place[:20]!r} is no cell")
    column = 0
    for letter in match[1].upper():
        column = 26 * column + ord(letter) - ord("A") + 1
    if column > CELLS_LIMIT:
        raise ValueError(f"{place[:20]!r} is no cell")
    return column
