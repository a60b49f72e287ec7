"""styles.csv and pictures as they come: odd, damaged, hostile."""

import csv
import io
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.importing.reading import COLUMNS, Pictures, RowIssue, StyleRow, UnusableFile, read_styles
from tests.pictures import style, write_styles

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
            gender="Men",
            master_category="Apparel",
            sub_category="Topwear",
            article_type="Shirts",
            base_colour="Navy Blue",
            season="Fall",
            year=2011,
            usage="Casual",
            name="Turtle Check Men Navy Blue Shirt",
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
    assert [(row.sku, row.gender, row.base_colour, row.year, row.usage, row.name) for row in found] == [
        (sku, gender, colour, year, usage, name) for sku, gender, _, _, _, colour, _, usage, name in rows
    ]


@given(content=st.binary(max_size=400))
def test_no_file_breaks_the_reader(folder, content):
    rows = read(folder, HEADER.encode() + b"\n" + content)
    assert all(row.line >= 2 for row in rows)


@given(content=st.binary(max_size=200))
def test_a_file_without_the_header_is_refused_with_a_reason(folder, content):
    with pytest.raises(UnusableFile, match="first line"):
        read(folder, content)


def test_commas_too_many_belong_to_the_name(folder):
    (row,) = read(folder, f"{HEADER}\n{SHIRT}, Slim, Red\n")
    assert row.name == "Turtle Check Men Navy Blue Shirt, Slim, Red"


def test_empty_values_stay_empty_and_na_is_a_usage(folder):
    (row,) = read(folder, f"{HEADER}\n7,Men,Apparel,Topwear,Shirts,,,,NA,\n")
    assert (row.base_colour, row.season, row.year, row.usage, row.name) == ("", "", None, "NA", "")


def test_years_that_a_notebook_made_floats_are_years(folder):
    (row,) = read(folder, f"{HEADER}\n{SHIRT.replace('2011', '2011.0')}\n")
    assert row.year == 2011


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter(folder):
    (row,) = read(folder, f"\ufeff{HEADER}\r\n{SHIRT}\r\n")
    assert row.sku == "15970"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("15970,Men,Apparel", "has 3 of 10 columns"),
        (SHIRT.replace("15970", ""), "id '' is not"),
        (SHIRT.replace("15970", "../../etc/passwd"), "id '../../etc/passwd' is not"),
        (SHIRT.replace("2011", "11"), "year '11' is not a year"),
        (SHIRT.replace("2011", "9999"), "year '9999' is not a year"),
        (SHIRT.replace("Fall", "F" * 101), "season is longer than 100 characters"),
        (SHIRT + "x" * 300, "productDisplayName is longer than 255 characters"),
        (SHIRT.replace("Fall", "F\0"), "season holds a NUL character"),
        (SHIRT.replace("Fall", "F\udcff"), "season is not UTF-8 text"),
    ],
)
def test_a_bad_row_is_told_by_line_and_reason_and_the_next_one_is_read(folder, line, reason):
    content = f"{HEADER}\n{line}\n{SHIRT}\n".encode("utf-8", "surrogateescape")
    issue, row = read(folder, content)
    assert isinstance(issue, RowIssue)
    assert issue.line == 2
    assert reason in issue.reason
    assert row.sku == "15970"


def test_the_second_row_of_an_id_is_an_issue_that_names_the_first(folder):
    row, issue = read(folder, f"{HEADER}\n{SHIRT}\n{SHIRT}\n")
    assert isinstance(row, StyleRow)
    assert (issue.line, issue.sku, issue.reason) == (3, "15970", "id 15970 was already in line 2; the first one counts")


def test_pictures_are_found_by_name_in_a_folder_and_in_a_zip(tmp_path):
    images = tmp_path / "images" / "deep"
    images.mkdir(parents=True)
    (images / "7.JPG").write_bytes(b"seven")
    (images / "._7.jpg").write_bytes(b"what macOS adds")
    (images / "notes.txt").write_bytes(b"")
    archive = tmp_path / "images.zip"
    with zipfile.ZipFile(archive, "w") as stream:
        for path in images.iterdir():
            stream.write(path, f"images/{path.name}")
    for place in (tmp_path / "images", archive):
        with Pictures(place) as pictures:
            assert list(pictures) == ["7"]
            assert pictures.read("7") == b"seven"
            assert pictures.suffix("7") == ".JPG"


def test_links_in_a_zip_are_left_out(tmp_path):
    link = zipfile.ZipInfo("1.jpg")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "images.zip", "w") as stream:
        stream.writestr(link, "/etc/passwd")
    with Pictures(tmp_path / "images.zip") as pictures:
        assert len(pictures) == 0


def test_an_entry_that_is_damaged_or_too_large_is_an_error_with_a_reason(tmp_path):
    archive = tmp_path / "images.zip"
    with zipfile.ZipFile(archive, "w") as stream:
        stream.writestr("1.jpg", b"some picture")
        stream.writestr("2.jpg", bytes(31 << 20), zipfile.ZIP_DEFLATED)
    archive.write_bytes(archive.read_bytes().replace(b"some picture", b"same picture", 1))
    with Pictures(archive) as pictures:
        with pytest.raises(OSError, match="cannot be unpacked"):
            pictures.read("1")
        with pytest.raises(OSError, match="the limit is 31 MB"):
            pictures.read("2")


def test_a_path_that_is_neither_zip_nor_folder_is_refused(tmp_path):
    path = write_styles(tmp_path / "images.zip", [style("1")])
    with pytest.raises(UnusableFile, match="neither a folder nor a readable zip"):
        Pictures(path)
