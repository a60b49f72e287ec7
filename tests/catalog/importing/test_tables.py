"""Tables of any kind of text: every line is accounted for, and the copy of the rows is read on from any place."""

import csv
import io
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.importing.formats import read_table
from catalog.importing.separated import LINES_LIMIT
from catalog.importing.tables import RECORD_LIMIT, Record, Source, Table, UnusableFile, copy_records

ATOMS = st.sampled_from([",", ";", '"', '""', "\n", "\r", "\r\n", "a", "7", "é", "😀", " ", "\0", "\ufeff", "x" * 3000])
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "cp1252"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


def read(folder: Path, content: str | bytes, encoding: str = "utf-8") -> tuple[Source, list[Record]]:
    path = folder / "table.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding, "replace"))
    source = read_table(path)
    return source, list(source.records)


def records(folder: Path, content: str | bytes, encoding: str = "utf-8") -> list[Record]:
    return read(folder, content, encoding)[1]


def in_pieces(table: Table, size: int) -> list[Record]:
    """The records of the table, which is opened again for every few of them."""
    found = []
    while True:
        with table.records() as rows:
            piece = [record for _, record in zip(range(size), rows, strict=False)]
            table = replace(table, start=rows.place)
        if not piece:
            return found
        found += piece


def assert_all_lines_are_accounted_for(source: Source, found: list[Record]) -> None:
    """Each record begins behind the one before, and what no record begins or goes on in is counted as empty."""
    starts = [record.line for record in found]
    assert starts == sorted(set(starts))
    assert all(2 <= line <= source.lines for line in starts)
    assert source.empty <= source.lines - len(found)


@given(text=st.lists(ATOMS, max_size=40).map("".join), encoding=st.sampled_from(ENCODINGS), size=st.integers(1, 3))
def test_a_table_of_any_encoding_is_read_on_from_any_record(folder, text, encoding, size):
    source, found = read(folder, f"id,name\n{text}", encoding)
    assert_all_lines_are_accounted_for(source, found)
    assert copy_records(replace(source, records=iter(found)), folder / "copy.jsonl") == len(found)
    table = Table(folder / "copy.jsonl", source.header)
    assert in_pieces(table, size) == found


@given(content=st.binary(max_size=300), mark=st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"sep=,\r\n"]))
def test_any_bytes_are_rows_or_one_sentence(folder, content, mark):
    header = "id,name\n".encode("utf-16-le" if mark == b"\xff\xfe" else "ascii")
    with suppress(UnusableFile):
        assert_all_lines_are_accounted_for(*read(folder, mark + header + content))


@given(content=st.binary(max_size=300), mark=st.sampled_from([b"PK\x03\x04", b"<?xml ", b"<rss>", b"%PDF", b"\0\0\0i"]))
def test_any_bytes_that_look_like_something_else_are_one_sentence(folder, content, mark):
    with suppress(UnusableFile):
        assert_all_lines_are_accounted_for(*read(folder, mark + content))


ROWS = [[str(number), "Tee, red", "Red"] for number in range(70001, 70021)]


