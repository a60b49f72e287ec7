"""Text files with separated cells, of any dialect: csv as spreadsheets, databases and people write it."""

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext, gettext_lazy, gettext_noop

from catalog.importing.tables import EMPTY_LIMIT, RECORD_LIMIT, Record, Source, UnusableFile
from catalog.numbers import grouped

SEPARATORS = (",", ";", "\t", "|")
NAMES = {",": gettext_lazy("comma"), ";": gettext_lazy("semicolon"), "\t": gettext_lazy("tab")}
START_BYTES = 64 * 1024
CHUNK_BYTES = 1 << 20
LINES_LIMIT = 1000
"""Of one row. A quotation mark that is never closed is looked for no further."""
SHAPES_LIMIT = 1000
# No cell is longer than the lines that a row may have.
csv.field_size_limit(3 * RECORD_LIMIT)

SMALL_NUMBER = "9"
_CODE = re.compile(r"[\w./#+-]*\d[\w./#+-]*")
_MARKUP = re.compile(r"[<>{}]")
_QUOTED = re.compile(r'(?:[^"]|"")*')
"""Of a line that begins within quotation marks, what is before the one that closes them."""

_BACKSLASHED = re.compile(r'(?<!\\)((?:\\\\)*)\\"')

UNCLOSED = gettext_noop("a quotation mark is opened and not closed")


def read_separated(path: Path) -> Source:
    """The table of a text file. Raises UnusableFile when there is no header to be had."""
    encoding = _detect_encoding(path)
    lines = _Lines(path, encoding)
    first = lines.read()
    # Excel writes and reads such a line before the header.
    names_separator = re.fullmatch('sep=([^\\0"])[\r\n]*', first, re.IGNORECASE)
    if not names_separator:
        lines.give_back([first] if first else [])
    separator = names_separator[1] if names_separator else _detect_separator(path, encoding)
    # Who writes by hand puts a space before each cell, and before its quotation mark.
    has_spaces = first.count(separator) == first.count(f"{separator} ") > 0
    parser = _Parser(lines, separator, has_spaces)
    header = parser.read()
    if header and (error := header.error or _error_in_header(header.cells, separator)):
        raise UnusableFile(
            gettext("the first line, which names the columns, is not readable as csv: {error}").format(error=error)
        )
    source = Source(
        kind=gettext("a csv file in {encoding}, separated by {separator}").format(
            encoding=encoding.removesuffix("-sig"), separator=NAMES.get(separator, separator)
        ),
        header=header.cells if header else [],
        records=iter(()),
        separator=separator,
        encoding=encoding,
    )
    parser.header = source.header
    source.records = _records(source, parser, lines)
    return source


def _error_in_header(names: list[str], separator: str) -> str:
    """Names may be of two lines, but no name holds the beginning of a row."""
    return gettext(UNCLOSED) if any(separator in name and ("\n" in name or "\r" in name) for name in names) else ""


def _records(source: Source, parser: "_Parser", lines: "_Lines") -> Iterator[Record]:
    with lines:
        while record := parser.read():
            if record.error or any(map(str.strip, record.cells)):
                yield record
            else:
                source.empty += 1
                if source.empty > EMPTY_LIMIT:
                    raise UnusableFile(
                        gettext("the table has more than {most} empty lines; save it without them").format(
                            most=grouped(EMPTY_LIMIT)
                        )
                    )
            source.lines = lines.number - 1


class _Lines:
    """The lines of a text file; `number` is that of the next one. Of a line that is too long the rest is left out."""

    def __init__(self, path: Path, encoding: str):
        self._is_windows = encoding == "cp1252"
        errors = "replace" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
        self._stream = path.open(encoding="utf-8" if self._is_windows else encoding, errors=errors, newline="")
        self._ahead: deque[str] = deque()
        self.number = 1

    def __enter__(self) -> "_Lines":
        return self

    def __exit__(self, *_) -> None:
        self._stream.close()

    def read(self) -> str:
        """The next line with its end; "" at the end of the file."""
        line = self._ahead.popleft() if self._ahead else self._read()
        self.number += bool(line)
        return line

    def give_back(self, lines: list[str]) -> None:
        """These are the next ones again."""
        self._ahead.extendleft(reversed(lines))
        self.number -= len(lines)

    def _read(self) -> str:
        line = self._stream.readline(RECORD_LIMIT + 1)
        if len(line) > RECORD_LIMIT:
            rest = line
            while rest and rest[-1] not in "\r\n":
                rest = self._stream.readline(CHUNK_BYTES)
        return line if line.isascii() else self._decoded(line)

    def _decoded(self, line: str) -> str:
        """In a file of one encoding there are lines of another, where files were put together.

        A line with more that is right in UTF-8 than wrong is broken UTF-8; decoded otherwise it would be all wrong.
        """
        right, wrong = _fits(line)
        if wrong > right or (wrong == right and self._is_windows):
            return line.encode("utf-8", "surrogateescape").decode("cp1252", "surrogateescape")
        return line


