"""What harms a shop: small files that take long, or a lot of memory, to decode; and disks without room."""

import resource
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

from tests.pictures import as_file

PROGRESSIVE, ARITHMETIC = 0xC2, 0xCA


def jpeg_of_scans(width: int, height: int, scans: int, frame: int = PROGRESSIVE, mode: str = "L") -> bytes:
    """A progressive JPEG that refines nothing, again and again."""
    content = bytearray(as_file(Image.new(mode, (16, 16), "gray"), "JPEG", progressive=True))
    place = content.index(bytes([0xFF, PROGRESSIVE]))
    content[place + 1] = frame
    content[place + 5 : place + 9] = struct.pack(">HH", height, width)
    last = content.rindex(b"\xff\xda")
    return bytes(content[:last] + content[last:-2] * scans + b"\xff\xd9")


def tiff_of_tiles(count: int, tile_height: int) -> bytes:
    """A grey TIFF of a few rows whose tiles are much higher than itself, and all the same bytes."""
    tile = zlib.compress(bytes(16 * tile_height), 9)
    head = struct.pack("<2sHI", b"II", 42, 8)
    tags = {256: 16 * count, 257: 16, 258: 8, 259: 8, 262: 1, 277: 1, 322: 16, 323: tile_height}
    begin = len(head) + 2 + 12 * (len(tags) + 2) + 4
    entries = [struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items()]
    entries += [
        struct.pack("<HHII", tag, 4, count, begin + 4 * count * number) for number, tag in enumerate((324, 325))
    ]
    places = struct.pack("<I", begin + 8 * count) * count + struct.pack("<I", len(tile)) * count
    return head + struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4) + places + tile


def png_of_nothing(width: int, height: int, bits: int = 8, is_interlaced: bool = False) -> bytes:
    """A PNG of transparent black."""
    packer = zlib.compressobj(9)
    row = bytes(1 + width * bits // 2)
    # Interlaced, it has some more rows, each with a byte that says how it is filtered.
    rows = b"".join(packer.compress(row) for _ in range(height + height // 8 * is_interlaced)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, bits, 6, 0, 0, is_interlaced)
    chunks = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )


def gif_of_frames(width: int, height: int, frame: tuple[int, int], frames: int) -> bytes:
    """A GIF of that size with so many empty frames, which may be larger than itself."""
    content = bytearray(as_file(Image.new("P", frame), "GIF"))
    content[6:10] = struct.pack("<HH", width, height)
    begin = content.index(b",", 13)
    return bytes(content[:begin] + content[begin:-1] * frames + b";")


@contextmanager
def full_disk(room: int = 50) -> Iterator[None]:
    """No file of this process grows beyond so many bytes for as long as the block runs."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
