"""Hostile workbooks."""

import io
import re
import zipfile
from collections.abc import Callable
from functools import cache

from tests.hostile import doors
from tests.hostile.case import makers

SHEET, STRINGS, STYLES, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"
RELATIONS, TYPES = "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
CELL = b'<row r="3"><c r="A3"><v>1</v></c></row>'
LAUGHS = (
    b'<!DOCTYPE a [<!ENTITY l0 "ha">'
    + b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]>"
)
Change = Callable[[bytes], bytes]
A_NUMBER: dict[str, Change | None] = {SHEET: lambda xml: xml.replace(b"</sheetData>", CELL + b"</sheetData>")}


MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = b"http://schemas.openxmlformats.org/package/2006"
KIND = b"application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    TYPES: b'<Types xmlns="%s/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    b'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    b'<Override PartName="/xl/workbook.xml" ContentType="%s.sheet.main+xml"/>'
    b'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="%s.worksheet+xml"/>'
    b'<Override PartName="/xl/styles.xml" ContentType="%s.styles+xml"/>'
    b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s.sharedStrings+xml"/></Types>'
    % (PACKAGE, KIND, KIND, KIND, KIND),
    "_rels/.rels": b'<Relationships xmlns="%s/relationships"><Relationship Id="rId1" Type="%s/officeDocument" '
    b'Target="xl/workbook.xml"/></Relationships>' % (PACKAGE, OFFICE),
    BOOK: b'<workbook %s xmlns:r="%s"><sheets><sheet name="Products" sheetId="1" r:id="rId1"/></sheets></workbook>'
    % (MAIN, OFFICE),
    RELATIONS: b'<Relationships xmlns="%s/relationships">'
    b'<Relationship Id="rId1" Type="%s/worksheet" Target="/xl/worksheets/sheet1.xml"/>'
    b'<Relationship Id="rId2" Type="%s/styles" Target="styles.xml"/>'
    b'<Relationship Id="rId3" Type="%s/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    % (PACKAGE, OFFICE, OFFICE, OFFICE),
    STYLES: b"<styleSheet %s><fonts><font/></fonts><fills><fill/></fills><borders><border/></borders>"
    b'<cellStyleXfs><xf numFmtId="0"/></cellStyleXfs><cellXfs><xf numFmtId="0"/></cellXfs></styleSheet>' % MAIN,
    STRINGS: b"<sst %s><si><t>id</t></si><si><t>name</t></si><si><t>A1</t></si><si><t>Tee</t></si></sst>" % MAIN,
    SHEET: b'<worksheet %s><dimension ref="A1:B2"/><sheetData>'
    b'<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    b'<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" t="s"><v>3</v></c></row></sheetData></worksheet>' % MAIN,
}
"""A workbook of a header and a row, with the parts that Excel writes."""


@cache
def ordinary_workbook() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in PARTS.items():
            archive.writestr(name, content)
    return stream.getvalue()


