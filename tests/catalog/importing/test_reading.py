"""styles.csv as it comes: odd, damaged, hostile."""

import contextlib
import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.importing.reading import RowIssue, StyleRow, guess_mapping, read_rows, read_styles
from catalog.importing.tables import Table, UnusableFile
from tests.pictures import COLUMNS

HEADER = ",".join(COLUMNS)
SHIRT = "15970,Men,Apparel,Topwear,Shirts,Navy Blue,Fall,2011,Casual,Turtle Check Men Navy Blue Shirt"
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=100).map(str.strip)


def read(folder: Path, content: str | bytes) -> list[StyleRow | RowIssue]:
    path = folder / "styles.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_styles(path))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("styles")


def test_a_row_is_read_whole(folder):
    assert read(folder, f"{HEADER}\n{SHIRT}\n") == [
        StyleRow(
            line=2,
            sku="15970",
            values={
                "gender": "Men",
                "master_category": "Apparel",
                "sub_category": "Topwear",
                "article_type": "Shirts",
                "base_colour": "Navy Blue",
                "season": "Fall",
                "year": 2011,
                "usage": "Casual",
                "name": "Turtle Check Men Navy Blue Shirt",
            },
        )
    ]


@given(
    rows=st.lists(
        st.tuples(
            st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z"), TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT
        ),
        max_size=5,
        unique_by=lambda row: row[0],
    ),
    year=st.integers(1900, 2100),
)
def test_whatever_is_written_is_read_back(folder, rows, year):
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([COLUMNS, *([*row[:7], year, *row[7:]] for row in rows)])
    found = read(folder, stream.getvalue())
    assert [row.sku for row in found] == [row[0] for row in rows]
    assert [list(row.values.values()) for row in found] == [[*row[1:7], year, *row[7:]] for row in rows]


@given(content=st.binary(max_size=400))
def test_no_file_breaks_the_reader(folder, content):
    rows = read(folder, HEADER.encode() + b"\n" + content)
    assert all(row.line >= 2 for row in rows)


@given(content=st.binary(max_size=200))
def test_a_file_without_a_column_of_ids_is_refused_with_a_reason(folder, content):
    with pytest.raises(UnusableFile, match="first line"):
        read(folder, b"name," + content)


@given(content=st.binary(max_size=300), separator=st.sampled_from([",", ";", "\t", "|"]))
def test_every_line_of_any_file_is_a_row_or_an_issue(folder, content, separator):
    path = folder / "any.csv"
    path.write_bytes(separator.join(["id", "name"]).encode() + b"\n" + content)
    table = Table.detect(path)
    for repair in (True, False):
        rows = list(read_rows(table, {"sku": 0}, repair))
        assert len(rows) == sum(1 for _ in table.records())
        good = [row.sku for row in rows if isinstance(row, StyleRow)]
        assert len(set(good)) == len(good)


@given(
    content=st.binary(max_size=300), mark=st.sampled_from([b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"i\0d\0"])
)
def test_any_bytes_are_rows_and_issues_or_an_unusable_file(folder, content, mark):
    with contextlib.suppress(UnusableFile):
        assert all(isinstance(row, StyleRow | RowIssue) for row in read(folder, mark + content))


CELL = st.text(st.characters(categories=["L", "N", "P", "S"], max_codepoint=0xFF), max_size=12).map(str.strip)


