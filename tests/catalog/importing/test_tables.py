"""Tables read on from any place, whatever they are written in."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.importing.tables import Record, Table

ATOMS = st.sampled_from([",", ";", '"', "\n", "\r", "\r\n", "a", "é", "😀", " ", "\0", "x" * 3000])
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


def in_pieces(table: Table, size: int) -> list[Record]:
    """The records of the table, which is opened again for every few of them."""
    found = []
    while True:
        with table.records() as records:
            piece = [record for _, record in zip(range(size), records, strict=False)]
            table = replace(table, start=records.place)
        if not piece:
            return found
        found += piece


def assert_reads_on(path: Path, size: int) -> None:
    table = Table.detect(path)
    with table.records() as records:
        assert in_pieces(table, size) == list(records)


@given(text=st.lists(ATOMS, max_size=40).map("".join), encoding=st.sampled_from(ENCODINGS), size=st.integers(1, 3))
def test_a_table_is_read_on_from_any_record(folder, text, encoding, size):
    path = folder / "text.csv"
    path.write_bytes(f"id,name\n{text}".encode(encoding, "replace"))
    assert_reads_on(path, size)


@given(content=st.binary(max_size=300), mark=st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"sep=,\r\n"]))
def test_any_bytes_are_read_on_from_any_record(folder, content, mark):
    path = folder / "bytes.csv"
    header = "id,name\n".encode("utf-16-le" if mark == b"\xff\xfe" else "ascii")
    path.write_bytes(mark + header + content)
    assert_reads_on(path, 1)


def test_a_quoted_cell_of_several_lines_is_one_record_and_the_lines_after_it_keep_their_numbers(folder):
    path = folder / "lines.csv"
    path.write_text('id,name\n1,"one\ntwo\nthree"\n2,Shirt\n', encoding="utf-16")
    assert in_pieces(Table.detect(path), 1) == [Record(2, ["1", "one\ntwo\nthree"]), Record(5, ["2", "Shirt"])]


def test_the_lines_below_the_header_are_counted(folder):
    path = folder / "count.csv"
    path.write_text("sep=;\nid;name\n1;Shirt\n2;Shirt\n")
    assert Table.detect(path).count_lines() == 2
