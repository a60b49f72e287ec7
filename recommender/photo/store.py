"""Photos for as long as their shopper may crop them: in memory, under a name that cannot be guessed, half an hour."""

import io
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.core.cache import caches
from PIL import Image

from catalog.monitoring.metrics import count_asked
from recommender.photo.boxes import NamedBox, tell_apart

SIDE = 480
"""Pixels of the longer side, enough for every crop that an encoder can tell from a larger one."""
LARGEST_SIDE = 600
"""What is no larger is not worth the time to make it smaller."""
SECONDS_KEPT = 30 * 60
NAME_BYTES = 16


@dataclass(frozen=True)
class StoredPhoto:
    """A photo as JPEG, its size in pixels, whether it shows a product, and the parts that do, best first."""

    content: bytes
    width: int
    height: int
    shows_product: bool
    parts: list[NamedBox]

    @property
    def parts_to_point_at(self) -> list[NamedBox]:
        """Those whose middles a finger can tell apart."""
        return tell_apart(self.parts, self.width, self.height)


def keep(photo: Image.Image, shows_product: bool, parts: list[NamedBox]) -> str:
    """Keeps an RGB photo, made small, and returns its name."""
    if max(photo.size) > LARGEST_SIDE:
        photo = photo.copy()
        photo.thumbnail((SIDE, SIDE), Image.Resampling.BICUBIC, reducing_gap=2)
    stream = io.BytesIO()
    photo.save(stream, "JPEG", quality=90)
    name = secrets.token_urlsafe(NAME_BYTES)
    caches["photos"].set(name, StoredPhoto(stream.getvalue(), *photo.size, shows_product, parts), SECONDS_KEPT)
    return name


def forget_expired() -> None:
    """Deletes what has expired where the cache is a folder, which would only notice when it is asked for it."""
    settings = caches.settings["photos"]
    if not settings["BACKEND"].endswith("FileBasedCache"):
        return
    for file in Path(settings["LOCATION"]).glob("*.djcache"):
        with suppress(FileNotFoundError):
            if time.time() - file.stat().st_mtime > SECONDS_KEPT:
                file.unlink()


def find(name: str) -> StoredPhoto | None:
    """The photo of that name; None when it has expired or never was."""
    photo = caches["photos"].get(name)
    count_asked("photos", was_there=photo is not None)
    return photo if isinstance(photo, StoredPhoto) else None


def load(name: str) -> Image.Image | None:
    """The pixels of the photo of that name, RGB."""
    photo = find(name)
    return Image.open(io.BytesIO(photo.content)).convert("RGB") if photo else None
