"""Product pictures on disk, named by what is in them: the same picture is stored once and never changes."""

import hashlib
import os
from pathlib import Path, PurePosixPath

from django.core.files.storage import default_storage
from django.utils.translation import gettext
from PIL import Image

from catalog.pictures import files
from catalog.pictures.decoding import read_picture, read_with_size


class TornPicture(OSError):
    """A picture's file has other bytes than were stored: not all of them reached the disk."""


def digest_of(content: bytes) -> str:
    """The SHA-256 of a picture's file, in hex."""
    return hashlib.sha256(content).hexdigest()


def name_of(digest: str, suffix: str) -> str:
    """Where a picture of that digest lies in the media storage."""
    return f"products/{digest[:2]}/{digest}{suffix.lower()}"


def store(content: bytes, suffix: str) -> tuple[str, str]:
    """(name in the media storage, digest) of a picture's file, written when it is not there in full.

    Before a row names it, call `files.flush`; in the transaction in which it does, `naming.hold` before this. Raises
    OSError where it cannot be written.
    """
    digest = digest_of(content)
    write(name := name_of(digest, suffix), content)
    return name, digest


def write(name: str, content: bytes) -> bool:
    """Whether the picture of that name had to be written, as it was not there in full. Likewise."""
    path = Path(default_storage.path(name))
    # What a power cut tore off may have its length all the same.
    if path.exists() and path.read_bytes() == content:
        # A file that is old and that no row names is swept.
        os.utime(path)
        return False
    files.write(path, lambda stream: stream.write(content))
    return True


def load(name: str) -> Image.Image:
    """The RGB picture of that name in the media storage.

    Raises UnreadablePicture, and OSError where that is the storage's fault: the file is gone, or not what was stored.
    """
    return read_picture(_content_of(name))


def load_with_size(name: str, at_least: tuple[int, int]) -> tuple[Image.Image, tuple[int, int]]:
    """A small version of it, no smaller than `at_least`, and the whole picture's (width, height). Raises likewise."""
    return read_with_size(_content_of(name), at_least)


def _content_of(name: str) -> bytes:
    with default_storage.open(name) as stream:
        content = stream.read()
    if digest_of(content) != PurePosixPath(name).stem:
        raise TornPicture(
            gettext("{name} is not what was stored by this name; import the picture again").format(name=name)
        )
    return content
