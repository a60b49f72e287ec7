"""Hostile pictures."""

import struct
import zlib

import numpy as np
from PIL import Image

from tests.hostile import doors
from tests.hostile.case import makers
from tests.pictures import as_file, drawing

NO_PICTURE = "^refused: This file is not a JPEG, PNG"
DAMAGED = "^refused: This picture is (damaged|too large)"
TOO_LARGE = "^refused: This picture is too large"
READ = "^[0-9]+ x [0-9]+ "
EITHER = f"{READ}|{DAMAGED}"
COSTLY = "^refused: This picture takes too long"
PNG = b"\x89PNG\r\n\x1a\n"


def flat(form: str, width: int, height: int, mode: str = "1", **options) -> bytes:
    """One colour, so that a large picture makes a small file."""
    return as_file(Image.new(mode, (width, height)), form, **options)


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(
    width: int,
    height: int,
    *,
    bits: int = 8,
    colour: int = 2,
    interlaced: int = 0,
    data: bytes | None = None,
    extra: bytes = b"",
) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlaced)
    data = b"" if data is None else data
    return PNG + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


def png_with(*chunks: bytes) -> bytes:
    content = as_file(drawing(1), "PNG")
    return content[:33] + b"".join(chunks) + content[33:]


def jpeg_with(*segments: bytes) -> bytes:
    content = as_file(drawing(1), "JPEG")
    return content[:2] + b"".join(segments) + content[2:]


def segment(kind: int, content: bytes) -> bytes:
    return bytes([0xFF, kind]) + struct.pack(">H", len(content) + 2) + content


def exif(content: bytes) -> bytes:
    return segment(0xE1, b"Exif\0\0" + content)


def ifd(*entries: tuple[int, int, int, int], following: int = 0) -> bytes:
    """A directory of a little-endian TIFF: (tag, type, count, value or place)."""
    fields = b"".join(struct.pack("<HHLL", *entry) for entry in entries)
    return struct.pack("<H", len(entries)) + fields + struct.pack("<L", following)


def tiff(*entries: tuple[int, int, int, int], following: int = 0, behind: bytes = b"") -> bytes:
    return b"II*\0" + struct.pack("<L", 8) + ifd(*entries, following=following) + behind


