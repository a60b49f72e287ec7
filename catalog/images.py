"""Product pictures on disk, named by what is in them: the same picture is stored once and never changes."""

import hashlib
import io
import warnings

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image

from catalog.photos import FORMATS


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


def is_picture(content: bytes) -> bool:
    """Whether these bytes begin as a picture does; whether all of it can be decoded, the encoder finds out."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=FORMATS):
                return True
    # Pillow's readers raise whatever a damaged file leads them to; all of it means the same here.
    except (OSError, ValueError, SyntaxError, TypeError, EOFError, OverflowError, IndexError, KeyError):
        return False
    except Image.DecompressionBombError:
        return False
