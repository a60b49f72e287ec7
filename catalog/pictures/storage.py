"""Product pictures, named by what is in them: the same picture is stored once and never changes."""

import hashlib
from pathlib import PurePosixPath

from django.utils.translation import gettext
from PIL import Image

from catalog.pictures.decoding import read_picture, read_with_size
from catalog.pictures.media import media


class TornPicture(OSError):
    """A picture's file has other bytes than were stored: not all of them reached the storage."""


def digest_of(content: bytes) -> str:
    """The SHA-256 of a picture's file, in hex."""
    return hashlib.sha256(content).hexdigest()


def name_of(digest: str, suffix: str) -> str:
    """Where a picture of that digest lies in the media storage."""
    return f"products/{digest[:2]}/{digest}{suffix.lower()}"


def store(content: bytes, suffix: str) -> tuple[str, str]:
    """(name in the media storage, digest) of a picture's file, written when it is not there in full.

    Before a row names it, call `media.flush`; in the transaction in which it does, `naming.hold` before this. Raises
    OSError where it cannot be written.
    """
    digest = digest_of(content)
    media.keep(name := name_of(digest, suffix), content)
    return name, digest


def load(name: str) -> Image.Image:
    """The RGB picture of that name in the media storage.

    Raises UnreadablePicture, and OSError where that is the storage's fault: the file is gone, or not what was stored.
    """
    return read_picture(_content_of(name))


def load_with_size(name: str, at_least: tuple[int, int]) -> tuple[Image.Image, tuple[int, int]]:
    """A small version of it, no smaller than `at_least`, and the whole picture's (width, height). Raises likewise."""
    return read_with_size(_content_of(name), at_least)


def _content_of(name: str) -> bytes:
    with media.open(name) as stream:
        content = stream.read()
    if digest_of(content) != PurePosixPath(name).stem:
        raise TornPicture(
            gettext("{name} is not what was stored by this name; import the picture again").format(name=name)
        )
    return content
