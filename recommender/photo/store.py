"""Photos for as long as their shopper may crop them: half an hour, under a name that cannot be guessed."""

import io
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.core.cache import caches
from PIL import Image

from catalog.monitoring.metrics import count_asked
from catalog.outages import CACHE
from recommender.photo.boxes import Box, NamedBox, tell_apart

SIDE = 480
"""Pixels of the longer side, enough for every crop that an encoder can tell from a larger one."""
LEAST = (360, 360)
"""Pixels of width and height from which a photo of a phone, which is 4:3, is as large as that."""
LARGEST_SIDE = 600
"""What is no larger is not worth the time to make it smaller."""
SECONDS_KEPT = 30 * 60
NAME_BYTES = 16


class PhotosAway(Exception):
    """Nobody can tell at the moment whether a photo is kept."""


@dataclass(frozen=True)
class Shown:
    """The product on a photo: the part to begin with, sealed, and what the eye saw there."""

    seal: str
    box: Box
    thing: str = ""
    """What sort of thing it is; "" where that is unsure"""
    sureness_of_gender: float = 0.0
    """How likely the eye finds the likeliest gender"""


@dataclass(frozen=True)
class StoredPhoto:
    """A photo as JPEG, its size in pixels, the product that it shows, and the parts that show one, best first."""

    content: bytes
    width: int
    height: int
    shown: Shown | None
    parts: list[NamedBox]

    @classmethod
    def of(cls, photo: Image.Image, shown: Shown | None, parts: list[NamedBox]) -> "StoredPhoto":
        """Of an RGB photo."""
        stream = io.BytesIO()
        photo.save(stream, "JPEG", quality=90)
        return cls(stream.getvalue(), *photo.size, shown, parts)

    @property
    def parts_to_point_at(self) -> list[NamedBox]:
        """Those whose middles a finger can tell apart."""
        return tell_apart(self.parts, self.width, self.height)

    @property
    def pixels(self) -> Image.Image:
        """RGB."""
        return Image.open(io.BytesIO(self.content)).convert("RGB")


def small(photo: Image.Image) -> Image.Image:
    """A photo as large as it is kept."""
    if max(photo.size) > LARGEST_SIDE:
        photo = photo.copy()
        photo.thumbnail((SIDE, SIDE), Image.Resampling.BICUBIC, reducing_gap=2)
    return photo


def keep(photo: StoredPhoto) -> str:
    """Keeps a photo, and returns its name."""
    name = secrets.token_urlsafe(NAME_BYTES)
    caches["photos"].set(name, photo, SECONDS_KEPT)
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
    """The photo of that name; None when it has expired or never was. Raises PhotosAway."""
    photo = caches["photos"].get(name)
    count_asked("photos", was_there=photo is not None)
    if photo is None and CACHE.is_away:
        raise PhotosAway
    return photo if isinstance(photo, StoredPhoto) else None
