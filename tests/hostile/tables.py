"""Hostile tables of text."""

import codecs
import io

from tests.hostile import doors
from tests.hostile.case import makers

HEADER = b"id,name,colour,year\n"
ROW = b"A1,Tee,Red,2012\n"
PNG_BEGINNING = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


def rows(*lines: bytes, header: bytes = HEADER) -> bytes:
    return header + b"".join(lines)


def in_encoding(name: str, mark: bytes = b"", text: str = "id,name,colour\nA1,Täe,Grün\nA2,Tée,Noir\n") -> bytes:
    return mark + text.encode(name)


def mixed_encodings() -> bytes:
    lines = ["A1,Grün,a", "A2,Grün,b", "A3,Grün,c", "A4,Grün,d"]
    encodings = ["utf-8", "cp1252", "utf-8", "latin-1"]
    pairs = zip(lines, encodings, strict=True)
    return b"id,name,colour\n" + b"".join(line.encode(encoding) + b"\n" for line, encoding in pairs)


def many_rows(count: int, line: str = "{},Tee,Red,2012\n") -> bytes:
    stream = io.StringIO()
    stream.write(HEADER.decode())
    for number in range(count):
        stream.write(line.format(number))
    return stream.getvalue().encode()


case, slow = makers("csv", doors.table)


UTF7 = b"id,name,colour\nA1,+AGE-,+ADw-script+AD4-\n"
BIDI, INVISIBLE = "\u202egnp.eeT\u202c", "T\u200be\u200de\u2060"
NUMBERS = ["1e999", "NaN", "inf", "-1", "9" * 400, "0x7DC", "2012.5", "١٩٩٩", "²⁰¹²", "20 12", "1e3", "2012-99-99"]

