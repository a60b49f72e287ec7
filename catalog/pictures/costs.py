"""What it takes to decode a JPEG or a PNG, known from its bytes before any of it is decoded."""

import re
import struct
from typing import NamedTuple

from catalog.pictures.metadata import ALONE, PNG, START_OF_IMAGE, START_OF_SCAN, check_pieces

PROGRESSIVE, ARITHMETIC_PROGRESSIVE = 0xC2, 0xCA
FACTORS = {0xC0: 1, 0xC1: 1, PROGRESSIVE: 1, 0xC9: 8, ARITHMETIC_PROGRESSIVE: 8}
"""By how JPEGs are written: with Huffman's codes, or with arithmetic ones, which take many times as long."""
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers that say how a JPEG is written, and its size."""
END = 0xD9
MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""What begins a segment; neither a byte of pixels, nor a restart among them, of which there may be very many."""
SCAN_BYTE = 2
"""How many pixels take as long as a byte of what they are written in."""
FRAME = struct.Struct(">xB2xxHHB")
SCAN_BYTES = 5
"""Of the head of a scan, up to the number of its colours"""
PNG_HEADER = struct.Struct(">8xII")
PNG_PIXEL = 20
"""How many pixels of a scan of a JPEG take as long as one of a PNG."""
COEFFICIENT_BYTES = 2


class Cost(NamedTuple):
    """`work` is in pixels of one scan of a JPEG, of which a core decodes some 400 million a second.

    `held` are the bytes that are kept until the last scan, beside the picture's own.
    """

    form: str
    width: int
    height: int
    work: int
    held: int


def cost_of(pieces: list[bytes]) -> Cost | None:
    """Of a JPEG or PNG in the pieces of `metadata.pieces_of`; None where it cannot be told, as of every other format.

    Raises ValueError for a JPEG that is cut into so many pieces that only to find them takes long.
    """
    if pieces[0] == START_OF_IMAGE:
        return _cost_of_jpeg(pieces)
    if pieces[0] == PNG:
        return _cost_of_png(pieces)
    return None


def _cost_of_png(pieces: list[bytes]) -> Cost | None:
    """None for an animation, and where another header follows the first."""
    names = [piece[4:8] for piece in pieces[1:]]
    if names[:1] != [b"IHDR"] or names.count(b"IHDR") > 1 or b"acTL" in names or len(pieces[1]) < PNG_HEADER.size:
        return None
    width, height = PNG_HEADER.unpack_from(pieces[1])
    return Cost("PNG", width, height, width * height * PNG_PIXEL, 0)


def _cost_of_jpeg(pieces: list[bytes]) -> Cost | None:
    """None where it has no frame before its first scan, several, or one of a kind that hardly anybody writes."""
    frames = [piece for piece in pieces if piece[1] in FRAMES]
    last = pieces[-1]
    if len(frames) != 1 or len(frames[0]) < FRAME.size or last[1] != START_OF_SCAN or len(last) < SCAN_BYTES:
        return None
    marker, height, width, colours = FRAME.unpack_from(frames[0])
    if marker not in FACTORS:
        return None
    # All its colours in a scan that is not progressive: it is the only one.
    is_single = marker not in (PROGRESSIVE, ARITHMETIC_PROGRESSIVE) and last[4] == colours
    scans = 1 if is_single else _count_scans(last)
    work = (width * height * scans + len(last) * SCAN_BYTE) * FACTORS[marker]
    return Cost("JPEG", width, height, work, 0 if is_single else _held(width * height, frames[0]))


def _held(pixels: int, frame: bytes) -> int:
    samplings = [(factors >> 4) * (factors & 15) or 1 for factors in frame[FRAME.size + 1 :: 3]]
    return pixels * sum(samplings) * COEFFICIENT_BYTES // max(samplings, default=1)


def _count_scans(content: bytes) -> int:
    """How many scans there are in what follows the head of a JPEG."""
    position, pieces, scans = 0, 0, 0
    while match := MARKER.search(content, position):
        marker, position = content[match.end() - 1], match.end()
        pieces += 1
        check_pieces(pieces)
        if marker == END:
            break
        scans += marker == START_OF_SCAN
        if marker not in ALONE:
            position += int.from_bytes(content[position : position + 2])
    return scans
