"""Hostile zips of pictures."""

import io
import struct
import zipfile
import zlib

from tests.hostile import doors
from tests.hostile.case import makers
from tests.pictures import as_file, drawing

METHODS = {"bzip2": zipfile.ZIP_BZIP2, "lzma": zipfile.ZIP_LZMA}
LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


def zipped(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return stream.getvalue()


def picture() -> bytes:
    return as_file(drawing(1))


def local(name: bytes, content: bytes, size: int, *, method: int = 8, flags: int = 0, crc: int = 0) -> bytes:
    """An entry as it stands before its content."""
    sizes = struct.pack("<LLL", crc, len(content), size)
    return (
        LOCAL
        + struct.pack("<HHHHH", 20, flags, method, 0, 0)
        + sizes
        + struct.pack("<HH", len(name), 0)
        + name
        + content
    )


def central(
    name: bytes,
    packed: int,
    size: int,
    *,
    place: int = 0,
    method: int = 8,
    flags: int = 0,
    crc: int = 0,
    attributes: int = 0,
    extra: bytes = b"",
) -> bytes:
    """The same as it stands in the list at the end."""
    return (
        CENTRAL
        + struct.pack("<HHHHHH", 20, 20, flags, method, 0, 0)
        + struct.pack("<LLLHHHHHLL", crc, packed, size, len(name), len(extra), 0, 0, 0, attributes, place)
        + name
        + extra
    )


def with_end(content: bytes, entries: bytes, count: int) -> bytes:
    return (
        content
        + entries
        + END
        + struct.pack("<HHHHLLH", 0, 0, count & 0xFFFF, count & 0xFFFF, len(entries), len(content), 0)
    )


def single(name: bytes = b"1.jpg", *, says: int | None = None, content: bytes | None = None, **told) -> bytes:
    """A zip of one picture that says of itself what it is told to."""
    content = picture() if content is None else content
    size = len(content) if says is None else says
    packer = zlib.compressobj(9, wbits=-15)
    packed = packer.compress(content) + packer.flush()
    told = {"crc": zlib.crc32(content), **told}
    at_the_end = {key: told.pop(key) for key in ("attributes", "extra") if key in told}
    return with_end(local(name, packed, size, **told), central(name, len(packed), size, **told, **at_the_end), 1)


def overlapping(count: int, size: int) -> bytes:
    """Many entries of one content, as in zips that unpack to petabytes."""
    packer = zlib.compressobj(9, wbits=-15)
    content = bytes(size)
    packed = packer.compress(content) + packer.flush()
    entry = {"crc": zlib.crc32(content)}
    entries = b"".join(central(b"%d.jpg" % n, len(packed), size, **entry) for n in range(count))
    return with_end(local(b"0.jpg", packed, size, **entry), entries, count)


def many_entries(count: int) -> bytes:
    return with_end(b"", b"".join(central(b"%d.jpg" % n, 0, 0, method=0) for n in range(count)), count)


def bomb(megabytes: int, name: str = "1.jpg") -> bytes:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w", force_zip64=True) as entry,
    ):
        for _ in range(megabytes):
            entry.write(bytes(1 << 20))
    return stream.getvalue()


def quine() -> bytes:
    """A zip in a zip in a zip."""
    content = picture()
    for _ in range(50):
        content = zipped(("inner.zip", content))
    return content


def zip64_lie() -> bytes:
    extra = struct.pack("<HHQQQ", 1, 24, 2**63, 2**63, 2**63)
    entry = central(b"1.jpg", 0xFFFFFFFF, 0xFFFFFFFF, place=0xFFFFFFFF, extra=extra)
    return with_end(local(b"1.jpg", b"x", 1), entry, 1)


case, slow = makers("zip", doors.pictures)


NAMES = {
    "climbs": b"../../1.jpg",
    "climbs the other way": b"..\\..\\1.jpg",
    "is absolute": b"/etc/1.jpg",
    "has a drive's letter": b"C:\\1.jpg",
    "is of a server": b"\\\\server\\share\\1.jpg",
}
ODD_NAMES = {
    "a NUL": b"1.jpg\0.exe",
    "a line end": b"1\n2.jpg",
    "no text": b"\xff\xfe\x81.jpg",
    "nothing": b"",
    "a slash": b"/",
    "dots": b"....",
    "a right-to-left sign": "\u202egpj.1.jpg".encode(),
    "65,000 letters": b"x" * 65_000 + b".jpg",
    "65,000 dots": b"." * 65_000,
    "65,000 slashes": b"a/" * 32_000 + b"1.jpg",
    "32,000 suffixes": b"1" + b".jpg" * 16_000,
    "a device of Windows'": b"CON.jpg",
}

