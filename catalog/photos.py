"""From a hostile file to a clean RGB picture: the only place that decodes pictures."""

import base64
import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF", "BMP", "TIFF")
PIXELS_LIMIT = 60_000_000
SIDE_LIMIT = 20_000
# Pillow's decoders raise whatever a damaged file leads them to; all of it means the same here.
DAMAGE = (OSError, RuntimeError, ValueError, SyntaxError, TypeError, EOFError, OverflowError, IndexError, KeyError)


class UnreadablePicture(Exception):
    """The bytes are not a picture that can be used; the message tells a person why."""


def read_picture(content: bytes, at_least: tuple[int, int] = (1600, 1600)) -> Image.Image:
    """The picture in these bytes: RGB, upright by its EXIF orientation, transparency laid on white.

    A JPEG may come back smaller than it is, but no smaller than `at_least` (width, height in pixels).
    Raises UnreadablePicture.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _decode(content, at_least)
    except UnidentifiedImageError as error:
        raise UnreadablePicture("This file is not a JPEG, PNG, WebP, AVIF, GIF, BMP or TIFF picture.") from error
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


def _decode(content: bytes, at_least: tuple[int, int]) -> Image.Image:
    picture = _open(content)
    width, height = picture.size
    if width * height > PIXELS_LIMIT or max(width, height) > SIDE_LIMIT:
        raise UnreadablePicture(f"This picture is too large: {width} x {height} pixels.")
    picture.draft("RGB", at_least)
    picture = ImageOps.exif_transpose(picture)
    if picture.mode in ("RGBA", "LA", "PA", "P", "La", "RGBa") or "transparency" in picture.info:
        picture = _on_white(picture.convert("RGBA"))
    elif picture.mode.startswith("I;16"):
        picture = _to_eight_bits(picture, 0, 65535)
    elif picture.mode in ("I", "F"):
        # These have no range of their own, so the picture's takes its place.
        picture = _to_eight_bits(picture, *picture.getextrema())
    return picture.convert("RGB")


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