@given(
    names=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=6),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    separator=st.sampled_from([",", ";", "\t"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_a_table_reads_the_same_in_every_dialect(folder, names, encoding, separator, quoting, line_end):
    rows = [[str(number), *cells] for number, cells in enumerate(names)]
    with (folder / "dialect.csv").open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=separator, quoting=quoting, lineterminator=line_end)
        writer.writerows([["id", "colour", "name"], *rows])
    found = list(read_styles(folder / "dialect.csv"))
    assert [[row.sku, row.values["base_colour"], row.values["name"]] for row in found] == rows


def test_what_windows_wrote_in_its_own_encoding_is_understood(folder):
    (row,) = read(folder, "id;name;farbe\n1;Röcke für Mädchen – weiß;grün\n".encode("cp1252"))
    assert row.values == {"name": "Röcke für Mädchen – weiß"}


def test_excels_line_that_names_the_separator_is_understood(folder):
    (row,) = read(folder, "sep=;\r\nid;name\r\n7;Shirt, blue\r\n")
    assert (row.line, row.sku, row.values["name"]) == (3, "7", "Shirt, blue")


def test_columns_are_known_by_many_names_and_each_once():
    levels = ("master_category", "sub_category", "article_type")
    fields = ("sku", "gender", *levels, "base_colour", "season", "year", "usage", "name")
    assert guess_mapping(list(COLUMNS)) == {field: number for number, field in enumerate(fields)}
    header = ["Title", "SKU", "Product ID", "Color", "Price", "Category", "Gender"]
    assert guess_mapping(header) == {"name": 0, "sku": 1, "base_colour": 3, "master_category": 5, "gender": 6}


def test_commas_too_many_belong_to_the_name_where_that_is_the_last_column(folder):
    (row,) = read(folder, f"{HEADER}\n{SHIRT}, Slim, Red\n")
    assert row.values["name"] == "Turtle Check Men Navy Blue Shirt, Slim, Red"
    assert row.is_repaired
    table = Table.detect(folder / "styles.csv")
    (issue,) = read_rows(table, guess_mapping(table.header), repair=False)
    assert issue.reason == "has 12 cells for 10 columns"
    (issue,) = read(folder, "id,name,colour\n7,Shirt,Red,Slim\n")
    assert issue.kind == "too many columns"


def test_the_empty_cells_that_a_spreadsheet_adds_are_no_matter(folder):
    (row,) = read(folder, f"{HEADER}\n{SHIRT},,,\n")
    assert row.values["name"] == "Turtle Check Men Navy Blue Shirt"
    assert not row.is_repaired


def test_empty_values_stay_empty_and_na_is_a_usage(folder):
    (row,) = read(folder, f"{HEADER}\n7,Men,Apparel,Topwear,Shirts,,,,NA,\n")
    assert list(row.values.values())[-5:] == ["", "", None, "NA", ""]


def test_years_that_a_notebook_made_floats_are_years(folder):
    (row,) = read(folder, f"{HEADER}\n{SHIRT.replace('2011', '2011.0')}\n")
    assert row.values["year"] == 2011


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter(folder):
    (row,) = read(folder, f"\ufeff{HEADER}\r\n{SHIRT}\r\n")
    assert row.sku == "15970"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("15970,Men,Apparel", "has 3 of 10 columns"),
        (SHIRT.replace("15970", ""), "id '' is not"),
        (SHIRT.replace("15970", "../../etc/passwd"), "id '../../etc/passwd' is not"),
        (SHIRT.replace("2011", "11"), "year '11' is not a number from 1900 to 2100"),
        (SHIRT.replace("2011", "9999"), "year '9999' is not a number"),
        (SHIRT.replace("Fall", "F" * 101), "season is longer than 100 characters"),
        (SHIRT + "x" * 300, "productDisplayName is longer than 255 characters"),
        (SHIRT.replace("Fall", "F\0"), "season holds a NUL character"),
        (SHIRT.replace("Fall", "F\udcff"), "season holds bytes that are no text"),
    ],
)
def test_a_bad_row_is_told_by_line_and_reason_and_the_next_one_is_read(folder, line, reason):
    content = f"{HEADER}\n{line}\n{SHIRT} für Männer\n".encode("utf-8", "surrogateescape")
    issue, row = read(folder, content)
    assert isinstance(issue, RowIssue)
    assert issue.line == 2
    assert reason in issue.reason
    assert row.sku == "15970"


def test_the_second_row_of_an_id_is_an_issue_that_names_the_first(folder):
    row, issue = read(folder, f"{HEADER}\n{SHIRT}\n{SHIRT}\n")
    assert isinstance(row, StyleRow)
    assert (issue.line, issue.sku, issue.reason) == (3, "15970", "id 15970 was already in line 2; the first one counts")