def changed(changes: dict[str, Change | None] | None = None, added: dict[str, bytes] | None = None) -> bytes:
    """The ordinary workbook with some parts changed, left out (None) or added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part, content in PARTS.items():
            change = (changes or {}).get(part, lambda data: data)
            if change is not None:
                new.writestr(part, change(content))
        for part, data in (added or {}).items():
            new.writestr(part, data)
    return stream.getvalue()


def with_rows(rows: bytes) -> bytes:
    return changed({SHEET: lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>")})


def with_strings(strings: bytes) -> bytes:
    def change(xml: bytes) -> bytes:
        return xml.replace(b"</sst>", strings + b"</sst>")

    return changed({STRINGS: change})


def with_sheet(start: bytes = b"", behind: bytes = b"") -> bytes:
    return changed(
        {
            SHEET: lambda xml: xml.replace(b"<sheetData>", start + b"<sheetData>").replace(
                b"</sheetData>", b"</sheetData>" + behind
            )
        }
    )


def with_part_of(name: str, megabytes: int, unit: bytes = bytes(1 << 20)) -> bytes:
    """The workbook with a part that unpacks to so much."""
    stream = io.BytesIO(ordinary_workbook())
    with (
        zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w", force_zip64=True) as part,
    ):
        for _ in range(megabytes):
            part.write(unit)
    return stream.getvalue()


def with_styles(styles: bytes) -> bytes:
    return changed(
        {
            **A_NUMBER,
            STYLES: lambda xml: re.sub(
                rb"<cellXfs.*?</cellXfs>", b"<cellXfs>" + styles + b"</cellXfs>", xml, flags=re.DOTALL
            ),
        }
    )


case, slow = makers("workbook", doors.table)


REFUSED = "^refused: input [^\n]+(save it|save the sheet|save it again)"
SIZE = "^refused: input [^\n]+; save the sheet with the products as csv$"

CASES = [
    case("one ordinary row", ordinary_workbook, "^1 rows$"),
    case("cut off", lambda: ordinary_workbook()[:-30], "refused: input is a zip that cannot be opened"),
    case("an empty zip", lambda: b"PK\x05\x06" + bytes(18), "refused: input is a zip; choose it"),
    case("no sheet", lambda: changed({SHEET: None}), "refused: input "),
    case(
        "no sheets named",
        lambda: changed({BOOK: lambda xml: re.sub(rb"<sheets>.*</sheets>", b"<sheets/>", xml)}),
        "refused: input ",
    ),
    case("no relations", lambda: changed({RELATIONS: None}), "refused: input "),
    case("no list of types", lambda: changed({TYPES: None}), "refused: input |1 rows"),
    case("no styles", lambda: changed({STYLES: None}), "1 rows|refused"),
    case("no strings", lambda: changed({STRINGS: None}), "1 rows|refused: input "),
    case(
        "a relation that climbs",
        lambda: changed({RELATIONS: lambda xml: xml.replace(b"/xl/worksheets/sheet1.xml", b"../../../etc/passwd")}),
        "refused",
    ),
    case(
        "a relation to elsewhere",
        lambda: changed({RELATIONS: lambda xml: xml.replace(b"/xl/worksheets/sheet1.xml", b"http://127.0.0.1/")}),
        "refused",
    ),
    case(
        "a sheet that is the workbook",
        lambda: changed({RELATIONS: lambda xml: xml.replace(b"/xl/worksheets/sheet1.xml", b"/xl/workbook.xml")}),
        "refused",
    ),
    case(
        "ten thousand sheets",
        lambda: changed({BOOK: lambda xml: re.sub(rb"<sheet [^>]*/>", lambda found: found[0] * 10_000, xml)}),
        "1 rows|refused",
    ),
    case(
        "many empty sheets",
        lambda: changed(
            {
                BOOK: lambda xml: re.sub(rb"<sheet [^>]*/>", lambda found: found[0] * 2_000, xml),
                SHEET: lambda xml: re.sub(rb"<sheetData>.*</sheetData>", b"<sheetData/>", xml),
            }
        ),
        "refused",
    ),
    case(
        "a billion laughs in the sheet",
        lambda: changed(
            {SHEET: lambda xml: LAUGHS + xml.replace(b"</sheetData>", b"<row><c><v>&l9;</v></c></row></sheetData>")}
        ),
        REFUSED,
    ),
    case(
        "a billion laughs in the strings",
        lambda: changed({STRINGS: lambda xml: LAUGHS + xml.replace(b"</sst>", b"<si><t>&l9;</t></si></sst>")}),
        REFUSED,
    ),
    case("a billion laughs in the styles", lambda: changed({STYLES: lambda xml: LAUGHS + xml, **A_NUMBER}), REFUSED),
    case("a billion laughs in the workbook", lambda: changed({BOOK: lambda xml: LAUGHS + xml}), REFUSED),
    case(
        "a file of the server's",
        lambda: changed(
            {
                SHEET: lambda xml: (
                    b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + xml.replace(b"<v>", b"<v>&x;")
                )
            }
        ),
        REFUSED,
    ),
    slow("a bomb of a sheet that is none", lambda: with_part_of("xl/worksheets/sheet2.xml", 600), "^1 rows$"),
    slow("a bomb of a sheet", lambda: with_rows((b"<row>" + b"<x>" + b"a" * 60_000 + b"</x></row>") * 4000), SIZE),
    slow(
        "a sheet of 150 MB of nothing",
        lambda: changed({SHEET: lambda xml: xml.replace(b"</sheetData>", b"</sheetData>" + b" " * 150_000_000)}),
        "^1 rows$",
    ),
    slow("a bomb of strings", lambda: with_strings(b"<si><t>a</t></si>" * 4_000_000), SIZE),
    slow("a million strings", lambda: with_strings(b"<si><t>a</t></si>" * 1_000_000), f"{SIZE}|^1 rows$"),
    slow("strings at the limit", lambda: with_strings(b"<si><t>a</t></si>" * 290_000), f"{SIZE}|^1 rows$"),
    slow("a string of 90 MB", lambda: with_strings(b"<si><t>" + b"a" * 90_000_000 + b"</t></si>"), "^1 rows$"),
    slow(
        "strings of 30 MB",
        lambda: with_strings(b"".join(b"<si><t>" + b"%d" % n + b"a" * 30_000 + b"</t></si>" for n in range(1000))),
        f"{SIZE}|^1 rows$",
    ),
    slow(
        "a string of a million parts",
        lambda: with_strings(b"<si>" + b"<r><t>a</t></r>" * 1_000_000 + b"</si>"),
        f"{SIZE}|^1 rows$",
    ),
    case("a string that is not there", lambda: with_rows(b'<row><c t="s"><v>999</v></c></row>'), REFUSED),
    case("a string before the first", lambda: with_rows(b'<row><c t="s"><v>-1</v></c></row>'), REFUSED),
    case(
        "a string that many rows repeat",
        lambda: changed(
            {
                STRINGS: lambda xml: xml.replace(b"</sst>", b"<si><t>" + b"a" * 900_000 + b"</t></si></sst>"),
                SHEET: lambda xml: xml.replace(
                    b"</sheetData>", b'<row><c t="s"><v>4</v></c></row>' * 20_000 + b"</sheetData>"
                ),
            }
        ),
        f"{SIZE}|bad id",
    ),
    slow("styles of a hundred thousand", lambda: with_styles(b'<xf numFmtId="0"/>' * 100_000), f"{SIZE}|^2 rows$"),
    case("styles of a million", lambda: with_styles(b"<xf/>" * 1_000_000), SIZE),
    slow(
        "styles that are deep",
        lambda: changed({STYLES: lambda xml: xml.replace(b"</styleSheet>", b"<a>" * 300_000), **A_NUMBER}),
        f"{REFUSED}|{SIZE}",
    ),
    case(
        "a format of a megabyte",
        lambda: changed(
            {
                STYLES: lambda xml: (
                    xml.replace(b"</styleSheet>", b"", 1).replace(
                        b"<fonts",
                        b'<numFmts><numFmt numFmtId="200" formatCode="' + b"[" * 900_000 + b'"/></numFmts><fonts',
                        1,
                    )
                    + b"</styleSheet>"
                ),
                **A_NUMBER,
            }
        ),
        "rows|refused",
    ),
    case("a style that is not there", lambda: with_rows(b'<row><c s="99999"><v>1</v></c></row>'), "2 rows|refused"),
    case("a style that is no number", lambda: with_rows(b'<row><c s="x"><v>1</v></c></row>'), REFUSED),
    case(
        "declared as large as may be",
        lambda: changed(
            {SHEET: lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', xml)}
        ),
        "^1 rows$",
    ),
    case(
        "a dimension of nonsense",
        lambda: changed(
            {SHEET: lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="ZZZZZZ99999999:A-1"', xml)}
        ),
        "1 rows|refused",
    ),
    case(
        "a cell in the last place",
        lambda: with_rows(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "1 rows, 1 no id",
    ),
    case(
        "a cell beyond the last row",
        lambda: with_rows(b'<row r="2000000000"><c r="A2000000000"><v>1</v></c></row>'),
        "refused: input has more rows than the 1,048,576",
    ),
    case(
        "a cell beyond the last column", lambda: with_rows(b'<row r="3"><c r="ZZZZZZZZ3"><v>1</v></c></row>'), REFUSED
    ),
    case("a cell that is nowhere", lambda: with_rows(b'<row r="3"><c r="!"><v>1</v></c></row>'), REFUSED),
    case("a row that is no number", lambda: with_rows(b'<row r="x"><c><v>1</v></c></row>'), REFUSED),
    case("a row before the first", lambda: with_rows(b'<row r="-5"><c><v>1</v></c></row>'), "rows|refused"),
    case(
        "rows that go backwards",
        lambda: with_rows(b"".join(b'<row r="%d"><c><v>%d</v></c></row>' % (n, n) for n in range(1000, 0, -1))),
        "rows|refused",
    ),
    case(
        "cells that go backwards",
        lambda: with_rows(b'<row r="3"><c r="B3"><v>1</v></c><c r="A3"><v>2</v></c></row>'),
        "^2 rows$|refused",
    ),
    slow(
        "cells in the last column of many rows",
        lambda: with_rows(b'<row><c r="XFD1"><v>1</v></c></row>' * 300_000),
        "refused: the table has more than 20,000,000 cells",
    ),
    case(
        "a row of many cells",
        lambda: with_rows(b"<row>" + b"<c><v>1</v></c>" * 16_384 + b"</row>"),
        "1 too many columns",
    ),
    slow("a row of too many cells", lambda: with_rows(b"<row>" + b"<c><v>1</v></c>" * 2_000_000 + b"</row>"), SIZE),
    slow("cells without end", lambda: with_rows((b"<row>" + b"<c/>" * 1000 + b"</row>") * 20_000), SIZE),
    slow("empty cells at the limit", lambda: with_rows((b"<row>" + b"<c/>" * 100 + b"</row>") * 9_900), f"{SIZE}|rows"),
    slow(
        "400,000 cells",
        lambda: with_rows((b"<row>" + b"<c><v>1</v></c>" * 10 + b"</row>") * 40_000),
        f"{SIZE}|rows",
    ),
    slow(
        "400,000 texts",
        lambda: with_rows((b"<row>" + b'<c t="inlineStr"><is><t>a</t></is></c>' * 10 + b"</row>") * 40_000),
        f"{SIZE}|rows",
    ),
    slow("rows at the limit", lambda: with_rows(b"<row/>" * 1_000_000), f"{SIZE}|rows"),
    slow("rows beyond the limit", lambda: with_rows(b"<row/>" * 3_000_000), SIZE),
    slow("elements of nobody's", lambda: with_sheet(behind=b"<x/>" * 20_000_000), SIZE),
    slow(
        "many merged cells",
        lambda: with_sheet(behind=b"<mergeCells>" + b'<mergeCell ref="A1:XFD1048576"/>' * 500_000 + b"</mergeCells>"),
        f"{SIZE}|1 rows",
    ),
    case(
        "many conditional formats",
        lambda: with_sheet(
            behind=b'<conditionalFormatting sqref="A1:XFD1048576"><cfRule/></conditionalFormatting>' * 100_000
        ),
        f"{SIZE}|1 rows",
    ),
    case(
        "many validations",
        lambda: with_sheet(
            behind=b"<dataValidations>" + b'<dataValidation sqref="A1"/>' * 200_000 + b"</dataValidations>"
        ),
        f"{SIZE}|1 rows",
    ),
    case(
        "many columns of widths",
        lambda: with_sheet(b"<cols>" + b'<col min="1" max="16384" width="9"/>' * 200_000 + b"</cols>"),
        f"{SIZE}|1 rows",
    ),
    case("a sheet that is deep", lambda: with_rows(b"<row>" * 1_000_000), f"{REFUSED}|{SIZE}"),
    case(
        "a cell that is deep",
        lambda: with_rows(b"<row><c>" + b"<is>" * 30_000 + b"</is>" * 30_000 + b"</c></row>"),
        f"{REFUSED}|{SIZE}|rows",
    ),
    case("a tag of 16 MB", lambda: with_rows(b'<row r="' + b"1" * 16_000_000 + b'"/>'), f"{REFUSED}|{SIZE}"),
    case(
        "a number of 4,000 digits",
        lambda: with_rows(b"<row><c><v>" + b"9" * 4000 + b"</v></c></row>"),
        "^1 rows, 1 |^2 rows|refused",
    ),
    case(
        "a number of 2 MB",
        lambda: with_rows(b"<row><c><v>" + b"9" * 1_900_000 + b"</v></c></row>"),
        f"1 unreadable row|{REFUSED}|1 bad id",
    ),
    case("1e999", lambda: with_rows(b"<row><c><v>1e999</v></c></row>"), "^1 rows, 1 |^2 rows|refused"),
    case("NaN", lambda: with_rows(b"<row><c><v>NaN</v></c></row>"), "^1 rows, 1 |^2 rows|refused"),
    case(
        "a date beyond all dates",
        lambda: changed(
            {
                SHEET: lambda xml: xml.replace(b"</sheetData>", b'<row><c s="1"><v>1e300</v></c></row></sheetData>'),
                STYLES: lambda xml: re.sub(
                    rb"<cellXfs.*?</cellXfs>",
                    b'<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>',
                    xml,
                    flags=re.DOTALL,
                ),
            }
        ),
        "^1 rows, 1 no id$",
    ),
    case("a date of nonsense", lambda: with_rows(b'<row><c t="d"><v>yesterday</v></c></row>'), "rows|refused"),
    case("a truth of nonsense", lambda: with_rows(b'<row><c t="b"><v>perhaps</v></c></row>'), "rows|refused"),
    case("a type of nonsense", lambda: with_rows(b'<row><c t="zz"><v>A2</v></c></row>'), "^2 rows$|refused"),
    case("formulas without results", lambda: with_rows(b"<row><c><f>1+1</f></c><c><f>2</f></c></row>"), "^1 rows"),
    case(
        "formulas with results",
        lambda: with_rows(b"<row><c t=\"str\"><f>cmd|' /C calc'!A0</f><v>A2</v></c></row>"),
        "^2 rows$",
    ),
    case("errors", lambda: with_rows(b'<row><c t="e"><v>#REF!</v></c></row>'), "^1 rows, 1 "),
    case(
        "inline strings",
        lambda: with_rows(b'<row><c t="inlineStr"><is><r><t>A</t></r><r><t>2</t></r></is></c></row>'),
        "^2 rows$",
    ),
    case(
        "escaped signs", lambda: with_rows(b'<row><c t="inlineStr"><is><t>A_x0000__x001B_</t></is></c></row>'), "rows"
    ),
    case(
        "signs that XML does not know",
        lambda: with_rows(b'<row><c t="inlineStr"><is><t>A&#0;</t></is></c></row>'),
        REFUSED,
    ),
    case(
        "cells twice", lambda: with_rows(b'<row r="3"><c r="A3"><v>1</v></c><c r="A3"><v>2</v></c></row>'), "^2 rows$"
    ),
    case(
        "another namespace",
        lambda: changed({SHEET: lambda xml: xml.replace(b"spreadsheetml/2006/main", b"spreadsheetml/1999/x")}),
        "1 rows|refused",
    ),
    case(
        "the strict namespace",
        lambda: changed(
            {
                SHEET: lambda xml: xml.replace(
                    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                    b"http://purl.oclc.org/ooxml/spreadsheetml/main",
                )
            }
        ),
        "1 rows|refused",
    ),
    case(
        "an encoding that lies",
        lambda: changed({SHEET: lambda xml: b'<?xml version="1.0" encoding="utf-16"?>' + xml}),
        REFUSED,
    ),
    case("macros", lambda: changed(added={"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" * 1000}), "^1 rows$"),
    slow("macros of a gigabyte", lambda: with_part_of("xl/vbaProject.bin", 1024), "^1 rows$"),
    case("a part twice", lambda: changed(added={SHEET: b"<x/>"}), "rows|refused"),
    slow(
        "parts of a hundred thousand",
        lambda: changed(added={f"xl/x{number}.xml": b"" for number in range(60_000)}),
        "1 rows|refused",
    ),
    case(
        "a binary workbook",
        lambda: changed({BOOK: None}, {"xl/workbook.bin": b""}),
        "refused: input is a binary Excel file",
    ),
    case("LibreOffice's", lambda: zipped_ods(), "refused: input is a file of LibreOffice"),
    case(
        "a text document",
        lambda: changed(
            {BOOK: None, SHEET: None, STYLES: None, STRINGS: None, RELATIONS: None, "xl/theme/theme1.xml": None},
            {"word/document.xml": b""},
        ),
        "refused: input is a text document",
    ),
]


def zipped_ods() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", b"<x/>")
    return stream.getvalue()
