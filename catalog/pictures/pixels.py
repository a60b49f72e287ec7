"""From a picture's bytes to clean RGB pixels with Pillow, whatever that costs: `decoding` bounds it."""

import io
import struct
import warnings
from collections.abc import Callable, Collection
from typing import TypeVar

import numpy as np
from PIL import ExifTags, Image, ImageFile, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

Result = TypeVar("Result")

register_heif_opener(thumbnails=False)
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "GIF", "BMP", "TIFF")
PIXELS_LIMITS = {"JPEG": 60_000_000, "WEBP": 12_000_000}
PIXELS_LIMIT = 25_000_000
"""For every other format. A JPEG can be decoded to a part of its size, a WebP takes twice what it shows: so none takes
more than 250 MB."""
LONGEST = 16_000
"""Pixels of a side up to which a picture is worth keeping; a strip that is longer is read smaller."""
TURNED = range(2, 9)
LYING = range(5, 9)
"""The EXIF orientations of pictures that are not upright, and of those whose width is their height then."""
ANIMATED = ("GIF", "PNG", "WEBP", "AVIF")
MOST_FRAMES = 60
FRAMES_PIXELS_LIMIT = 60_000_000
FRAME_CELLS = 64
EMPTY_SHARE = 0.005
VISIBLE = 16
CLEARLY_VISIBLE = 64
# Pillow's decoders raise whatever a damaged file leads them to; all of it means the same here.
DAMAGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)


def gettext_noop(text: str) -> str:
    """Marks a text that `decoding` translates: the process that decodes knows nothing of Django."""
    return text


class UnreadablePicture(Exception):
    """The bytes are not a picture that can be used; the message tells a person why.

    `values` stand in it for their names in braces.
    """

    def __init__(self, message: str, **values: object):
        super().__init__(message.format(**values) if values else message)
        self.message, self.values = message, values


NO_PICTURE = gettext_noop("This file is not a JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF picture.")
DAMAGED = gettext_noop("This picture is damaged: {problem}")
TOO_MANY_PIXELS = gettext_noop("This picture is too large: {width} x {height} pixels.")
TOO_LARGE = gettext_noop("This picture is too large.")


def read(
    content: bytes, at_least: tuple[int, int], formats: Collection[str] = FORMATS
) -> tuple[Image.Image, tuple[int, int]]:
    """The picture in these bytes, of one of these formats, and the (width, height) in pixels of the whole of it.

    The picture is RGB, upright by its EXIF orientation, transparency laid on white. A large one comes back smaller
    than it is, but no smaller than `at_least` (width, height in pixels). Raises UnreadablePicture.
    """
    return _with_reasons(lambda: _decode(_open(content, formats), at_least))


def format_of(content: bytes, formats: Collection[str] = FORMATS) -> str:
    """Which of these formats the bytes have, by their beginning. Raises UnreadablePicture."""
    return _with_reasons(lambda: _open(content, formats).format or "")


def check_size(form: str, width: int, height: int) -> None:
    """Raises UnreadablePicture where a picture of that format has too many pixels to be read."""
    if width * height > PIXELS_LIMITS.get(form, PIXELS_LIMIT):
        raise UnreadablePicture(TOO_MANY_PIXELS, width=width, height=height)


def _with_reasons(read: Callable[[], Result]) -> Result:
    """What reading comes to. Raises UnreadablePicture for whatever is wrong with the picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return read()
    except UnidentifiedImageError as error:
        raise UnreadablePicture(NO_PICTURE) from error
    except DAMAGE as error:
        # Some decoders write their reasons in several lines.
        raise UnreadablePicture(DAMAGED, problem=" ".join(str(error).split())) from error
    except Image.DecompressionBombError as error:
        raise UnreadablePicture(TOO_LARGE) from error


def _open(content: bytes, formats: Collection[str]) -> ImageFile.ImageFile:
    return Image.open(io.BytesIO(content), formats=tuple(formats))


def _decode(picture: ImageFile.ImageFile, at_least: tuple[int, int]) -> tuple[Image.Image, tuple[int, int]]:
    width, height = picture.size
    check_size(picture.format or "", width, height)
    factor = _factor(picture.size, at_least)
    picture.draft("RGB", (max(width // factor, 1), max(height // factor, 1)))
    # A TIFF forgets its orientation as it is decoded upright.
    picture.load()
    # Made smaller before anything else, so that there is never a second large copy.
    reduced = _reduced(picture, at_least)
    orientation = picture.getexif().get(ExifTags.Base.Orientation)
    if picture.format in ANIMATED and getattr(picture, "is_animated", False):
        reduced = _fullest_frame(picture, reduced.copy(), at_least)
    if orientation in TURNED:
        reduced = ImageOps.exif_transpose(reduced)
    return _as_rgb(reduced), (height, width) if orientation in LYING else (width, height)


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
        picture = _high_bytes(picture)
    elif picture.mode in ("I", "F"):
        # These have no range of their own, so the picture's takes its place.
        picture = _to_eight_bits(picture, *picture.getextrema())
    # Even of what is RGB already `convert` makes a copy.
    return picture if picture.mode == "RGB" else picture.convert("RGB")


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
        picture = _high_bytes(picture)
    return picture.reduce(factor)


def _on_white(picture: Image.Image) -> Image.Image:
    return Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)


def _high_bytes(picture: Image.Image) -> Image.Image:
    return Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))


def _to_eight_bits(picture: Image.Image, low: float, high: float) -> Image.Image:
    scale = 255 / max(high - low, 1e-6)
    return picture.convert("F").point(lambda value: value * scale - low * scale).convert("L")
