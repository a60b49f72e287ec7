"""Workbooks: as staff save them, and as somebody makes them who means harm."""

import io
import re
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from catalog.importing import spreadsheets
from catalog.importing.formats import read_table
from catalog.importing.reading import StyleRow, read_styles
from catalog.importing.tables import RECORD_LIMIT, Source, UnusableFile

HEADER = ["id", "name", "colour", "year"]


def workbook(*rows: list, **others: list[list]) -> bytes:
    """The bytes of a workbook with a sheet of these rows, and others by their names."""
    book = Workbook()
    for number, (title, content) in enumerate({"Products": rows, **others}.items()):
        sheet = book.active if not number else book.create_sheet()
        sheet.title = title
        for row in content:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_part(content: bytes, name: str, change) -> bytes:
    """The workbook with one of its parts changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            data = old.read(part)
            new.writestr(part, change(data) if part == name else data)
    return stream.getvalue()


@pytest.fixture
def write(tmp_path):
    def write(content: bytes) -> Path:
        path = tmp_path / "products.xlsx"
        path.write_bytes(content)
        return path

    return write


def read(path: Path) -> tuple[Source, list[tuple[int, list[str]]]]:
    source = read_table(path)
    return source, [(record.line, record.cells) for record in source.records]


def test_a_workbook_is_a_table_of_its_first_sheet_with_anything_in_it(write):
    content = workbook(
        Empty=[[], []], Shop=[[], HEADER, ["A1", "Tee", "Red", 2012], [None], ["A2", "Shirt"]], More=[[1]]
    )
    source, found = read(write(content))
    assert source.kind == "the sheet “Shop” of a workbook"
    assert source.header == HEADER
    assert found == [(3, ["A1", "Tee", "Red", "2012"]), (5, ["A2", "Shirt", "", ""])]
    assert (source.lines, source.empty) == (5, 2)


def test_numbers_are_the_ids_that_staff_see(write):
    book = Workbook()
    ids = [70001, 70002.0, 7.0003e4, "70004", "0005", 123456789012345, 12.5]
    for row in [["id", "year"], *([sku, 2012.0] for sku in ids), [1234, datetime(2012, 5, 1)], ["D", date(2011, 1, 1)]]:
        book.active.append(row)
    book.active["A9"].number_format = "0000000"
    stream = io.BytesIO()
    book.save(stream)
    rows = list(read_styles(write(stream.getvalue())))
    assert [row.sku for row in rows] == [
        *("70001", "70002", "70003", "70004", "0005", "123456789012345", "12.5"),
        *("0001234", "D"),
    ]
    assert [row.values["year"] for row in rows] == [2012] * 8 + [2011]


def test_formulas_are_what_they_came_to_and_errors_are_nothing(write):
    content = workbook(HEADER, ["A1", '=CONCAT("Te","e")', "#N/A", True], ["A2", "Tee\nof two lines", " red  ", None])
    # openpyxl writes no results; a spreadsheet does.
    content = with_part(
        content,
        "xl/worksheets/sheet1.xml",
        lambda xml: re.sub(rb'<c r="B2"(.*?)<v ?(/>|></v>)', rb'<c r="B2" t="str"\1<v>Tee</v>', xml),
    )
    first, second = read_styles(write(content))
    assert first.kind == "bad value"
    assert isinstance(second, StyleRow)
    assert (second.values["name"], second.values["base_colour"]) == ("Tee\nof two lines", "red")
    assert read(write(content))[1][0][1] == ["A1", "Tee", "#N/A", "TRUE"]


def test_a_hidden_sheet_is_not_read(write):
    book = Workbook()
    book.active.append(["secret"])
    book.active.sheet_state = "hidden"
    book.create_sheet("Shown").append(HEADER)
    stream = io.BytesIO()
    book.save(stream)
    assert read(write(stream.getvalue()))[0].header == HEADER


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (workbook([None]), "no sheet with anything in it"),
        (workbook(HEADER)[:-30], "cannot be opened, perhaps cut off"),
        (workbook(["column"] * 1500), "1,500 columns, and 1,000 are the limit"),
        (
            with_part(workbook(HEADER, [1]), "xl/worksheets/sheet1.xml", lambda xml: xml[: len(xml) // 2]),
            "cannot be read as a workbook .*save it as xlsx or csv",
        ),
        (
            with_part(
                workbook(HEADER, [1]),
                "xl/worksheets/sheet1.xml",
                lambda xml: b'<!DOCTYPE a [<!ENTITY b "c">]>' + xml,
            ),
            "cannot be read as a workbook",
        ),
        (
            with_part(
                workbook(HEADER, [1]), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b'r="2"', b'r="2000000000"')
            ),
            "more rows than the 1,048,576 of a sheet",
        ),
    ],
)
def test_broken_and_hostile_workbooks_are_refused_in_one_sentence(write, content, reason):
    with pytest.raises(UnusableFile, match=reason):
        read(write(content))


def test_a_workbook_that_would_fill_the_disk_is_refused_before_it_is_unpacked(write, monkeypatch):
    monkeypatch.setattr(spreadsheets, "UNPACKED_LIMIT", 100_000)
    content = with_part(workbook(HEADER, ["A1"]), "xl/worksheets/sheet1.xml", lambda xml: xml + b" " * 200_000)
    with pytest.raises(UnusableFile, match="unpacks to more than"):
        read(write(content))


@pytest.mark.parametrize(
    ("limit", "part", "added", "reason"),
    [
        ("PART_LIMIT", "xl/styles.xml", b" " * 2_000_000, "more in styles.xml than 2 MB"),
        ("TAGS_LIMIT", "xl/worksheets/sheet1.xml", b"<c/>" * 2000, "more than 250 cells"),
        ("TEXT_LIMIT", "xl/worksheets/sheet1.xml", b"<c><v>12345678</v></c>" * 200, "million letters"),
        ("TAG_LIMIT", "xl/worksheets/sheet1.xml", b"<!--" + b"x" * 300_000 + b"-->", "a tag of more than"),
    ],
)
def test_what_would_fill_the_memory_is_refused_in_one_sentence(write, monkeypatch, limit, part, added, reason):
    if limit != "PART_LIMIT":
        monkeypatch.setattr(spreadsheets, limit, 1000)
    content = workbook(HEADER, ["A1"], [1])
    with pytest.raises(UnusableFile, match=f"{reason}.*; save the sheet with the products as csv$"):
        read(
            write(with_part(content, part, lambda xml: xml.replace(b"</row>", added + b"</row>", 1) + b" " * 2_100_000))
        )


def shared(content: bytes, strings: bytes) -> bytes:
    """The workbook with its first string, and others, in a part of their own, as Excel writes them."""
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/></Types>'
    content = with_part(content, "[Content_Types].xml", lambda xml: xml.replace(b"</Types>", override))
    first = rb'<c r="A2" t="inlineStr"><is><t>.*?</t></is></c>'
    stream = io.BytesIO(
        with_part(
            content,
            "xl/worksheets/sheet1.xml",
            lambda xml: re.sub(first, b'<c r="A2" t="s"><v>0</v></c>', xml, count=1),
        )
    )
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        sst = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + strings + b"</sst>"
        archive.writestr("xl/sharedStrings.xml", sst)
    return stream.getvalue()


def test_shared_strings_are_read_and_without_end_refused(write, monkeypatch):
    content = workbook(HEADER, ["?"])
    parts = b"<si><r><t>KLEID </t></r><r><t>GR&#220;N</t></r></si>"
    assert read(write(shared(content, parts)))[1] == [(2, ["KLEID GRÜN", "", "", ""])]
    monkeypatch.setattr(spreadsheets, "STRINGS_LIMIT", 1000)
    with pytest.raises(UnusableFile, match="more text than 1,000 strings"):
        read(write(shared(content, parts + b"<si/>" * 2000)))


def test_what_is_not_read_has_no_limit(write, monkeypatch):
    monkeypatch.setattr(spreadsheets, "UNPACKED_LIMIT", 100_000)
    stream = io.BytesIO(workbook(HEADER, ["A1"]))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/calcChain.xml", b" " * 200_000)
        archive.writestr("xl/media/image1.png", b" " * 200_000)
    assert read(write(stream.getvalue()))[1] == [(2, ["A1", "", "", ""])]


def test_a_part_that_is_longer_than_it_says_is_refused(write):
    content = bytearray(with_part(workbook(HEADER, [1]), "xl/styles.xml", lambda xml: xml + b" " * 1_500_000))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        size = archive.getinfo("xl/styles.xml").file_size.to_bytes(4, "little")
    with pytest.raises(UnusableFile, match="cannot be read as a workbook"):
        read(write(bytes(content).replace(size, (1000).to_bytes(4, "little"))))


def test_what_a_sheet_says_of_its_size_is_not_believed(write):
    content = with_part(
        workbook(HEADER, ["A1", "Tee"]),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b'<dimension ref="A1:D2"', b'<dimension ref="A1:XFD1048576"'),
    )
    source, found = read(write(content))
    assert (source.header, found) == (HEADER, [(2, ["A1", "Tee", "", ""])])


def test_a_row_without_end_is_one_issue(write):
    rows = [["x" * 32_000] * 40, ["A2"]]
    source = read_table(write(workbook(HEADER, *rows)))
    first, second = source.records
    assert f"longer than {RECORD_LIMIT:,} characters" in first.error
    assert second.cells[0] == "A2"