class _Parser:
    """Rows from lines. A quotation mark that is not closed costs the row that opens it, and never the next ones."""

    def __init__(self, lines: _Lines, separator: str, has_spaces: bool):
        self._lines, self._separator = lines, separator
        self._nothing = separator + " \t\r\n"
        self._dialect: dict = {"delimiter": separator, "skipinitialspace": has_spaces}
        self._readings = _readings(separator, has_spaces)
        # Prose has a space behind its commas.
        self._tight = re.compile(re.escape(separator) + ("" if has_spaces else "(?![ \u00a0])"))
        self._shapes: set[str] = set()
        self.header: list[str] = []

    def read(self) -> Record | None:
        """The next row, be it an empty line; None at the end of the file."""
        number = self._lines.number
        line = self._lines.read()
        if not line:
            return None
        if len(line) > RECORD_LIMIT:
            return Record(number, [], gettext("it is longer than {most} characters").format(most=grouped(RECORD_LIMIT)))
        if not line.strip(self._nothing):
            return Record(number, [])
        record = self._parse(number, line)
        if record.cells and not record.error:
            self._note_shape(record.cells[0])
        return record

    def _parse(self, number: int, line: str) -> Record:
        if '"' not in line:
            text = line.rstrip("\r\n")
            return Record(number, text.split(self._separator) if text else [])
        cells, taken = self._parse_strictly(line)
        if '\\"' in line and len(cells) != len(self.header):
            # Databases write a backslash before a quotation mark, where csv doubles it.
            doubled = self._parse_strictly(line, has_backslashes=True)
            cells, taken = doubled if len(doubled[0]) == len(self.header) else (cells, taken)
        if cells:
            for _ in range(taken - 1):
                self._lines.read()
            return Record(number, cells)
        if cells := self._read_as_written(line):
            return Record(number, cells)
        return Record(number, _parse_leniently(line, **self._dialect)[0], gettext(UNCLOSED))

    def _read_as_written(self, line: str) -> list[str]:
        """The cells of a line whose quotation marks are not doubled; none where one is not closed.

        Of several readings it is the first that gives each column its cell, else the first.
        """
        text = line.rstrip("\r\n")
        closed = [cells for reading in self._readings if (cells := _cells(text, reading))]
        return next(filter(self._fits, closed), closed[0] if closed else [])

    def _fits(self, cells: list[str]) -> bool:
        wanted = len(self.header)
        return len(cells) >= wanted and not any(map(str.strip, cells[wanted:]))

    def _parse_strictly(self, line: str, has_backslashes: bool = False) -> tuple[list[str], int]:
        """(The cells of a row that begins with this line, none where it is not whole; how many lines it has).

        The lines after this one are still to be read.
        """
        taken: list[str] = []
        lines = self._going_on(line, taken)
        if has_backslashes:
            lines = (_BACKSLASHED.sub(r'\1""', one) for one in lines)
        try:
            cells = next(csv.reader(lines, strict=True, **self._dialect))
        except csv.Error:
            cells = []
        self._lines.give_back(taken[1:])
        return ([] if len(taken) > 1 and self._swallows_rows(taken, cells) else cells), len(taken)

    def _going_on(self, line: str, taken: list[str]) -> Iterator[str]:
        """The line, and those after it as far as a row may reach; all are noted in `taken`."""
        size = 0
        while line and len(taken) < LINES_LIMIT and size <= RECORD_LIMIT:
            taken.append(line)
            size += len(line)
            yield line
            line = self._lines.read()
        if line:
            self._lines.give_back([line])

    def _swallows_rows(self, taken: list[str], cells: list[str]) -> bool:
        """Whether lines of what would be one row are rows themselves, as the mark that closes it is another row's.

        In doubt they are: what is read line by line is counted, whatever becomes of it.
        """
        if not self.header:
            return False
        opening, _ = _parse_leniently(taken[0], **self._dialect)
        is_whole = len(opening) < len(self.header) <= len(opening) + self._count(opening[-1])
        if is_whole or len(cells) < len(self.header):
            return True
        if len(opening) > 1:
            self._note_shape(opening[0])
        return any(map(self._begins_a_row, taken[1:]))

    def _begins_a_row(self, line: str) -> bool:
        """Whether a line within quotation marks begins with what may be an id, or has about as many cells as a row."""
        quoted = line.removesuffix(_QUOTED.sub("", line, count=1))
        first, separator, _ = quoted.partition(self._separator)
        if not separator:
            # What ends a cell and is no code ends a text, unless nothing follows.
            return len(quoted) < len(line.rstrip()) - 1 and self._is_known_code(first)
        is_tight = self._tight.match(quoted, len(first)) is not None
        if self._is_known_code(first) or (is_tight and self._looks_like_an_id(first)):
            return True
        count = self._count(quoted)
        is_wide = count > 0 and self._count(line) + 1 >= len(self.header)
        return not _MARKUP.search(first) and (is_wide or 2 * (count + 1) > len(self.header))

    def _count(self, text: str) -> int:
        """How many separators there are that are neither within prose, before a space, nor within a number."""
        return sum(
            not (text[max(match.start() - 1, 0)].isdigit() and text[match.end() : match.end() + 1].isdigit())
            for match in self._tight.finditer(text)
        )

    def _is_known_code(self, text: str) -> bool:
        """Whether it is of a shape that ids have, and no word nor a small number."""
        shape = _shape(text)
        return shape in self._shapes and "9" in shape and shape != SMALL_NUMBER

    def _looks_like_an_id(self, text: str) -> bool:
        shape = _shape(text)
        return shape in self._shapes or (shape != SMALL_NUMBER and _CODE.fullmatch(text.strip()) is not None)

    def _note_shape(self, text: str) -> None:
        if len(self._shapes) < SHAPES_LIMIT:
            self._shapes.add(_shape(text))


