"""Drops what is written beside the pixels of a JPEG or PNG, before a decoder reads it piece by piece."""

import re
import struct
from collections.abc import Iterator

from django.utils.translation import gettext

PNG = b"\x89PNG\r\n\x1a\n"
START_OF_IMAGE = b"\xff\xd8"
JPEG = START_OF_IMAGE + b"\xff"
MOST_PIECES = 50_000
CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"eXIf", b"acTL", b"fcTL", b"IDAT", b"fdAT", b"IEND"})
"""Of a PNG: the pixels, which way up they are, and their frames."""
SEGMENTS = {0xE0: b"JFIF\0", 0xE1: b"Exif\0", 0xEE: b"Adobe"}
"""Of a JPEG: what says how its colours are written and which way up it is. More of a kind than one mean nothing."""
COMMENT = 0xFE
APPLICATIONS = range(0xE0, 0xF0)
START_OF_SCAN = 0xDA
ALONE = (0x01, *range(0xD0, 0xD9))
"""Markers without a segment"""
MARKER = re.compile(rb"\xff([^\x00\xff])")
CHUNK = struct.Struct(">I4s")


def pieces_of(content: bytes) -> list[bytes]:
    """The pieces of a JPEG or PNG that are about its pixels and their orientation; together they are the same picture.

    Its signature comes first; of a JPEG all that begins with its first scan is one piece, the last. What is no JPEG or
    PNG is one piece. Raises ValueError for a picture that is cut into so many that only to find them takes long.
    """
    if content.startswith(PNG):
        return list(_chunks(content))
    if content.startswith(JPEG):
        return list(_segments(content))
    return [content]


def _chunks(content: bytes) -> Iterator[bytes]:
    yield PNG
    position, count = len(PNG), 0
    while position + CHUNK.size <= len(content):
        length, name = CHUNK.unpack_from(content, position)
        end = position + length + 12
        if name in CHUNKS:
            count += 1
            check_pieces(count)
            yield content[position:end]
        position = end


def _segments(content: bytes) -> Iterator[bytes]:
    """The segments before the first scan that are needed, and all that follows."""
    yield START_OF_IMAGE
    position, count, wanted = 2, 0, dict(SEGMENTS)
    while match := MARKER.search(content, position):
        marker, start = match[1][0], match.start()
        if marker == START_OF_SCAN:
            yield content[start:]
            return
        position = match.end()
        if marker not in ALONE:
            position += int.from_bytes(content[position : position + 2])
        if marker in APPLICATIONS or marker == COMMENT:
            begin = wanted.get(marker)
            if begin is None or not content.startswith(begin, start + 4):
                continue
            del wanted[marker]
        count += 1
        check_pieces(count)
        yield content[start:position]


def check_pieces(count: int) -> None:
    if count > MOST_PIECES:
        raise ValueError(gettext("it is cut into too many pieces"))
