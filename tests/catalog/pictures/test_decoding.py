"""From a hostile file to a clean picture."""

import io
import struct
import zlib
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageOps

from catalog.pictures.decoding import UnreadablePicture, read_picture, read_with_size, suffix_of
from tests.hardships import ARITHMETIC, jpeg_of_scans, png_of_nothing
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


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _png_that_claims(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b""))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not a JPEG, PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a JPEG, PNG"),
        (b"%PDF-1.7", "not a JPEG, PNG"),
        (PICTURE[: len(PICTURE) // 2], "damaged"),
        (_png_that_claims(100_000, 100_000), "too large"),
        (_png_that_claims(30_000, 1_000), "too large"),
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


def test_a_jpeg_with_a_second_picture_inside_has_the_limits_of_a_jpeg():
    large = Image.new("RGB", (6000, 5000), "red")
    content = as_file(large, "MPO", save_all=True, append_images=[drawing(1)])
    assert read_picture(content).size == (3000, 2500)
    assert suffix_of(content, ".JPG") == ".jpg"


@pytest.mark.parametrize("size", [(30_000, 40), (40, 30_000), (1, 20_000), (300_000, 3)])
def test_a_long_strip_is_read_up_to_the_limit_of_pixels(size):
    picture, whole = read_with_size(as_file(Image.new("RGB", size, "red"), "PNG"), at_least=(1600, 1600))
    assert whole == size
    assert min(picture.size) >= 1
    assert max(picture.size) < 32_000


def _frames() -> list[Image.Image]:
    """Nothing, a flash of black, something, more, something."""
    frames = [Image.new("RGB", (120, 90), colour) for colour in ("white", "black", "white", "white", "white")]
    for frame, width in zip(frames[2:], (20, 100, 60), strict=True):
        ImageDraw.Draw(frame).rectangle((10, 10, 10 + width, 70), fill="navy")
    return frames


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF"])
def test_an_animation_that_begins_with_nothing_shows_its_fullest_frame(form):
    first, *others = _frames()
    content = as_file(first, form, save_all=True, append_images=others, duration=100)
    shown = np.asarray(read_picture(content), float)
    assert np.abs(shown - np.asarray(others[2], float)).mean() < 6
    assert read_picture(as_file(first, form)).getextrema() == ((255, 255),) * 3


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_an_animation_that_begins_with_something_shows_that(form):
    _, _, something, more, _ = _frames()
    content = as_file(something, form, save_all=True, append_images=[more], duration=100)
    assert np.abs(np.asarray(read_picture(content), float) - np.asarray(something, float)).mean() < 6


def test_a_transparent_first_frame_is_empty():
    empty, product = Image.new("RGBA", (40, 40), (0, 0, 0, 0)), Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    product.paste("green", (5, 5, 30, 30))
    content = as_file(empty, "WEBP", save_all=True, append_images=[product], lossless=True)
    assert read_picture(content).getpixel((20, 20)) == (0, 128, 0)


def test_a_long_animation_is_looked_through_to_a_limit():
    frames = [Image.new("L", (8, 8), 255 - number % 2) for number in range(100)]
    frames[90].paste(0, (2, 2, 6, 6))
    content = as_file(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=20)
    assert read_picture(content).getpixel((4, 4)) == (255, 255, 255)


TEXTS = (
    _chunk(b"tEXt", b"k\0v"),
    _chunk(b"iTXt", b"k\0\0\0\0\0v"),
    _chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(5 << 20))),
)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("place", [33, -12])
def test_what_is_written_beside_a_png_is_dropped_before_it_is_read(text, place):
    """500,000 texts took half a minute, and one that unpacks to more than a megabyte was taken for damage."""
    content = PICTURE[:place] + text * (500_000 if len(text) < 50 else 3) + PICTURE[place:]
    assert read_picture(content).tobytes() == read_picture(PICTURE).tobytes()


