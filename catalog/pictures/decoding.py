"""From a hostile file to a clean RGB picture: the only place that decodes pictures."""

import base64
import io
import re
import warnings
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import TypeVar

import numpy as np
from PIL import ExifTags, Image, ImageFile, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

from catalog.pictures.metadata import without_metadata

Result = TypeVar("Result")

register_heif_opener(thumbnails=False)
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "GIF", "BMP", "TIFF")
SUFFIXES = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".pjpeg", ".pjp", ".mpo"),
    "PNG": (".png", ".apng"),
    "WEBP": (".webp",),
    "HEIF": (".heic", ".heif", ".heics", ".heifs", ".hif"),
    "AVIF": (".avif", ".avifs"),
    "GIF": (".gif",),
    "BMP": (".bmp", ".dib"),
    "TIFF": (".tif", ".tiff"),
}
"""How files of each format are called; the first is how they are kept, or as they are called where it is in KEPT."""
ALL_SUFFIXES = frozenset(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)
KEPT = frozenset({".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".avif", ".gif", ".bmp", ".tif", ".tiff"})
SHOWN = frozenset({".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".bmp"})
"""What every browser shows"""
BEGINNINGS = re.compile(
    rb"\xff\xd8\xff|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF....WEBP|BM|II[*+]\0|MM\0[*+]|....ftyp(?:hei|hev|mif|msf|avi)",
    re.DOTALL,
)
PIXELS_LIMITS = {"JPEG": 60_000_000, "WEBP": 12_000_000}
PIXELS_LIMIT = 25_000_000
"""For every other format. A JPEG can be decoded to a part of its size, a WebP takes twice what it shows: so none takes
more than 250 MB."""
LONGEST = 16_000
"""Pixels of a side up to which a picture is worth keeping; a strip that is longer is read smaller."""
LYING = (5, 6, 7, 8)
"""The EXIF orientations that turn width into height."""
ANIMATED = ("GIF", "PNG", "WEBP", "AVIF")
MOST_FRAMES = 60
FRAMES_PIXELS_LIMIT = 60_000_000
FRAME_CELLS = 64
EMPTY_SHARE = 0.005
VISIBLE = 16
CLEARLY_VISIBLE = 64
# Pillow's decoders raise whatever a damaged file leads them to; all of it means the same here.
DAMAGE = (OSError, RuntimeError, ValueError, SyntaxError, TypeError, EOFError, OverflowError, IndexError, KeyError)


class UnreadablePicture(Exception):
    """The bytes are not a picture that can be used; the message tells a person why."""


def read_picture(content: bytes, at_least: tuple[int, int] = (1600, 1600)) -> Image.Image:
    """The picture in these bytes: RGB, upright by its EXIF orientation, transparency laid on white.

    A large one comes back smaller than it is, but no smaller than `at_least` (width, height in pixels).
    Raises UnreadablePicture.
    """
    return read_with_size(content, at_least)[0]


def read_with_size(content: bytes, at_least: tuple[int, int]) -> tuple[Image.Image, tuple[int, int]]:
    """What `read_picture` returns, and the (width, height) in pixels of the whole picture, upright."""
    return _with_reasons(lambda: _decode(content, at_least))


def suffix_of(content: bytes, told: str) -> str:
    """The suffix of a file with these bytes: the one that it has, in small letters, where that is right.

    Raises UnreadablePicture where they do not begin as a picture does; whether all of it can be decoded,
    `read_picture` finds out.
    """
    suffixes = SUFFIXES[_with_reasons(lambda: _open(content).format or "")]
    return told.lower() if told.lower() in suffixes and told.lower() in KEPT else suffixes[0]


def begins_as_picture(start: bytes) -> bool:
    """Whether the first bytes of a file are those of a format that is read here."""
    return BEGINNINGS.match(start) is not None


def is_shown_by_browsers(name: str) -> bool:
    """Whether a browser shows the picture that is stored by that name; of others, renditions are shown alone."""
    return PurePosixPath(name).suffix in SHOWN


def _with_reasons(read: Callable[[], Result]) -> Result:
    """What reading comes to. Raises UnreadablePicture for whatever is wrong with the picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read()
    except UnidentifiedImageError as error:
        raise UnreadablePicture("This file is not a JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF picture.") from error
    except DAMAGE as error:
        raise UnreadablePicture(f"This picture is damaged: {error}") from error
    except Image.DecompressionBombError as error:
        raise UnreadablePicture("This picture is too large.") from error


def _open(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(without_metadata(content)), formats=FORMATS)


def _decode(content: bytes, at_least: tuple[int, int]) -> tuple[Image.Image, tuple[int, int]]:
    picture = _open(content)
    width, height = picture.size
    if width * height > PIXELS_LIMITS.get(picture.format or "", PIXELS_LIMIT):
        raise UnreadablePicture(f"This picture is too large: {width} x {height} pixels.")
    factor = _factor(picture.size, at_least)
    picture.draft("RGB", (width // factor, height // factor))
    # A TIFF forgets its orientation as it is decoded upright.
    picture.load()
    # Made smaller before anything else, so that there is never a second large copy.
    reduced = _reduced(picture, at_least)
    size = (height, width) if picture.getexif().get(ExifTags.Base.Orientation) in LYING else (width, height)
    if picture.format in ANIMATED and getattr(picture, "is_animated", False):
        reduced = _fullest_frame(picture, reduced.copy(), at_least)
    return _as_rgb(ImageOps.exif_transpose(reduced)), size


def _fullest_frame(animation: ImageFile.ImageFile, first: Image.Image, at_least: tuple[int, int]) -> Image.Image:
    """The first frame; where nothing is on it, the one of the next frames that shows the most."""
    empty = _cells(first)
    background = np.median(empty, axis=0)
    if _share_that_differs(empty, background) > EMPTY_SHARE:
        return first
    fullest, most = first, 0.0
    for number in range(1, min(MOST_FRAMES, 2 + FRAMES_PIXELS_LIMIT // (animation.width * animation.height))):
        try:
            animation.seek(number)
            animation.load()
        except DAMAGE:
            # There is no other, or it is damaged, which the first one is not.
            break
        cells = _cells(animation)
        shown = np.minimum(np.abs(cells - background).max(axis=1), CLEARLY_VISIBLE).sum()
        # A flash of one colour shows nothing either.
        if shown > most and _share_that_differs(cells, np.median(cells, axis=0)) > EMPTY_SHARE:
            fullest, most = _reduced(animation, at_least).copy(), shown
    return fullest


def _cells(picture: Image.Image) -> np.ndarray:
    """float32 (n, 3): the colours of a small version."""
    small = _as_rgb(picture.resize((FRAME_CELLS, FRAME_CELLS), Image.Resampling.NEAREST))
    return np.asarray(small, np.float32).reshape(-1, 3)


def _share_that_differs(cells: np.ndarray, colour: np.ndarray) -> float:
    return float((np.abs(cells - colour).max(axis=1) > VISIBLE).mean())


def _as_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA", "PA", "P", "La", "RGBa") or "transparency" in picture.info:
        picture = _on_white(picture.convert("RGBA"))
    elif picture.mode.startswith("I;16"):
        picture = _to_eight_bits(picture, 0, 65535)
    elif picture.mode in ("I", "F"):
        # These have no range of their own, so the picture's takes its place.
        picture = _to_eight_bits(picture, *picture.getextrema())
    return picture.convert("RGB")


def _factor(size: tuple[int, int], at_least: tuple[int, int]) -> int:
    """By how much a picture of that size can be made smaller and still be as large as is asked for, or long enough."""
    return max(min(size[0] // at_least[0], size[1] // at_least[1]), max(size) // LONGEST, 1)


def _reduced(picture: Image.Image, at_least: tuple[int, int]) -> Image.Image:
    factor = _factor(picture.size, at_least)
    if factor < 2:
        return picture
    # The means of palette numbers, or of half a pixel's bytes, would mean nothing.
    if picture.mode in ("P", "PA", "1"):
        picture = picture.convert("RGBA")
    elif picture.mode.startswith("I;16"):
        picture = _to_eight_bits(picture, 0, 65535)
    return picture.reduce(factor)


def _on_white(picture: Image.Image) -> Image.Image:
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)


def _to_eight_bits(picture: Image.Image, low: float, high: float) -> Image.Image:
    scale = 255 / max(high - low, 1e-6)
    return picture.convert("F").point(lambda value: value * scale - low * scale).convert("L")


def data_address(picture: Image.Image, side: int) -> str:
    """The RGB picture as a JPEG in a data: address, made no larger than so many pixels either way."""
    small = picture.copy()
    small.thumbnail((side, side))
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{base64.b64encode(stream.getvalue()).decode()}"
