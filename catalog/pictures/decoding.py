"""From a hostile file to a clean RGB picture: the only place that decodes pictures."""

import base64
import io
import warnings

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError
from pillow_heif import register_heif_opener

register_heif_opener(thumbnails=False)
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "GIF", "BMP", "TIFF")
PIXELS_LIMITS = {"JPEG": 60_000_000, "WEBP": 12_000_000}
PIXELS_LIMIT = 25_000_000
"""For every other format. A JPEG can be decoded to a part of its size, a WebP takes twice what it shows: so none takes
more than 250 MB."""
SIDE_LIMIT = 20_000
LYING = (5, 6, 7, 8)
"""The EXIF orientations that turn width into height."""
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
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _decode(content, at_least)
    except UnidentifiedImageError as error:
        raise UnreadablePicture("This file is not a JPEG, PNG, WebP, HEIC, AVIF, GIF, BMP or TIFF picture.") from error
    except DAMAGE as error:
        raise UnreadablePicture(f"This picture is damaged: {error}") from error
    except Image.DecompressionBombError as error:
        raise UnreadablePicture("This picture is too large.") from error


def is_picture(content: bytes) -> bool:
    """Whether these bytes begin as a picture does; whether all of it can be decoded, `read_picture` finds out."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with _open(content):
                return True
    except (*DAMAGE, Image.DecompressionBombError):
        return False


def _open(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content), formats=FORMATS)


def _decode(content: bytes, at_least: tuple[int, int]) -> tuple[Image.Image, tuple[int, int]]:
    picture = _open(content)
    width, height = picture.size
    if width * height > PIXELS_LIMITS.get(picture.format or "", PIXELS_LIMIT) or max(width, height) > SIDE_LIMIT:
        raise UnreadablePicture(f"This picture is too large: {width} x {height} pixels.")
    picture.draft("RGB", at_least)
    # A TIFF forgets its orientation as it is decoded upright.
    picture.load()
    # Made smaller before anything else, so that there is never a second large copy.
    picture = _reduced(picture, at_least)
    size = (height, width) if picture.getexif().get(ExifTags.Base.Orientation) in LYING else (width, height)
    return _as_rgb(ImageOps.exif_transpose(picture)), size


def _as_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA", "PA", "P", "La", "RGBa") or "transparency" in picture.info:
        picture = _on_white(picture.convert("RGBA"))
    elif picture.mode.startswith("I;16"):
        picture = _to_eight_bits(picture, 0, 65535)
    elif picture.mode in ("I", "F"):
        # These have no range of their own, so the picture's takes its place.
        picture = _to_eight_bits(picture, *picture.getextrema())
    return picture.convert("RGB")


def _reduced(picture: Image.Image, at_least: tuple[int, int]) -> Image.Image:
    factor = min(picture.width // at_least[0], picture.height // at_least[1])
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