def test_what_is_written_beside_a_jpeg_is_dropped_before_it_is_read():
    exif = Image.Exif()
    exif[0x0112] = 6
    content = as_file(drawing(4), "JPEG", exif=exif, comment=b"a shop")
    ballast = b"\xff\xe1\0\x0aExif\0\0ab" * 100_000 + b"\xff\xfe\0\3c" * 100_000 + b"\xff\xe2\0\4ab" * 100_000
    place = content.index(b"\xff\xdb")
    heavy = content[:place] + ballast + content[place:]
    assert read_picture(heavy).tobytes() == read_picture(content).tobytes()
    assert read_picture(content).size == (120, 90)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 30, "optimize": True}])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK", "YCbCr"])
def test_the_pixels_of_a_jpeg_stay_what_they_are(mode, options):
    content = as_file(drawing(5).convert(mode), "JPEG", icc_profile=b"profile", **options)
    assert read_picture(content).tobytes() == Image.open(io.BytesIO(content)).convert("RGB").tobytes()


@pytest.mark.parametrize(
    "content",
    [
        PICTURE[:33] + _chunk(b"IDAT", b"") * 60_000 + PICTURE[33:],
        b"\xff\xd8" + b"\xff\xdd\0\4\0\0" * 60_000 + as_file(drawing(1))[2:],
    ],
)
def test_a_picture_of_too_many_pieces_is_refused(content):
    with pytest.raises(UnreadablePicture, match="too many pieces"):
        read_picture(content)


@pytest.mark.parametrize(
    ("form", "told", "kept"),
    [
        ("JPEG", ".JPG", ".jpg"),
        ("JPEG", ".jpeg", ".jpeg"),
        ("JPEG", ".pjpeg", ".jpg"),
        ("JPEG", ".heic", ".jpg"),
        ("JPEG", "", ".jpg"),
        ("HEIF", ".jpg", ".heic"),
        ("HEIF", ".HEIF", ".heif"),
        ("PNG", ".html", ".png"),
        ("TIFF", ".tif", ".tif"),
    ],
)
def test_a_picture_is_kept_under_a_suffix_that_is_true(form, told, kept):
    assert suffix_of(as_file(drawing(1), form), told) == kept


@pytest.mark.parametrize(
    "content",
    [
        jpeg_of_scans(8000, 7500, 3000),
        jpeg_of_scans(65_500, 1, 40_000),
        jpeg_of_scans(8000, 7500, 20, ARITHMETIC),
        # What is written between the scans hides none of them.
        jpeg_of_scans(8000, 7500, 3000).replace(b"\xff\xda", b"\xff\xfe\0\4\xff\xd9\xff\xda"),
        jpeg_of_scans(8000, 7500, 2, mode="CMYK"),
    ],
)
def test_what_says_that_it_takes_long_is_refused_before_it_is_decoded(content):
    with pytest.raises(UnreadablePicture, match="too long to decode: save it again"):
        read_picture(content)


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (jpeg_of_scans(8000, 7500, 5), (2000, 1875)),
        (jpeg_of_scans(65_500, 1, 9), (16_375, 1)),
        (png_of_nothing(5000, 5000, bits=16, is_interlaced=True), (1667, 1667)),
        (png_of_nothing(5000, 4000), (2500, 2000)),
    ],
)
def test_what_is_large_and_takes_a_while_is_read(content, size):
    assert read_picture(content).size == size


@pytest.mark.parametrize("form", ["TIFF", "BMP", "WEBP"])
def test_a_picture_is_the_same_whichever_process_decodes_it(form):
    picture = drawing(7, (1000, 1500))
    here, aside = (
        np.asarray(read_picture(content, at_least=(250, 375)), float)
        for content in (as_file(picture, "JPEG"), as_file(picture, form))
    )
    assert np.abs(here - aside).mean() < 2


def test_a_second_picture_behind_a_progressive_one_costs_nothing():
    content = as_file(drawing(1), "JPEG", progressive=True)
    assert read_picture(content + jpeg_of_scans(8000, 7500, 3000)).size == (90, 120)
