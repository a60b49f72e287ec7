"""From a hostile file to a clean picture."""

import io
import struct
import zlib
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from catalog.pictures.decoding import UnreadablePicture, read_picture, read_with_size
from tests.pictures import as_file, drawing

PICTURE = as_file(drawing(1), "PNG")


@pytest.mark.parametrize("form", ["JPEG", "MPO", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF"])
def test_every_common_format_is_read(form):
    picture = read_picture(as_file(drawing(1), form))
    assert picture.mode == "RGB"
    assert picture.size == (90, 120)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "I", "F"])
def test_every_mode_becomes_rgb(mode):
    grey = ImageOps.autocontrast(drawing(1).convert("L"))
    picture = Image.fromarray(np.asarray(grey, np.uint16) * 257) if mode == "I;16" else grey.convert(mode)
    form = "TIFF" if mode in ("CMYK", "F", "I") else "PNG"
    read = read_picture(as_file(picture, form))
    assert read.mode == "RGB"
    tolerance = 130 if mode == "1" else 6
    difference = np.abs(np.asarray(read.convert("L"), float) - np.asarray(grey, float))
    assert difference.mean() < tolerance


def test_transparency_is_laid_on_white():
    picture = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    assert read_picture(as_file(picture, "PNG")).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_honoured(orientation):
    upright = drawing(3, (64, 96))
    turned = {
        1: upright,
        2: upright.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: upright.transpose(Image.Transpose.ROTATE_180),
        4: upright.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: upright.transpose(Image.Transpose.TRANSPOSE),
        6: upright.transpose(Image.Transpose.ROTATE_90),
        7: upright.transpose(Image.Transpose.TRANSVERSE),
        8: upright.transpose(Image.Transpose.ROTATE_270),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    read = read_picture(as_file(turned, "PNG", exif=exif))
    assert np.array_equal(np.asarray(read), np.asarray(upright))


def _png_that_claims(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"")
    chunks = [
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in (header, data)
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not a JPEG, PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a JPEG, PNG"),
        (b"%PDF-1.7", "not a JPEG, PNG"),
        (PICTURE[: len(PICTURE) // 2], "damaged"),
        (_png_that_claims(100_000, 100_000), "too large"),
        (_png_that_claims(30_000, 10), "too large"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a JPEG, PNG"),
    ],
)
def test_what_is_no_picture_is_refused_with_a_reason(content, reason):
    with pytest.raises(UnreadablePicture, match=reason):
        read_picture(content)


@given(
    form=st.sampled_from(["JPEG", "MPO", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF"]),
    damage=st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 255)), max_size=30),
    end=st.integers(0, 20_000),
)
def test_no_damage_breaks_the_reader(form, damage, end):
    content = bytearray(as_file(drawing(2, (24, 32)), form))
    for position, value in damage:
        content[position % len(content)] = value
    with suppress(UnreadablePicture):
        assert read_picture(bytes(content[: end % (len(content) + 1)])).mode == "RGB"


def test_a_huge_photo_is_read_small():
    stream = io.BytesIO()
    Image.new("RGB", (6400, 8000), "red").save(stream, "JPEG")
    picture = read_picture(stream.getvalue())
    assert picture.size == (1600, 2000)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_the_whole_size_is_known_of_a_picture_that_is_read_small(form, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture, size = read_with_size(as_file(drawing(3, (640, 960)), form, exif=exif), at_least=(32, 32))
    assert size == ((640, 960) if orientation < 5 else (960, 640))
    assert max(picture.size) < 100
    assert (picture.width < picture.height) == (orientation < 5)
