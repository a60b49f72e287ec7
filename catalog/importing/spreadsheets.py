"""Excel's workbooks: the rows of the first sheet with anything in it, each cell as the text that staff see in it."""

import re
import tempfile
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import IO, Any

from openpyxl import load_workbook
from openpyxl.cell import Cell

from catalog.importing.tables import COLUMNS_LIMIT, RECORD_LIMIT, Record, Source, UnusableFile

UNPACKED_LIMIT = 500_000_000
"""Bytes of all parts of a workbook that are read, unpacked"""
STRINGS, STRINGS_LIMIT = "xl/sharedStrings.xml", 100_000_000
SHEETS = "xl/worksheets/"
PART_LIMIT = 2_000_000
"""Bytes of any other part, and of a row of a sheet, as these are parsed at once"""
MOST_STRINGS = 1_000_000
UNREAD = re.compile(
    r"xl/(calcChain|charts|comments|drawings|externalLinks|pivot|tables|threadedComments)", re.IGNORECASE
)
ROW, STRING = re.compile(rb"<(?:\w+:)?row[\s/>]"), re.compile(rb"<(?:\w+:)?si[\s/>]")
CHUNK_BYTES = 1 << 16
ROWS_LIMIT = 1_048_576
"""Excel's own"""


def read_spreadsheet(path: Path) -> Source:
    """The table of an xlsx file. Raises UnusableFile."""
    stream = _honest_copy(path)
    try:
        workbook = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
        for sheet in sheets:
            # What a sheet says of its own size is often wrong, and where somebody means harm, huge.
            sheet.reset_dimensions()
        found = next(((sheet, first) for sheet in sheets if (first := _first_row(sheet))), None)
    except UnusableFile:
        raise
    except Exception as error:
        raise _unreadable(path, error) from error
    if found is None:
        raise UnusableFile(f"{path.name} has no sheet with anything in it")
    chosen, (number, header) = found
    source = Source(f"the sheet “{chosen.title[:100]}” of a workbook", header, iter(()), encoding="xlsx")
    source.empty = number - 1
    source.records = _records(path, source, chosen, number, stream)
    return source


def _records(path: Path, source: Source, sheet: Any, header_line: int, stream: IO[bytes]) -> Iterator[Record]:
    width = len(source.header)
    with stream:
        for line, cells in _rows(path, sheet):
            source.lines = line
            if line <= header_line:
                continue
            if not any(map(str.strip, cells)):
                source.empty += 1
            elif sum(map(len, cells)) > RECORD_LIMIT:
                yield Record(line, [], f"it is longer than {RECORD_LIMIT:,} characters")
            else:
                # A row ends with its last cell that was ever filled.
                yield Record(line, cells + [""] * (width - len(cells)))


def _first_row(sheet: Any) -> tuple[int, list[str]] | None:
    """(Number, cells) of the first row with anything in it."""
    for number, row in enumerate(islice(sheet.iter_rows(), 1000), 1):
        cells = [_text_of(cell) for cell in row]
        if any(map(str.strip, cells)):
            while not cells[-1].strip():
                cells.pop()
            return number, cells
    return None


def _rows(path: Path, sheet: Any) -> Iterator[tuple[int, list[str]]]:
    rows = iter(sheet.iter_rows())
    for line in range(1, ROWS_LIMIT + 1):
        try:
            row = next(rows, None)
        except Exception as error:
            raise _unreadable(path, error) from error
        if row is None:
            return
        yield line, [_text_of(cell) for cell in row[: COLUMNS_LIMIT + 1]]
    if next(rows, None) is not None:
        raise UnusableFile(f"{path.name} has more rows than the {ROWS_LIMIT:,} of a sheet; save it as csv")


def _text_of(cell: Cell) -> str:
    """As it is shown: whole numbers without a point, and with the zeros that their format puts before them."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, int) and re.fullmatch("0{2,64}", str(cell.number_format)):
        return str(value).zfill(len(cell.number_format))
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    return value.isoformat() if isinstance(value, date) else str(value)


def _honest_copy(path: Path) -> IO[bytes]:
    """The workbook with parts that are as long as they say, so that whoever reads it unpacks no more than that."""
    copy = tempfile.TemporaryFile()  # noqa: SIM115 – the reader closes it
    try:
        with (
            zipfile.ZipFile(path) as packed,
            zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as honest,
        ):
            names = [part for part in packed.infolist() if part.filename.endswith((".xml", ".rels"))]
            parts = [part for part in names if not UNREAD.match(part.filename)]
            if sum(part.file_size for part in parts) > UNPACKED_LIMIT or any(map(_is_too_long, parts)):
                raise _too_large(path)
            for part in parts:
                with packed.open(part) as source, honest.open(part.filename, "w") as target:
                    if not _copy(source, target, part.filename):
                        raise _too_large(path)
    except UnusableFile:
        copy.close()
        raise
    except Exception as error:
        copy.close()
        raise _unreadable(path, error) from error
    copy.seek(0)
    return copy


def _is_too_long(part: zipfile.ZipInfo) -> bool:
    limit = STRINGS_LIMIT if part.filename == STRINGS else PART_LIMIT
    return part.file_size > limit and not part.filename.startswith(SHEETS)


def _copy(source: IO[bytes], target: IO[bytes], name: str) -> bool:
    """Whether no row is longer than may be, and no string too many; else it stops there."""
    length, strings, end = 0, 0, b""
    while chunk := source.read(CHUNK_BYTES):
        target.write(chunk)
        length = 0 if ROW.search(end + chunk) else length + len(chunk)
        strings += sum(1 for _ in STRING.finditer(chunk)) if name == STRINGS else 0
        if (length > PART_LIMIT and name.startswith(SHEETS)) or strings > MOST_STRINGS:
            return False
        end = chunk[-20:]
    return True


def _too_large(path: Path) -> UnusableFile:
    return UnusableFile(f"{path.name} is too large once it is unpacked; save the sheet with the products as csv")


def _unreadable(path: Path, error: Exception) -> UnusableFile:
    """Broken workbooks make openpyxl, zipfile and the parser of XML raise whatever they stumble over."""
    reason = f"{type(error).__name__}: {str(error)[:200]}"
    return UnusableFile(
        f"{path.name} cannot be read as a workbook ({reason}); open it in a spreadsheet and save it as xlsx or csv"
    )