def jpeg_claiming(width: int, height: int) -> bytes:
    content = bytearray(as_file(drawing(1), "JPEG"))
    place = content.index(b"\xff\xc0")
    content[place + 5 : place + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def scans(count: int, side: int) -> bytes:
    """A progressive JPEG with many scans of nothing."""
    content = as_file(Image.new("RGB", (side, side), "red"), "JPEG", progressive=True)
    start = content.rindex(b"\xff\xda")
    return content[:start] + content[start:-2] * count + b"\xff\xd9"


def gif_frames(count: int, side: int) -> bytes:
    frames = [Image.new("P", (side, side), number % 2) for number in range(count)]
    return as_file(frames[0], "GIF", save_all=True, append_images=frames[1:])


def gif_claiming(width: int, height: int) -> bytes:
    content = bytearray(as_file(drawing(1), "GIF"))
    content[6:10] = struct.pack("<HH", width, height)
    return bytes(content)


def webp_claiming(width: int, height: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    extended = b"VP8X" + struct.pack("<L", 10) + bytes(4) + size
    simple = as_file(drawing(1), "WEBP")[12:]
    return b"RIFF" + struct.pack("<L", 4 + len(extended) + len(simple)) + b"WEBP" + extended + simple


def bmp_claiming(width: int, height: int, bits: int = 24, packed: int = 0, data: bytes = b"") -> bytes:
    information = struct.pack("<LllHHLLllLL", 40, width, height, 1, bits, packed, len(data), 0, 0, 0, 0)
    return b"BM" + struct.pack("<LHHL", 54 + len(data), 0, 0, 54) + information + data


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content


def changed_box(form: str, name: bytes, change) -> bytes:
    """A picture of boxes with the content behind the first of that name changed."""
    content = as_file(drawing(1, (96, 128)), form)
    place = content.index(name) + 4
    return content[:place] + change(content[place:])


def with_size(form: str, width: int, height: int) -> bytes:
    """It says in its ispe box that it is of that size."""
    return changed_box(form, b"ispe", lambda rest: rest[:4] + struct.pack(">II", width, height) + rest[12:])


def heif(content: Image.Image) -> bytes:
    return as_file(content, "HEIF", quality=20)


def grid(form: str) -> bytes:
    """Its item is said to be a grid of tiles, which is not there."""
    content = as_file(drawing(1, (96, 128)), form)
    kind = b"av01" if form == "AVIF" else b"hvc1"
    place = content.index(kind, content.index(b"infe"))
    return content[:place] + b"grid" + content[place + 4 :]


def mpo(count: int) -> bytes:
    frames = [drawing(number) for number in range(count)]
    return as_file(frames[0], "MPO", save_all=True, append_images=frames[1:])


def damaged(form: str, seed: int, share: float) -> bytes:
    content = np.frombuffer(as_file(drawing(1, (300, 400)), form), np.uint8).copy()
    random = np.random.default_rng(seed)
    places = random.integers(20, len(content), int(share * len(content)))
    content[places] = random.integers(0, 256, len(places))
    return content.tobytes()


case, slow = makers("picture", doors.picture)


FORMS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "GIF", "BMP", "TIFF")
LARGE = {
    # Just within and just above what is read of each format.
    "PNG": ((5000, 5000), (5001, 5000)),
    "GIF": ((5000, 5000), (5001, 5000)),
    "TIFF": ((5000, 5000), (5001, 5000)),
    "WEBP": ((3464, 3464), (3465, 3464)),
    "JPEG": ((7745, 7745), (7747, 7745)),
}
PROFILE = b"\0\0\0\0none\2\0\0\0mntrRGB XYZ "
TINY_TIFF = (
    (256, 3, 1, 8),
    (257, 3, 1, 8),
    (258, 3, 1, 8),
    (259, 3, 1, 1),
    (262, 3, 1, 1),
    (273, 4, 1, 8),
    (279, 4, 1, 64),
)

CASES = [
    case("one ordinary picture", lambda: as_file(drawing(1)), "^90 x 120 .jpg$"),
    case("nothing", lambda: b"", NO_PICTURE),
    case("a web page", lambda: b"<!DOCTYPE html><img src=x onerror=alert(1)>", NO_PICTURE),
    case(
        "a picture of vectors",
        lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        NO_PICTURE,
    ),
    case("a document", lambda: b"%PDF-1.7\n", NO_PICTURE),
    case("PostScript", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", NO_PICTURE),
    case("a program", lambda: b"\x7fELF\x02" + bytes(1000), NO_PICTURE),
    case("an icon", lambda: as_file(drawing(1), "ICO"), NO_PICTURE),
    case("a format that nobody brings", lambda: as_file(drawing(1), "PCX"), NO_PICTURE),
    case("a portable map of a huge size", lambda: b"P6 100000 100000 255\n", NO_PICTURE),
    case("a web page behind a GIF", lambda: as_file(drawing(1), "GIF") + b"<script>alert(1)</script>", READ),
    case("a zip behind a JPEG", lambda: as_file(drawing(1)) + b"PK\x05\x06" + bytes(18), READ),
    case(
        "a beginning of a GIF before a web page", lambda: b"GIF89a/*<script>*/=1;alert(1)", DAMAGED + "|" + NO_PICTURE
    ),
    *(
        case(
            f"{form} that is cut in its half",
            lambda form=form: (content := as_file(drawing(1), form))[: len(content) // 2],
            f"{EITHER}|{NO_PICTURE}",
        )
        for form in FORMS
    ),
    *(
        case(
            f"{form} of its first 20 bytes", lambda form=form: as_file(drawing(1), form)[:20], f"{DAMAGED}|{NO_PICTURE}"
        )
        for form in FORMS
    ),
    *(
        case(f"{form} with 1 byte of 100 changed", lambda form=form: damaged(form, 1, 0.01), f"{EITHER}|{NO_PICTURE}")
        for form in FORMS
    ),
    *(
        slow(
            f"{form} as large as may be",
            lambda form=form, size=sizes[0]: flat(form, *size, mode="RGB" if form in ("WEBP", "JPEG") else "L"),
            READ,
        )
        for form, sizes in LARGE.items()
    ),
    *(
        slow(
            f"{form} a little too large",
            lambda form=form, size=sizes[1]: flat(form, *size, mode="RGB" if form in ("WEBP", "JPEG") else "L"),
            TOO_LARGE,
        )
        for form, sizes in LARGE.items()
    ),
    slow("PNG of four channels as large as may be", lambda: flat("PNG", 5000, 5000, "RGBA"), READ),
    slow("PNG of sixteen bits as large as may be", lambda: png(5000, 5000, bits=16, data=bytes(5000 * 30001)), READ),
    case(
        "PNG, interlaced, of sixteen bits and four channels",
        lambda: png(5000, 4999, bits=16, colour=6, interlaced=1),
        DAMAGED,
    ),
    slow(
        "TIFF of floats as large as may be",
        lambda: flat("TIFF", 5000, 5000, "F", compression="tiff_adobe_deflate"),
        READ,
    ),
    slow(
        "TIFF of four inks as large as may be",
        lambda: flat("TIFF", 5000, 5000, "CMYK", compression="tiff_adobe_deflate"),
        READ,
    ),
    slow("JPEG of four inks as large as may be", lambda: flat("JPEG", 7745, 7745, "CMYK"), READ),
    slow(
        "progressive JPEG as large as may be",
        lambda: flat("JPEG", 7745, 7745, "RGB", progressive=True),
        f"{READ}|{TOO_LARGE}",
    ),
    slow("AVIF as large as may be", lambda: flat("AVIF", 5000, 5000, "RGB", speed=10, quality=1), READ),
    slow("HEIF as large as may be", lambda: flat("HEIF", 5000, 5000, "RGB", quality=1), READ),
    case("PNG that says it is huge", lambda: png(100_000, 100_000), TOO_LARGE),
    case(
        "PNG that says it is beyond all numbers",
        lambda: png(0x7FFFFFFF, 0x7FFFFFFF),
        f"{TOO_LARGE}|{DAMAGED}|{NO_PICTURE}",
    ),
    case("PNG of no width", lambda: png(0, 0), f"{DAMAGED}|{NO_PICTURE}"),
    case("PNG of one row", lambda: flat("PNG", 65_535, 1), READ),
    case("PNG of one column", lambda: flat("PNG", 1, 65_535), READ),
    slow("PNG of one row of millions", lambda: flat("PNG", 24_000_000, 1), f"{READ}|{DAMAGED}"),
    slow("PNG of one column of millions", lambda: flat("PNG", 1, 24_000_000), f"{EITHER}|{COSTLY}"),
    slow("PNG that unpacks to more than it shows", lambda: png(8, 8, data=bytes(200_000_000)), EITHER),
    slow("PNG of one colour, one bit", lambda: flat("PNG", 5000, 5000), READ),
    case("PNG of two bits", lambda: png(64, 64, bits=2, colour=0, data=bytes(64 * 17)), READ),
    case("PNG of a number of bits that there is not", lambda: png(64, 64, bits=3), f"{DAMAGED}|{NO_PICTURE}"),
    case("PNG without a palette", lambda: png(64, 64, colour=3, data=bytes(64 * 65)), EITHER),
    case(
        "PNG with a palette that is transparent",
        lambda: as_file(drawing(1).convert("P"), "PNG", transparency=bytes(256)),
        READ,
    ),
    case("PNG with a transparency of nonsense", lambda: png_with(chunk(b"tRNS", b"x" * 999)), EITHER),
    case(
        "PNG with a text of 50 MB",
        lambda: png_with(chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(50_000_000)))),
        EITHER,
    ),
    case("PNG with many texts", lambda: png_with(*[chunk(b"tEXt", b"a\0" + b"x" * 10_000)] * 1000), EITHER),
    case("PNG with a hundred thousand chunks", lambda: png_with(*[chunk(b"teSt", b"")] * 100_000), EITHER),
    case(
        "PNG with a profile of 50 MB",
        lambda: png_with(chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(50_000_000)))),
        EITHER,
    ),
    case(
        "PNG with a chunk beyond its end",
        lambda: PNG + struct.pack(">I", 0x7FFFFFFF) + b"IHDR",
        f"{DAMAGED}|{NO_PICTURE}",
    ),
    case(
        "PNG with a check that is wrong",
        lambda: as_file(drawing(1), "PNG").replace(b"IDAT", b"IDAX", 1),
        f"{DAMAGED}|{NO_PICTURE}",
    ),
    case("PNG of a million frames", lambda: png_with(chunk(b"acTL", struct.pack(">II", 1_000_000, 0))), EITHER),
    case("JPEG that says it is huge", lambda: jpeg_claiming(65_535, 65_535), TOO_LARGE),
    case("JPEG of one column", lambda: jpeg_claiming(1, 65_535), EITHER),
    case("JPEG of one row", lambda: jpeg_claiming(65_535, 1), EITHER),
    case("JPEG of no height", lambda: jpeg_claiming(90, 0), f"{DAMAGED}|{NO_PICTURE}"),
    case("JPEG of four inks", lambda: as_file(drawing(1).convert("CMYK"), "JPEG"), READ),
    case("JPEG of a hundred scans", lambda: scans(100, 500), EITHER),
    slow("JPEG of a thousand scans", lambda: scans(1000, 2000), COSTLY),
    case("JPEG with a loop of directories", lambda: jpeg_with(exif(tiff((274, 3, 1, 6), following=8))), EITHER),
    case("JPEG with a directory within itself", lambda: jpeg_with(exif(tiff((34665, 4, 1, 8)))), EITHER),
    case("JPEG with an orientation of nonsense", lambda: jpeg_with(exif(tiff((274, 3, 1, 65_535)))), EITHER),
    case("JPEG with an orientation that is a text", lambda: jpeg_with(exif(tiff((274, 2, 9, 8)))), EITHER),
    case("JPEG with a directory of 65,535 entries", lambda: jpeg_with(exif(tiff(*[(274, 3, 1, 6)] * 5000))), EITHER),
    case("JPEG with a place beyond its end", lambda: jpeg_with(exif(tiff((274, 3, 0xFFFFFFFF, 0xFFFFFFF0)))), EITHER),
    case(
        "JPEG with many profiles",
        lambda: jpeg_with(*[segment(0xE2, b"ICC_PROFILE\0\x01\xff" + b"x" * 65_000)] * 200),
        EITHER,
    ),
    case(
        "JPEG with a profile of nonsense", lambda: jpeg_with(segment(0xE2, b"ICC_PROFILE\0\x01\x01" + PROFILE)), EITHER
    ),
    case("JPEG with many comments", lambda: jpeg_with(*[segment(0xFE, b"x" * 60_000)] * 300), EITHER),
    case("JPEG with an index of many pictures", lambda: mpo(50), EITHER),
    case(
        "JPEG with an index of nonsense",
        lambda: jpeg_with(segment(0xE2, b"MPF\0" + tiff((0xB001, 4, 1, 0x7FFFFFFF), (0xB002, 7, 0x7FFFFFFF, 8)))),
        EITHER,
    ),
    case("JPEG of markers alone", lambda: b"\xff\xd8\xff" + b"\xff" * 10_000_000, f"{DAMAGED}|{NO_PICTURE}"),
    case("JPEG of starts", lambda: b"\xff\xd8" * 1_000_000, f"{DAMAGED}|{NO_PICTURE}"),
    case("GIF that says it is huge", lambda: gif_claiming(65_535, 65_535), TOO_LARGE),
    case("GIF of no width", lambda: gif_claiming(0, 0), f"{EITHER}|{NO_PICTURE}"),
    case("GIF of many frames", lambda: gif_frames(2000, 8), READ),
    slow("GIF of many large frames", lambda: gif_frames(60, 1000), READ),
    slow("GIF of a million blocks", lambda: as_file(drawing(1), "GIF")[:-1] + b"!\xfe\x01x\0" * 1_000_000, EITHER),
    case(
        "GIF of codes that are none",
        lambda: b"GIF89a\x10\0\x10\0\0\0\0,\0\0\0\0\x10\0\x10\0\0\x0c\x04\xff\xff\xff\xff\0;",
        EITHER,
    ),
    case("WebP that says it is huge", lambda: webp_claiming(16_384, 16_384), f"{TOO_LARGE}|{DAMAGED}|{NO_PICTURE}"),
    case(
        "WebP that is longer than it says",
        lambda: as_file(drawing(1), "WEBP")[:4] + b"\xff\xff\xff\x7f" + as_file(drawing(1), "WEBP")[8:],
        f"{EITHER}|{NO_PICTURE}",
    ),
    case(
        "WebP of many frames",
        lambda: as_file(drawing(1), "WEBP", save_all=True, append_images=[drawing(n) for n in range(200)]),
        READ,
    ),
    case("BMP that says it is huge", lambda: bmp_claiming(0x7FFFFFFF, 0x7FFFFFFF), f"{TOO_LARGE}|{DAMAGED}"),
    case("BMP of no width", lambda: bmp_claiming(0, 0), f"{EITHER}|{NO_PICTURE}"),
    case("BMP upside down", lambda: bmp_claiming(8, -8, data=bytes(192)), READ),
    case("BMP as large as may be, packed", lambda: bmp_claiming(5000, 5000, 8, 1, b"\0\x01"), f"{EITHER}|{NO_PICTURE}"),
    case("BMP of a packing that there is not", lambda: bmp_claiming(8, 8, 24, 99), f"{DAMAGED}|{NO_PICTURE}"),
    case("TIFF with a loop of directories", lambda: tiff(*TINY_TIFF, following=8, behind=bytes(64)), EITHER),
    case(
        "TIFF that says it is huge",
        lambda: tiff((256, 4, 1, 0x7FFFFFFF), (257, 4, 1, 0x7FFFFFFF), *TINY_TIFF[2:]),
        f"{TOO_LARGE}|{DAMAGED}|{NO_PICTURE}",
    ),
    case("TIFF of no width", lambda: tiff((256, 3, 1, 0), (257, 3, 1, 0), *TINY_TIFF[2:]), f"{DAMAGED}|{NO_PICTURE}"),
    case(
        "TIFF of many pages",
        lambda: as_file(drawing(1), "TIFF", save_all=True, append_images=[drawing(n) for n in range(300)]),
        READ,
    ),
    case(
        "TIFF of a million strips",
        lambda: tiff(*TINY_TIFF[:5], (273, 4, 0x10000000, 8), (279, 4, 0x10000000, 8)),
        f"{DAMAGED}|{NO_PICTURE}",
    ),
    case(
        "TIFF of strips over each other",
        lambda: tiff(
            (256, 3, 1, 5000),
            (257, 3, 1, 5000),
            (258, 3, 1, 8),
            (259, 3, 1, 1),
            (262, 3, 1, 1),
            (273, 4, 5000, 200),
            (278, 3, 1, 1),
            (279, 4, 5000, 200),
            behind=struct.pack("<L", 8) * 6000,
        ),
        EITHER,
    ),
    case(
        "TIFF of samples without end",
        lambda: tiff(*TINY_TIFF[:2], (277, 3, 1, 65_535), *TINY_TIFF[2:]),
        f"{DAMAGED}|{NO_PICTURE}",
    ),
    slow("TIFF of a fax", lambda: flat("TIFF", 5000, 5000, compression="group4"), READ),
    case("TIFF of a JPEG", lambda: flat("TIFF", 2000, 2000, "RGB", compression="jpeg"), READ),
    *(
        case(
            f"{form} that says it is huge",
            lambda form=form: with_size(form, 100_000, 100_000),
            f"{TOO_LARGE}|{DAMAGED}|{NO_PICTURE}",
        )
        for form in ("AVIF", "HEIF")
    ),
    *(
        slow(
            f"{form} that says it is another size",
            lambda form=form: with_size(form, 4000, 4000),
            f"{EITHER}|{NO_PICTURE}",
        )
        for form in ("AVIF", "HEIF")
    ),
    *(
        case(f"{form} that is a grid of nothing", lambda form=form: grid(form), f"{EITHER}|{NO_PICTURE}")
        for form in ("AVIF", "HEIF")
    ),
    *(
        case(
            f"{form} of boxes in boxes",
            lambda form=form: (
                as_file(drawing(1), form)[:32] + box(b"meta", box(b"iprp", box(b"ipco", b"")) * 1000) * 100
            ),
            f"{DAMAGED}|{NO_PICTURE}",
        )
        for form in ("AVIF", "HEIF")
    ),
    *(
        case(
            f"{form} with a box beyond its end",
            lambda form=form: changed_box(form, b"meta", lambda rest: b"\xff" * 8 + rest),
            f"{EITHER}|{NO_PICTURE}",
        )
        for form in ("AVIF", "HEIF")
    ),
    case(
        "AVIF of many frames",
        lambda: as_file(drawing(1), "AVIF", save_all=True, append_images=[drawing(n) for n in range(20)], speed=10),
        READ,
    ),
]