CASES = [
    case("one ordinary row", lambda: rows(ROW), "^1 rows$"),
    case("nothing", lambda: b"", "refused: the first line must name the columns, but it is empty"),
    case("a single line end", lambda: b"\n", "refused: the first line must name the columns"),
    case("a header and nothing else", lambda: HEADER, "^0 rows$"),
    case("no column of ids", lambda: b"colour,price\nRed,1\n", "refused: no column of the first line holds"),
    case("a thousand columns", lambda: rows(b"1\n", header=b"id" + b",x" * 999 + b"\n"), "1 too few columns"),
    case(
        "a million columns",
        lambda: rows(ROW, header=b"id" + b",x" * 400_000 + b"\n"),
        "refused: the table has 400,001 columns, and 1,000 are the limit",
    ),
    case(
        "a million columns without names",
        lambda: rows(ROW, header=b"," * 900_000 + b"\n"),
        "refused: the first line must name the columns",
    ),
    case("a million cells in a row", lambda: rows(b"," * 990_000 + b"x\n", ROW), "^1 rows, 1 too many columns$"),
    case("a thousand rows of many cells", lambda: rows(*[b"," * 20_000 + b"x\n"] * 100), "100 too many columns"),
    case("a line of 16 MB", lambda: rows(b"x" * 16_000_000 + b"\n", ROW), "^1 rows, 1 unreadable row$"),
    slow("a line of 300 MB", lambda: rows(b"x" * 300_000_000 + b"\n", ROW), "^1 rows, 1 unreadable row$"),
    slow("a first line of 300 MB", lambda: b"x" * 300_000_000, "refused: the first line, which names"),
    case("a first line of 16 MB in quotes", lambda: b'"' + b"x" * 16_000_000, "refused: the first line, which names"),
    case("16 MB of quotes", lambda: rows(b'"' * 16_000_000 + b"\n", ROW), "^1 rows, 1 unreadable row$"),
    case("a row of quotes", lambda: rows(b'"' * 999_999 + b"\n", ROW), "^1 rows, 1 "),
    case("a row of quotes and commas", lambda: rows(b'",' * 499_000 + b"\n", ROW), "^1 rows, 1 "),
    case("a row of quotes and letters", lambda: rows(b'"a' * 499_000 + b"\n", ROW), "^1 rows, 1 "),
    case("a row of quotes and spaces", lambda: rows(b'" ' * 499_000 + b"\n", ROW), "^1 rows, 1 "),
    slow("a row of quotes, spaces and commas", lambda: rows(b'1,"a" , ' * 120_000 + b"\n", ROW), "^1 rows, 1 "),
    slow("a row of backslashed quotes", lambda: rows(b'1,"' + b'\\"' * 490_000 + b"\n", ROW), "^1 rows, 1 "),
    case("a row of backslashes", lambda: rows(b'1,"' + b"\\" * 980_000 + b'"\n', ROW), "^1 rows, 1 "),
    case(
        "backslashes before each quote",
        lambda: rows(b'1,"' + (b"\\" * 999 + b'"') * 990 + b"\n", ROW),
        "^1 rows, 1 ",
    ),
    case("a quote that is never closed", lambda: rows(b'A0,"Tee,Red,2012\n', ROW), "^1 rows, 1 unreadable row$"),
    case(
        "each row opens a quote",
        lambda: many_rows(5_000, '{},"Tee,Red,2012\n'),
        "^0 rows, 5000 unreadable row$|^[0-9]+ rows, [0-9]+ unreadable row",
    ),
    case(
        "each long row opens a quote",
        lambda: many_rows(300, '{},"Tee' + "x" * 3000 + ",Red,2012\n"),
        "300 unreadable row",
    ),
    slow("each row is an open quote", lambda: rows(*[b'"\n'] * 20_000, ROW), "unreadable row"),
    slow("nothing but lines in quotes", lambda: rows(b'A0,"' + b"\n" * 500_000 + b'",Red,2012\n', ROW), "1 rows"),
    slow(
        "only line ends", lambda: HEADER + b"\n" * 3_000_000, "refused: the table has more than 1,100,000 empty lines"
    ),
    slow(
        "only carriage returns",
        lambda: HEADER + b"\r" * 3_000_000,
        "refused: the table has more than 1,100,000 empty lines",
    ),
    slow("only commas", lambda: HEADER + b",,,\n" * 1_048_576, "^0 rows$"),
    case("only spaces", lambda: HEADER + b" " * 900_000 + b"\n" + ROW, "^1 rows"),
    case("line ends of every kind", lambda: rows(b"A1,T,R,2012\r\n", b"A2,T,R,2012\r", b"A3,T,R,2012\n"), "^3 rows$"),
    case(
        "line and paragraph separators of Unicode",
        lambda: rows("A1,Tee\u2028Shirt\u2029\x85,Red,2012\n".encode(), b"A2,T\x0bU\x0c,Red,2012\n"),
        "^2 rows$",
    ),
    case("NUL in an id", lambda: rows(b"A\0,Tee,Red,2012\n", ROW), "^1 rows, 1 bad value$"),
    case("NUL in a name", lambda: rows(b"A2,T\0e,Red,2012\n", ROW), "^1 rows, 1 bad value$"),
    case("NUL in the header", lambda: rows(ROW, header=b"id\0,name,colour,year\n"), "^1 rows$"),
    case("nothing but NUL", lambda: b"\0" * 100_000, "refused"),
    case("control signs in an id", lambda: rows(b"A\x07\x1b[31m,Tee,Red,2012\n", ROW), "^1 rows, 1 bad id$"),
    case("control signs in every cell", lambda: rows(b"A1,\x1b[2J,\x07,2012\n"), "^1 rows$|1 bad value"),
    case("a web page in every cell", lambda: rows(b"A1,<script>alert(1)</script>,<b>,2012\n"), "^1 rows$"),
    case("UTF-7", lambda: UTF7, "^1 rows$"),
    *(
        case(f"{name} without a mark", lambda name=name: in_encoding(name), "^2 rows$")
        for name in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp1252")
    ),
    *(
        case(f"{name} with a mark", lambda name=name, mark=mark: in_encoding(name, mark), "^2 rows$")
        for name, mark in (
            ("utf-8", codecs.BOM_UTF8),
            ("utf-16-le", codecs.BOM_UTF16_LE),
            ("utf-16-be", codecs.BOM_UTF16_BE),
            ("utf-32-le", codecs.BOM_UTF32_LE),
            ("utf-32-be", codecs.BOM_UTF32_BE),
        )
    ),
    case(
        "UTF-16 that is cut within a letter",
        lambda: in_encoding("utf-16-le", codecs.BOM_UTF16_LE)[:-3],
        "2 rows|1 rows",
    ),
    case(
        "UTF-16 of halves of letters",
        lambda: codecs.BOM_UTF16_LE + b"i\0d\0\n\0" + b"\0\xd8\n\0" * 1000,
        "0 rows|[0-9]+ ",
    ),
    case("a mark of UTF-16 before UTF-8", lambda: codecs.BOM_UTF16_LE + rows(ROW), "refused"),
    case("UTF-32 beyond Unicode", lambda: codecs.BOM_UTF32_LE + b"\xff\xff\xff\x7f" * 1000, "refused|0 rows"),
    case("EBCDIC", lambda: rows(ROW).decode().encode("cp037"), "refused"),
    case("Shift JIS", lambda: in_encoding("shift_jis", text="id,name\nA1,シャツ\n"), "1 rows|bad value"),
    case("lines of several encodings", mixed_encodings, "^4 rows$"),
    case("bytes that are no text", lambda: rows(b"A1,\xff\xfe\xc0\x80,Red,2012\n", ROW), "rows"),
    case("surrogates written in UTF-8", lambda: rows(b"A1,\xed\xa0\x80,Red,2012\n", ROW), "rows"),
    case("a mark in the middle", lambda: rows(ROW, codecs.BOM_UTF8 + b"A2,Tee,Red,2012\n"), "^2 rows$"),
    case("marks before the mark", lambda: codecs.BOM_UTF8 * 3 + rows(ROW), "^1 rows$"),
    case("an id of invisible signs", lambda: rows("\u200b\u200d\ufeff,Tee,Red,2012\n".encode(), ROW), "^1 rows, 1 "),
    case(
        "separators that change", lambda: rows(b"A1;Tee;Red;2012\n", b"A2\tTee\tRed\t2012\n", ROW), "^1 rows, 2 too few"
    ),
    case("every separator in the header", lambda: b"id,name;colour\tyear|x\nA1,Tee;Red\t2012|x\n", "rows|refused"),
    case("sep= of a letter", lambda: b"sep=i\r\n" + rows(ROW), "refused|rows"),
    case("sep= of a quotation mark", lambda: b'sep="\r\n' + rows(ROW), "refused|rows"),
    case("sep= of a space", lambda: b"sep= \nid name\nA1 Tee\n", "^1 rows$"),
    case("sep= of a sign beyond ASCII", lambda: "sep=§\nid§name\nA1§Tee\n".encode(), "^1 rows$"),
    case("sep= of a carriage return", lambda: b"sep=\r\r\n" + rows(ROW), "refused|rows"),
    case("sep= of a NUL", lambda: b"sep=\0\r\nid\0name\nA1\0Tee\n", "refused|rows"),
    slow(
        "a hundred thousand issues",
        lambda: many_rows(100_000, "x{}\n"),
        "refused: none of the first 100,000 rows has a cell for each of the 4 columns",
    ),
    slow("a million issues", lambda: many_rows(1_000_000, "x\n"), "refused: none of the first 100,000 rows has"),
    slow("60,000 rows of one id", lambda: HEADER + ROW * 60_000, "^1 rows, 59999 repeated id$"),
    slow("the header again and again", lambda: HEADER * 50_000, "^0 rows, 49999 repeated header$"),
    case("formulas as ids", lambda: rows(b"=1+1,T,R,2012\n", b"@SUM(A1),T,R,2012\n", ROW), "rows, . bad id|^3 rows$"),
    case("formulas as values", lambda: rows(b'A1,"=HYPERLINK(""http://x"",1)",=cmd|\' /C calc\'!A0,2012\n'), "^1 rows"),
    case("a formula of a million quotes", lambda: rows(b'A1,="' + b'"' * 900_000 + b",R,2012\n", ROW), "^1 rows, 1 "),
    case("text that runs from right to left", lambda: rows(f"A1,{BIDI},{BIDI},2012\n".encode()), "^1 rows$"),
    case("an id that runs from right to left", lambda: rows(f"A{BIDI},Tee,Red,2012\n".encode()), "1 rows|1 bad id"),
    case("invisible signs in every cell", lambda: rows(f"A1,{INVISIBLE},{INVISIBLE},2012\n".encode()), "^1 rows$"),
    case(
        "a flood of marks on a letter",
        lambda: rows(("A1,Te" + "\u0301\u0327" * 200_000 + ",R,2012\n").encode()),
        "1 bad value",
    ),
    slow(
        "a flood of marks on every id",
        lambda: many_rows(300, "{}a" + "\u0301\u0327" * 1500 + ",T,R,2012\n"),
        "300 bad id",
    ),
    slow(
        "marks as colours",
        lambda: rows(("A1,T," + "\ufdfa" * 300_000 + ",2012\n").encode(), ROW),
        "^1 rows, 1 bad value$",
    ),
    *(
        case(
            f"{number[:12]} as a year",
            lambda number=number: rows(f"A1,T,R,{number}\n".encode()),
            "^0 rows, 1 bad value|^1 rows$",
        )
        for number in NUMBERS
    ),
    *(
        case(
            f"{number[:12]} as an id",
            lambda number=number: rows(f"{number},T,R,2012\n".encode()),
            "^0 rows, 1 |^1 rows$",
        )
        for number in NUMBERS
    ),
    case("an id of a huge power", lambda: rows(b"1.5E+999999999,T,R,2012\n", ROW), "^1 rows, 1 bad id$"),
    slow(
        "ids of huge powers",
        lambda: many_rows(20_000, "1.{}E+99999999\n").replace(b"id,name,colour,year", b"id"),
        "20000 bad id",
    ),
    case("an id of a million digits", lambda: rows(b"9" * 900_000 + b",T,R,2012\n", ROW), "^1 rows, 1 bad id$"),
    case("ids of groups", lambda: rows(b'"1' + b",000" * 200_000 + b'",T,R,2012\n', ROW), "^1 rows, 1 bad id$"),
    case("an id of a megabyte of dots", lambda: rows(b"./" * 400_000 + b",T,R,2012\n", ROW), "^1 rows, 1 bad id$"),
    case(
        "ids that climb", lambda: rows(b"../../etc/passwd,T,R,2012\n", b"..\\x,T,R,2012\n", ROW), "^1 rows, 2 bad id$"
    ),
    slow("a path of a million steps", lambda: b"id,masterCategory\nA1," + b"a>" * 400_000 + b"b\n", "1 rows"),
    slow("a path of a million lists", lambda: b'id,categories\nA1,"' + b"a\\,>," * 150_000 + b'"\n', "rows"),
    slow("a path of entities", lambda: b"id,masterCategory\nA1," + b"&amp;" * 180_000 + b"\n", "1 bad value"),
    case("spaces before steps", lambda: b"id,masterCategory\nA1,a" + b" " * 900_000 + b"b\n", "1 rows"),
    case("dashes before steps", lambda: b"id,masterCategory\nA1,a" + b"-" * 900_000 + b"b\n", "1 bad value"),
    case("brackets around nothing", lambda: rows(b"A1," + b"(" * 10 + b",R,2012\n"), "^1 rows$"),
    slow("ten thousand colours", lambda: many_rows(30_000, "{0},T,Colour {0},2012\n"), "^30000 rows$"),
    slow("names as long as may be", lambda: many_rows(20_000, "{}," + "x" * 255 + ",Red,2012\n"), "^20000 rows$"),
    case("a table that begins as a picture", lambda: PNG_BEGINNING + rows(ROW), "refused: input is a picture"),
    *(
        case(f"a file of {kind}", lambda start=start: start + b"\0" * 500, "^refused: input [^\n]+$")
        for kind, start in (
            ("PDF", b"%PDF-1.7\n"),
            ("old Excel, or one with a password", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
            ("gzip", b"\x1f\x8b\x08"),
            ("bzip2", b"BZh9"),
            ("xz", b"\xfd7zXZ\0"),
            ("zstd", b"\x28\xb5\x2f\xfd"),
            ("7z", b"7z\xbc\xaf\x27\x1c"),
            ("rar", b"Rar!\x1a\x07"),
            ("Parquet", b"PAR1"),
            ("SQLite", b"SQLite format 3\0"),
            ("a program", b"\x7fELF\x02"),
            ("rich text", b"{\\rtf1"),
            ("JSON", b'[{"id": 1}'),
            ("a web page", b"<!DOCTYPE html><p>Sign in"),
            ("a picture of vectors", b"<svg xmlns='http://www.w3.org/2000/svg'>"),
        )
    ),
    case("JSON that is deep", lambda: b"[" * 1_000_000, "refused: input is JSON"),
]
