"""What kind of file a table is: csv, a workbook or a feed; whatever else it is, one sentence says what to do."""

import re
from pathlib import Path

from django.utils.translation import gettext, gettext_lazy, gettext_noop

from catalog.importing.feeds import read_feed
from catalog.importing.separated import read_separated
from catalog.importing.tables import Source, UnusableFile
from catalog.importing.zips import BROKEN, Archive

START_BYTES = 4096
STRANGE_BYTES = 50
EXPORT = gettext_lazy("export the table as csv or xlsx")
MARKS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", gettext_noop("is a PDF, which has no cells; {advice}")),
    (
        b"\xd0\xcf\x11\xe0",
        gettext_noop("is an old or a protected Excel file; save it as xlsx or csv, without a password"),
    ),
    (b"\xff\xd8\xff", gettext_noop("is a picture; choose it with the pictures, and a table here")),
    (b"\x89PNG", gettext_noop("is a picture; choose it with the pictures, and a table here")),
    (b"GIF8", gettext_noop("is a picture; choose it with the pictures, and a table here")),
    (b"RIFF", gettext_noop("is a picture or a sound; choose a table here")),
    (b"II*\0", gettext_noop("is a picture; choose it with the pictures, and a table here")),
    (b"MM\0*", gettext_noop("is a picture; choose it with the pictures, and a table here")),
    (b"\x1f\x8b", gettext_noop("is compressed; unpack it first")),
    (b"BZh", gettext_noop("is compressed; unpack it first")),
    (b"\xfd7zXZ", gettext_noop("is compressed; unpack it first")),
    (b"\x28\xb5\x2f\xfd", gettext_noop("is compressed; unpack it first")),
    (b"7z\xbc\xaf", gettext_noop("is an archive; unpack it first")),
    (b"Rar!", gettext_noop("is an archive; unpack it first")),
    (b"PAR1", gettext_noop("is a Parquet file; {advice}")),
    (b"ORC", gettext_noop("is an ORC file; {advice}")),
    (b"Obj\x01", gettext_noop("is an Avro file; {advice}")),
    (b"ARROW1", gettext_noop("is an Arrow file; {advice}")),
    (b"SQLite format 3", gettext_noop("is a database; {advice}")),
    (b"\x7fELF", gettext_noop("is a program and no table")),
    (b"MZ\x90", gettext_noop("is a program and no table")),
    (b"{\\rtf", gettext_noop("is a text document; {advice}")),
)
WORKBOOK, OPEN_DOCUMENT = "xl/workbook.xml", b"application/vnd.oasis.opendocument"


def read_table(path: Path) -> Source:
    """The table in a file. Raises UnusableFile when there is none, and OSError."""
    with path.open("rb") as stream:
        start = stream.read(START_BYTES)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        _check_workbook(path, start)
        # Here, as what it needs takes 6 MB of each process, and no web process reads a workbook.
        from catalog.importing.spreadsheets import read_spreadsheet

        return read_spreadsheet(path)
    for mark, reason in MARKS:
        if start.startswith(mark):
            raise UnusableFile(f"{path.name} {gettext(reason).format(advice=EXPORT)}")
    text = _as_text(start).lstrip("\ufeff \t\r\n")
    if re.match(r"<!doctype html|<html|<head|<body|<table", text, re.IGNORECASE):
        raise UnusableFile(
            gettext("{file} is a web page, perhaps one to sign in at; download or {advice}").format(
                file=path.name, advice=EXPORT
            )
        )
    if re.match(r"<\?xml|<!--|<!doctype|<[a-z][\w:.-]*[\s>]", text, re.IGNORECASE):
        return read_feed(path)
    if re.match(r"[{\[]\s*[{\[\"\]}]", text):
        raise UnusableFile(gettext("{file} is JSON; {advice}").format(file=path.name, advice=EXPORT))
    if _is_binary(start):
        raise UnusableFile(
            gettext("{file} is no table but something that is not text; {advice}").format(file=path.name, advice=EXPORT)
        )
    return read_separated(path)


def _check_workbook(path: Path, start: bytes) -> None:
    """Raises UnusableFile for a zip that is none."""
    try:
        with Archive(path) as archive:
            names = set(archive.namelist())
    except BROKEN as error:
        raise UnusableFile(
            gettext("{file} is a zip that cannot be opened, perhaps cut off; upload it again").format(file=path.name)
        ) from error
    if WORKBOOK in names:
        return
    if OPEN_DOCUMENT in start:
        raise UnusableFile(gettext("{file} is a file of LibreOffice; save it as xlsx or csv").format(file=path.name))
    if "xl/workbook.bin" in names:
        raise UnusableFile(gettext("{file} is a binary Excel file; save it as xlsx or csv").format(file=path.name))
    if any(name.startswith("xl/") for name in names):
        raise UnusableFile(
            gettext("{file} is a workbook with parts missing; open it in a spreadsheet and save it again").format(
                file=path.name
            )
        )
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        raise UnusableFile(
            gettext("{file} is a text document or a presentation; {advice}").format(file=path.name, advice=EXPORT)
        )
    raise UnusableFile(
        gettext("{file} is a zip; choose it with the pictures, or unpack the table that is in it").format(
            file=path.name
        )
    )


def _as_text(start: bytes) -> str:
    for encoding in ("utf-16-le", "utf-16-be"):
        if start.lstrip(b"\xff\xfe")[:2] in ("<".encode(encoding), "{".encode(encoding)):
            return start.decode(encoding, "replace")
    return start.decode("utf-8-sig", "replace")


def _is_binary(start: bytes) -> bool:
    """Whether there are many signs that no text has. In UTF-16 and UTF-32 every other byte may be NUL."""
    is_wide = start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in start[:4]
    text = start.replace(b"\0", b"") if is_wide else start
    strange = sum(byte < 32 and byte not in b"\t\r\n\f" for byte in text)
    return strange > STRANGE_BYTES and 20 * strange > len(text)