CASES = [
    case("one ordinary picture", lambda: zipped(("1.jpg", picture())), "^1 pictures$"),
    case("nothing", lambda: b"", "refused: input is neither a folder nor a readable zip"),
    case("no zip", lambda: b"x" * 100_000, "refused: input is neither a folder nor a readable zip"),
    case("an empty zip", lambda: zipped(), "^0 pictures$"),
    case(
        "cut off", lambda: zipped(("1.jpg", picture()))[:-30], "refused: input is neither a folder nor a readable zip"
    ),
    case("cut off at its end", lambda: zipped(("1.jpg", picture()))[:-1], "refused: input is neither"),
    case("something before it", lambda: b"#!/bin/sh\n" * 1000 + zipped(("1.jpg", picture())), "^1 pictures$"),
    case("something behind it", lambda: zipped(("1.jpg", picture())) + b"x" * 1000, "1 pictures|refused"),
    case("a picture that is a zip too", lambda: picture() + zipped(("1.jpg", picture())), "^1 pictures$"),
    case("a long comment", lambda: zipped()[:-2] + b"\xff\xff" + b"x" * 65_535, "^0 pictures$"),
    case("a comment of ends", lambda: zipped(("1.jpg", picture())) + END * 20_000, "1 pictures|refused"),
    case("a zip in a zip in a zip", quine, "^0 pictures, refused: 1 is an archive in the archive"),
    case(
        "42.zip",
        lambda: zipped(*((f"{n}.zip", zipped(("0.zip", bytes(100_000)))) for n in range(16))),
        "16 is an archive",
    ),
    case("entries that overlap", lambda: overlapping(500, 20_000_000), "refused: .*its files lie over each other"),
    case("entries that overlap, below the ratio", lambda: overlapping(2000, 1_000_000), "pictures|refused"),
    slow("many entries that overlap, below the ratio", lambda: overlapping(60_000, 1_000_000), "refused"),
    slow("a bomb of a gigabyte", lambda: bomb(1024), "1 unpacks to 10.. times its size"),
    case(
        "a bomb that says it is small",
        lambda: single(says=1_000_000, content=bytes(20_000_000)),
        "cannot be unpacked|pictures",
    ),
    slow(
        "a bomb that says it has 20 MB",
        lambda: single(says=20_000_000, content=bytes(500_000_000)),
        "cannot be unpacked|unpacks to",
    ),
    case("a picture that says it has a gigabyte", lambda: single(says=1_000_000_000), "unpacks to"),
    case("a picture that says it has nothing", lambda: single(says=0), "0 pictures"),
    case("a picture of 31 MB", lambda: zipped(("1.jpg", bytes(31 << 20)), method=0), "the limit is"),
    case("a check that is wrong", lambda: single(crc=1), "cannot be unpacked"),
    case(
        "a stream that is wrong",
        lambda: with_end(local(b"1.jpg", b"\xff" * 99, 500), central(b"1.jpg", 99, 500), 1),
        "cannot be unpacked",
    ),
    case("a local name that is another", lambda: single().replace(b"1.jpg", b"2.jpg", 1), "cannot be unpacked"),
    case(
        "a place beyond the end",
        lambda: with_end(b"", central(b"1.jpg", 10, 10, place=4_000_000_000), 1),
        "refused|cannot be unpacked",
    ),
    case("a list beyond the end", lambda: zipped(("1.jpg", picture()))[:-10] + b"\xff" * 8 + b"\0\0", "refused"),
    case("sizes of 64 bits that lie", zip64_lie, "refused|unpacks to|the limit is|cannot be"),
    case("sizes that follow and lie", lambda: single(flags=8, says=100), "pictures|cannot be unpacked"),
    case("an extra field that is cut", lambda: single(extra=b"\x01\x00\xff\xff"), "refused|pictures"),
    case("encrypted", lambda: single(flags=1), "1 is encrypted"),
    case("strongly encrypted", lambda: single(flags=0x41), "1 is encrypted"),
    case("patched data", lambda: single(flags=0x20), "cannot be unpacked|refused"),
    case(
        "a name that is no text before its content alone",
        lambda: with_end(local(b"\xff.jpg", b"x", 1, method=0, flags=0x800), central(b"1.jpg", 1, 1, method=0), 1),
        "^0 pictures, refused: 1 the zip's entry cannot be unpacked",
    ),
    case("deflate64", lambda: single(method=9), "1 is packed in a way"),
    case("a method that there is not", lambda: single(method=77), "1 is packed in a way"),
    *(
        slow(name, lambda method=method: zipped(("1.jpg", bytes(50_000_000)), method=method), "1 is packed in a way")
        for name, method in METHODS.items()
    ),
    case("a link", lambda: single(attributes=0o120777 << 16), "1 is a link"),
    case("a device", lambda: single(attributes=0o060666 << 16), "1 is |1 pictures"),
    case("many of one name", lambda: zipped(*[("1.jpg", b"x")] * 5000), "5000 pictures"),
    *(
        case(f"a name that {name}", lambda written=written: single(written), "1 has an absolute path|1 climbs out")
        for name, written in NAMES.items()
    ),
    *(
        case(f"a name of {name}", lambda written=written: single(written, flags=0), "pictures")
        for name, written in ODD_NAMES.items()
    ),
    *(
        case(
            f"a name of {name} that is said to be UTF-8",
            lambda written=written: single(written, flags=0x800),
            "pictures|refused",
        )
        for name, written in ODD_NAMES.items()
    ),
    slow("a hundred thousand entries", lambda: many_entries(100_000), "pictures"),
    slow("a million entries", lambda: many_entries(1_000_000), "refused: input holds more files than"),
    slow(
        "a million empty folders",
        lambda: with_end(b"", b"".join(central(b"%d/" % n, 0, 0) for n in range(1_000_000)), 0),
        "refused: input holds more files than",
    ),
    slow(
        "a hundred thousand files of nobody's",
        lambda: with_end(b"", b"".join(central(b"%d" % n, 0, 0, method=0) for n in range(100_000)), 0),
        "cannot be read|is no picture",
    ),
    case("a tar that is called zip", lambda: b"1.jpg" + bytes(507) + bytes(1024), "refused: input is neither"),
]
