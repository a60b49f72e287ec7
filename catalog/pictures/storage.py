"""Product pictures on disk, named by what is in them: the same picture is stored once and never changes."""

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from catalog.pictures.decoding import read_picture, read_with_size


def digest_of(content: bytes) -> str:
    """The SHA-256 of a picture's file, in hex."""
    return hashlib.sha256(content).hexdigest()


def name_of(digest: str, suffix: str) -> str:
    """Where a picture of that digest lies in the media storage."""
    return f"products/{digest[:2]}/{digest}{suffix.lower()}"


def store(content: bytes, suffix: str) -> tuple[str, str]:
    """(name in the media storage, digest) of a picture's file, written when it is not there in full."""
    digest = digest_of(content)
    name = name_of(digest, suffix)
    if default_storage.exists(name):
        if default_storage.size(name) == len(content):
            return name, digest
        # What a power cut tore off; the name belongs to this content alone.
        default_storage.delete(name)
    return default_storage.save(name, ContentFile(content)), digest


def load(name: str) -> Image.Image:
    """The RGB picture of that name in the media storage. Raises UnreadablePicture, and OSError where it is gone."""
    with default_storage.open(name) as stream:
        return read_picture(stream.read())


def load_with_size(name: str, at_least: tuple[int, int]) -> tuple[Image.Image, tuple[int, int]]:
    """A small version of it, no smaller than `at_least`, and the whole picture's (width, height). Raises likewise."""
    with default_storage.open(name) as stream:
        return read_with_size(stream.read(), at_least)
