"""From a hostile file to a clean RGB picture: the only door to the decoders.

What a picture costs is known before it is paid, or paid by a process that is stopped when it costs too much.
"""

import base64
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from posixpath import splitext

from django.utils.translation import gettext
from PIL import Image

from catalog.pictures import aside, pixels
from catalog.pictures.aside import DecodersBusy
from catalog.pictures.costs import cost_of
from catalog.pictures.metadata import pieces_of
from catalog.pictures.pixels import DAMAGED, NO_PICTURE, UnreadablePicture, gettext_noop

__all__ = [
    "ALL_SUFFIXES",
    "DecodersBusy",
    "UnreadablePicture",
    "begins_as_picture",
    "data_address",
    "is_shown_by_browsers",
    "read_picture",
    "read_with_size",
    "suffix_of",
]

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

WORK_IN_PLACE, HELD_IN_PLACE = 100_000_000, 50_000_000
"""What costs no more, as `costs` counts, is decoded here, in some 0.2 s at most; all else by a process of its own."""
WORK_LIMIT, HELD_LIMIT = 1_000_000_000, 250_000_000
TOO_LONG = gettext_noop("This picture takes too long to decode: save it again as an ordinary JPEG.")


def read_picture(content: bytes, at_least: tuple[int, int] = (1600, 1600)) -> Image.Image:
    """The picture in these bytes: RGB, upright by its EXIF orientation, transparency laid on white.

    A large one comes back smaller than it is, but no smaller than `at_least` (width, height in pixels).
    Raises UnreadablePicture, and DecodersBusy, an OSError, where too much is being decoded to wait for.
    """
    return read_with_size(content, at_least)[0]


def read_with_size(content: bytes, at_least: tuple[int, int]) -> tuple[Image.Image, tuple[int, int]]:
    """What `read_picture` returns, and the (width, height) in pixels of the whole picture, upright. Raises likewise."""
    with _translated():
        content, form = _examined(content)
        return pixels.read(content, at_least, (form,)) if form else aside.read(content, at_least)


def suffix_of(content: bytes, told: str) -> str:
    """The suffix of a file with these bytes: the one that it has, in small letters, where that is right.

    Raises UnreadablePicture where they do not begin as a picture does, and DecodersBusy; whether all of it can be
    decoded, `read_picture` finds out.
    """
    with _translated():
        content, form = _examined(content)
        suffixes = SUFFIXES[pixels.format_of(content, (form,)) if form else aside.format_of(content)]
    return told.lower() if told.lower() in suffixes and told.lower() in KEPT else suffixes[0]


@contextmanager
def _translated() -> Iterator[None]:
    """Says why a picture is unreadable in the language of the page."""
    try:
        yield
    except UnreadablePicture as error:
        raise UnreadablePicture(gettext(error.message).format(**error.values)) from error


def _examined(content: bytes) -> tuple[bytes, str]:
    """(the bytes without metadata, their format where they say that they cost little, else "").

    Raises UnreadablePicture where they are no picture, or say that they cost too much.
    """
    if not begins_as_picture(content):
        raise UnreadablePicture(NO_PICTURE)
    try:
        pieces = pieces_of(content)
        cost = cost_of(pieces)
    except ValueError as error:
        raise UnreadablePicture(DAMAGED, problem=error) from error
    content = b"".join(pieces)
    if cost is None:
        return content, ""
    pixels.check_size(cost.form, cost.width, cost.height)
    if cost.work > WORK_LIMIT or cost.held > HELD_LIMIT:
        raise UnreadablePicture(TOO_LONG)
    is_small = cost.work <= WORK_IN_PLACE and cost.held <= HELD_IN_PLACE
    return content, cost.form if is_small else ""


def begins_as_picture(start: bytes) -> bool:
    """Whether the first bytes of a file are those of a format that is read here."""
    return BEGINNINGS.match(start) is not None


def is_shown_by_browsers(name: str) -> bool:
    """Whether a browser shows the picture that is stored by that name; of others, renditions are shown alone."""
    return splitext(name)[1] in SHOWN


def data_address(picture: Image.Image, side: int) -> str:
    """The RGB picture as a JPEG in a data: address, made no larger than so many pixels either way."""
    small = picture.copy()
    small.thumbnail((side, side))
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=80)
    return f"data:image/jpeg;base64,{base64.b64encode(stream.getvalue()).decode()}"