@given(
    broken=st.sets(st.integers(0, 19), max_size=4),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    column=st.integers(1, 2),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_a_quotation_mark_that_is_not_closed_costs_its_own_row_alone(folder, broken, quoting, column, line_end):
    lines = []
    for number, row in enumerate(ROWS):
        stream = io.StringIO()
        csv.writer(stream, quoting=quoting, lineterminator="").writerow(row)
        cells = [row[0], *(f'"{cell}' if place == column else cell for place, cell in enumerate(row) if place)]
        lines.append(",".join(cells) if number in broken else stream.getvalue())
    source, found = read(folder, line_end.join(["id,name,colour", *lines, ""]))
    assert source.lines == 21
    assert {record.line - 2 for record in found if record.error} == broken
    assert [record.cells for record in found if not record.error] == [
        row for number, row in enumerate(ROWS) if number not in broken
    ]


@pytest.mark.parametrize(
    "closing",
    ['4,Tee 12",Red', '4,"",Red\n5,Tee 12",Red', '4,Tee,Red\n5,Tee 12",Red', '4,"Tee, slim",Red', '4,Tee,"'],
)
def test_no_row_is_swallowed_by_a_quotation_mark_that_is_closed_in_another_one(folder, closing):
    lines = ["1,Tee,Red", "2,Tee,Blue", '3,"Tee 3,Green', *closing.split("\n"), "6,Tee,Pink"]
    found = records(folder, "\n".join(["id,name,colour", *lines]))
    assert [record.line for record in found if record.error][:1] == [4]
    assert [record.cells[0] for record in found] == [line[0] for line in lines]


KAGGLES = "id,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage,productDisplayName"
STYLE = "{},Men,Apparel,Topwear,Tshirts,Red,Summer,2012,Casual,{}"


@pytest.mark.parametrize(
    ("ids", "opening", "closing"),
    [
        (("1001", "1002", "1003", "1004"), STYLE.format("1002", '"Tee A'), STYLE.format("1003", 'Tee 12", slim')),
        (("1001", "1002", "1003", "1004"), STYLE.format("1002", '"Tee A'), '1003,Men,Apparel,Topwear,Tee 12"'),
        (("1001", "1002", "1003", "1004"), STYLE.format("1002", '"Tee A'), '1003,"",Apparel,Topwear,Tee 12"'),
        (("red", "blue", "extra large", "green"), STYLE.format("blue", '"A'), STYLE.format("extra large", 'Tee 12"')),
        (("998", "999", "1000", "1001"), STYLE.format("999", '"Tee A'), STYLE.format("1000", 'Tee 12", slim, 3')),
        (("1", "2", "3", "4"), STYLE.format("2", '"Tee A'), '3,Tee 12"'),
        (("A-1", "A-2", "77", "A-4"), '"A-2",Men,"Apparel', STYLE.format("77", 'Tee 12"')),
    ],
)
def test_no_row_of_a_wide_table_is_swallowed(folder, ids, opening, closing):
    text = "\n".join([KAGGLES, STYLE.format(ids[0], "Tee"), opening, closing, STYLE.format(ids[3], "Tee")])
    found = records(folder, text)
    assert [(record.cells[0], bool(record.error)) for record in found] == [(sku, sku == ids[1]) for sku in ids]


@pytest.mark.parametrize(
    "lines",
    [
        ['A2,Tee,"Red', 'A3,12"'],
        ['A2,"Tee,Red', 'A3,Tee 12",Red,extra'],
        ['A2,Tee,"Red', 'A3,",Red'],
        ['A2,Tee,"Red', 'extra large,12"'],
        ['A2,Tee,"Red', 'A3,  "s",  12"'],
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_row_of_a_narrow_table_is_swallowed(folder, lines, separator):
    text = "\n".join(["id,name,colour", "A1,Tee,Red", *lines, "A4,Tee,Red", ""]).replace(",", separator)
    found = records(folder, text)
    assert [record.cells[0] for record in found] == ["A1", "A2", lines[1].partition(",")[0], "A4"]
    assert found[1].error


def test_an_id_that_is_opened_and_closed_in_the_next_one_costs_its_own_row(folder):
    found = records(folder, 'id,name,colour\nA1,Tee,Red\n"A2,Tee,Red\nA3",Tee,Red\nA4,Tee,Red\n')
    assert [record.line for record in found] == [2, 3, 4, 5]
    assert [bool(record.error) for record in found] == [False, True, False, False]


CELLS = st.sampled_from(
    [
        *("a", "b c", "", '"q"', '"x,y"', '"m\nn"', '"d""d"', 'un"q', '"open', 'close"', "é", "NA", "1", '""', '"'),
        *('\\"', 'a"b"c', '"a"b"', '  "s"', '12", slim', "a,b"),
    ]
)


@given(
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=8),
    prefix=st.sampled_from(["K", "K-", "100", "10"]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    end=st.sampled_from(["", "\n", '"', "\n\n"]),
)
def test_every_id_that_begins_a_line_begins_a_row(folder, rows, prefix, line_end, end):
    lines = [",".join([f"{prefix}{number}", *cells]) for number, cells in enumerate(rows)]
    found = records(folder, line_end.join(["id,name,colour", *lines]) + end)
    begun = {record.cells[0].strip() for record in found}
    assert begun >= {f"{prefix}{number}" for number in range(len(rows))}


DESCRIPTIONS = [
    "Soft, warm and light.\nMade of wool, silk and cotton; hand-washed.\n\n",
    '<p style="color:red;margin:0">Soft,warm</p>\n<ul>\n<li>12,5 cm</li>\n<li>40% wool,60% silk</li>\n</ul>',
    "Size 12\n- 5,5 cm, wide\n100% cotton",
    'A 12" tee\n"the best"\nof all',
    "Größe: 12,5 x 30 cm\nPreis 1,50 €, inkl. Versand\nErhältlich in Rot, Blau",
    "a {\n  color: red; font-family: Arial,Helvetica,sans-serif;\n}",
]


@pytest.mark.parametrize("description", DESCRIPTIONS)
@pytest.mark.parametrize("column", [1, 3, 6])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
def test_descriptions_of_several_lines_are_cells(folder, description, column, separator, quoting):
    rows = [[f"{number}", "Tee", "Men", "Red", "2012", "9.90", "x"] for number in range(70001, 70006)]
    for row in rows:
        row[column] = description
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator, quoting=quoting).writerows([["id", *"abcdef"], *rows])
    assert [record.cells for record in records(folder, stream.getvalue())] == rows


def test_cells_of_several_lines_are_one_row(folder):
    text = (
        'name,id,colour\n"one\ntwo, or more\n\nthree",1,Red\n'
        'Shirt,2,"Red\nand ""blue"", and 3"\n"a\r\n""b""\r\n",3,\nShirt,4,Green\n'
    )
    assert records(folder, text) == [
        Record(2, ["one\ntwo, or more\n\nthree", "1", "Red"]),
        Record(6, ["Shirt", "2", 'Red\nand "blue", and 3']),
        Record(8, ['a\r\n"b"\r\n', "3", ""]),
        Record(11, ["Shirt", "4", "Green"]),
    ]


def test_quotation_marks_that_nobody_closes_do_not_cost_time(folder):
    text = "id,name\n" + '1,"\n' + "\n" * 50_000 + '2,"Tee\n' * 2_000 + '""\n' * LINES_LIMIT
    source, found = read(folder, text)
    assert source.empty == 50_000 + LINES_LIMIT
    assert sum(bool(record.error) for record in found) == 2_001
    assert source.lines == 52_002 + LINES_LIMIT


def test_spaces_before_cells_are_no_matter(folder):
    found = records(folder, 'id, name, colour\n1, "Shirt, blue", Red\n2, Tee, "Blue"\n3, "Tee, Red\n4, Tee, Red\n')
    assert [[cell.strip() for cell in record.cells] for record in found if not record.error] == [
        ["1", "Shirt, blue", "Red"],
        ["2", "Tee", "Blue"],
        ["4", "Tee", "Red"],
    ]


def test_quotation_marks_within_cells_are_letters(folder):
    found = records(folder, 'id,name,colour\n1,Tee 12",Red\n2,"Tee 12" slim",Red\n3,"a ""b"" c",Red\n')
    assert [record.cells for record in found] == [
        ["1", 'Tee 12"', "Red"],
        ["2", 'Tee 12" slim', "Red"],
        ["3", 'a "b" c', "Red"],
    ]


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ('"Acme "best" shirt"', 'Acme "best" shirt'),
        ('"Acme "best""', 'Acme "best"'),
        ('""best" shirt"', '"best" shirt'),
        ('"best" shirt', '"best" shirt'),
        ('"Jeans 32""', 'Jeans 32"'),
        ('"Acme "best", cheap"', 'Acme "best", cheap'),
        ('"Acme, "best" shirt"', 'Acme, "best" shirt'),
        ('"Acme ""best"" 5" shirt"', 'Acme "best" 5" shirt'),
        ('"Acme" ', "Acme"),
        ('Acme "best"', 'Acme "best"'),
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_quotation_marks_that_nobody_doubled_are_kept(folder, cell, name, separator):
    cell, name = cell.replace(",", separator), name.replace(",", separator)
    rows = [["id", "name", "colour"], ["1", cell, "Red"], ["2", cell, '"Red "dark" one"'], ["3", "Tee", "Red"]]
    found = records(folder, "\n".join(separator.join(row) for row in rows))
    assert found == [
        Record(2, ["1", name, "Red"]),
        Record(3, ["2", name, 'Red "dark" one']),
        Record(4, ["3", "Tee", "Red"]),
    ]


def test_many_quotation_marks_in_a_line_do_not_cost_time(folder):
    lines = ['"a" ' * 200_000, '"' * 500_001, '" ' * 400_000, '"a"b,' * 150_000, ('"' + " " * 900) * 900]
    assert len(records(folder, "\n".join(["id,name", *(f"{number},{line}" for number, line in enumerate(lines))]))) == 5


def test_quotation_marks_with_backslashes_are_letters(folder):
    rows = [r'1,"Tee 12\" slim",Red', r'2,"Tee 12\"",Red', r'3,"Tee 12\", slim","Red"', r'4,"C:\",Red']
    found = records(folder, "\n".join(["id,name,colour", *rows]))
    assert [record.cells for record in found] == [
        ["1", 'Tee 12" slim', "Red"],
        ["2", 'Tee 12"', "Red"],
        ["3", 'Tee 12", slim', "Red"],
        ["4", "C:\\", "Red"],
    ]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_dialect_is_the_same_table(folder, encoding, line_end, separator):
    rows = [["id", "name", "colour"], ["1", "Röcke – weiß", "grün"], ["2", "Hemd", ""]]
    text = line_end.join(separator.join(row) for row in rows)
    source, found = read(folder, text, encoding)
    assert source.header == rows[0]
    assert [record.cells for record in found] == rows[1:]
    assert (source.separator, source.lines) == (separator, 3)


def test_lines_of_another_encoding_are_read_as_what_they_are(folder):
    text = "id,name\n1,Röcke\n2,Mäntel\n3,Schürze\n".encode("cp1252") + "4,Kleid für Mädchen\n".encode()
    assert [record.cells[1] for record in records(folder, text)] == [
        "Röcke",
        "Mäntel",
        "Schürze",
        "Kleid für Mädchen",
    ]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("encodings", ["uuuuw", "uw", "wu", "w", "uwwww", "uuuwwuuwu"])
def test_each_line_has_its_own_encoding(folder, mark, encodings):
    names = [f"Größe {number} – weiß" for number in range(len(encodings))]
    lines = [
        f"{number},{name}\n".encode("utf-8" if encoding == "u" else "cp1252")
        for number, (name, encoding) in enumerate(zip(names, encodings, strict=True))
    ]
    found = records(folder, f"{mark}id,name\n".encode() + b"".join(lines))
    assert [record.cells[1] for record in found] == names


@pytest.mark.parametrize(
    ("header", "separator"),
    [("id;name, long;price, EUR", ";"), ("id\tname, short, and long", "\t"), ("id,name;colour;size", ",")],
)
def test_what_separates_the_cells_is_what_most_lines_agree_on(folder, header, separator):
    rows = [separator.join(["1"] * (header.count(separator) + 1))] * 3
    assert read(folder, "\n".join([header, *rows]))[0].separator == separator


def test_line_ends_may_be_mixed_and_lines_empty(folder):
    source, found = read(folder, "id,name\r\n1,a\n\n  , \r2,b\r\n,,,\n3,c")
    assert [record.cells for record in found] == [["1", "a"], ["2", "b"], ["3", "c"]]
    assert (source.lines, source.empty) == (7, 3)


@pytest.mark.parametrize("content", ["", "\n", " , ,\n", "\ufeff\n", "sep=;\n", "sep=;"])
def test_a_table_without_columns_is_refused(folder, content):
    with pytest.raises(UnusableFile, match="the first line must name the columns"):
        read(folder, content)


@pytest.mark.parametrize("row", ["1,Tee,Red", '1,Tee 12",Red', '1,"Tee",Red'])
def test_a_quotation_mark_that_is_not_closed_in_the_header_costs_no_row_unseen(folder, row):
    with pytest.raises(UnusableFile, match="a quotation mark is opened and not closed"):
        read(folder, f'id,"name,colour\n{row}\n')
    source, found = read(folder, f'id,"name\nof it",colour\n{row}\n')
    assert (source.header, len(found)) == (["id", "name\nof it", "colour"], 1)


def test_a_table_may_have_no_rows(folder):
    assert records(folder, "id,name") == []


@pytest.mark.parametrize(
    ("row", "error"),
    [("7," + "x" * 10_000_000, "longer"), ("7," + "x," * 600_000, "longer"), ('7,"' + "x\n" * 900, "not closed")],
)
def test_a_row_without_end_is_one_issue_and_the_next_one_is_read(folder, row, error):
    first, *others = records(folder, f"id,name\n{row}\n8,Shirt\n")
    assert first.line == 2
    assert error in first.error
    assert others[-1].cells == ["8", "Shirt"]
    assert sum(map(len, first.cells)) <= RECORD_LIMIT


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (",".join(["column"] * 5000), "5,000 columns, and 1,000 are the limit"),
        (",".join(["column"] * 1_000_000), "longer than 1,000,000 characters"),
    ],
)
def test_a_table_of_too_many_columns_is_refused(folder, header, reason):
    with pytest.raises(UnusableFile, match=reason):
        read(folder, f"{header}\n1,2\n")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7 ...", "is a PDF.*export the table as csv or xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old or a protected Excel file; save it as xlsx"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "is a picture"),
        (b"\x89PNG\r\n\x1a\n", "is a picture"),
        (b"\x1f\x8b\x08\0", "is compressed; unpack"),
        (b"PAR1\x15\x04", "is a Parquet file"),
        (b"SQLite format 3\0", "is a database"),
        (b"PK\x03\x04 and no more", "a zip that cannot be opened"),
        (b"\r\n<!DOCTYPE html><html><table>", "is a web page"),
        ("<html>".encode("utf-16"), "is a web page"),
        (b'<?xml version="1.0"?><products><product id="1"/></products>', "table.csv is XML of 'products'"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "table.csv is XML of 'svg'"),
        (b'[{"id": 1}]', "is JSON"),
        (b'{"id": 1}', "is JSON"),
        (bytes(range(256)) * 8, "not text"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(folder, content, reason):
    with pytest.raises(UnusableFile, match=reason):
        read(folder, content)