def _parse_leniently(line: str, delimiter: str, skipinitialspace: bool = False) -> tuple[list[str], bool]:
    """(The cells of a line by itself, whether a quotation mark is still open at its end)."""
    asked = []

    def lines() -> Iterator[str]:
        yield line
        asked.append(True)

    return next(csv.reader(lines(), delimiter=delimiter, skipinitialspace=skipinitialspace), []), bool(asked)


def _readings(separator: str, has_spaces: bool) -> list[re.Pattern]:
    """Patterns of a cell, the likeliest first: a quotation mark that is not doubled closes it only before its end."""
    sign = re.escape(separator)
    end = rf"(?= *(?:{sign}|\Z))"
    # A comma with a space behind it is mostly one of a sentence.
    end_of_sentence = rf"(?= *(?:{sign}(?! )|\Z))"
    plain = f'(?!")[^{sign}]*'
    readings = (
        (rf'(?:[^"]++|""|"(?!{end}))*+', plain),
        (rf'(?:[^"]++|""|"(?!{end_of_sentence}))*+', plain),
        # The last word of the cell has marks of its own: "called "best""
        (rf'(?:[^"]++|""(?!{end})|"(?!"?{end}))*+"?', plain),
        # The first one has, and the cell none: "best" of all
        (rf'(?:[^"{sign}]++|""|"(?!{end}))*+|(?:[^"]++|"")*+', rf'{plain}|"[^"{sign}]*"[^{sign}]*'),
    )
    spaces = " *+" if has_spaces else ""
    return [re.compile(rf'{spaces}(?:"(?P<quoted>{inner})" *{end}|(?P<plain>{plain}))') for inner, plain in readings]


def _cells(text: str, cell: re.Pattern) -> list[str]:
    """The cells of a line without its end, as the pattern reads them; none where it does not reach the end."""
    cells: list[str] = []
    place = 0
    while match := cell.match(text, place):
        quoted, plain = match["quoted"], match["plain"]
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        place = match.end() + 1
        if place > len(text):
            return cells
    return []


def _shape(text: str) -> str:
    """What kind of text it is: numbers and words, and what stands between them.

    Small numbers are a shape of their own, as texts begin with them too.
    """
    text = text.strip()[:64]
    if text.isdigit():
        return SMALL_NUMBER if len(text) < 3 else "999"
    return re.sub(r"[^\W\d_]+", "A", re.sub(r"\d+", "9", text))


def _detect_encoding(path: Path) -> str:
    """By the marks of UTF-8, UTF-16 and UTF-32; else UTF-8, unless more of its bytes beyond ASCII contradict that."""
    with path.open("rb") as stream:
        start = stream.read(START_BYTES)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if start[1:4] == b"\0\0\0":
        return "utf-32-le"
    if start[:3] == b"\0\0\0" and start[3:4]:
        return "utf-32-be"
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
            found = _fits(decoder.decode(chunk))
            right, wrong = right + found[0], wrong + found[1]
    return right >= wrong


def _fits(text: str) -> tuple[int, int]:
    """(How many characters beyond ASCII there are, and how many bytes that were none)."""
    beyond = [character for character in text if character > "\x7f"]
    wrong = sum("\ud800" <= character <= "\udfff" for character in beyond)
    return len(beyond) - wrong, wrong


def _detect_separator(path: Path, encoding: str) -> str:
    """What cuts the first line into the most cells, and most of the lines below into as many."""
    with _Lines(path, encoding) as lines:
        first, *others = [line for line in islice(iter(lines.read, ""), 20) if line.strip()][:11] or [""]

    def score(separator: str) -> tuple[bool, int]:
        count = len(_parse_leniently(first, separator)[0])
        as_many = sum(len(_parse_leniently(line, separator)[0]) == count for line in others)
        return count > 1 and 2 * as_many >= len(others), count

    return max(SEPARATORS, key=score)
