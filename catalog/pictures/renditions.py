"""Renditions: a product's picture as WebP in a few widths, so that a phone need not load what a large screen shows."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from django.conf import settings
from django.urls import reverse
from PIL import Image

from catalog.pictures.decoding import UnreadablePicture

WIDTHS = (240, 480, 960)
QUALITY = 82
NEAR_WHITE = 235
PAPER_SHARE = 0.6
"""How much white is mixed into a placeholder's colour: it announces the picture, it does not compete with it."""


@dataclass(frozen=True)
class Traits:
    """What a page knows of a picture before it has loaded."""

    width: int
    height: int
    colour: str
    """Of the placeholder, like #aabbcc."""


def traits_of(picture: Image.Image) -> Traits:
    """The size in pixels of an RGB picture, and the mean colour of what is not its white background, made paler."""
    pixels = np.asarray(picture.resize((16, 16), Image.Resampling.BOX), np.float32).reshape(-1, 3)
    product = pixels[pixels.min(axis=1) < NEAR_WHITE]
    mean = (product if len(product) else pixels).mean(axis=0)
    red, green, blue = (int(channel) for channel in mean * (1 - PAPER_SHARE) + 255 * PAPER_SHARE)
    return Traits(*picture.size, f"#{red:02x}{green:02x}{blue:02x}")


def widths_for(width: int) -> tuple[int, ...]:
    """The widths of the renditions of a picture of this width: none is larger than the picture."""
    return tuple(rendition for rendition in WIDTHS if rendition < width)


def address(digest: str, width: int) -> str:
    return reverse("catalog:rendition", args=[width, digest])


def path(digest: str, width: int) -> Path:
    """Where the rendition of that width of the picture of that digest lies."""
    return Path(settings.MEDIA_ROOT, "renditions", str(width), digest[:2], f"{digest}.webp")


def make_all(digest: str, picture: Image.Image) -> None:
    """Writes those renditions of an RGB picture that are not there yet."""
    for width in widths_for(picture.width):
        if not path(digest, width).exists():
            _write(picture, path(digest, width), width)


def make(digest: str, picture: Image.Image, width: int) -> None:
    """Writes one rendition of an RGB picture. Raises UnreadablePicture where that is no wider."""
    if picture.width <= width:
        raise UnreadablePicture(f"This picture is only {picture.width} pixels wide.")
    _write(picture, path(digest, width), width)


def _write(picture: Image.Image, target: Path, width: int) -> None:
    """Aside and then into place, as another process may be about the same one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    size = (width, max(1, round(picture.height * width / picture.width)))
    handle, aside = tempfile.mkstemp(dir=target.parent, suffix=".webp")
    with os.fdopen(handle, "wb") as stream:
        picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2).save(stream, "WEBP", quality=QUALITY)
    Path(aside).chmod(0o644)
    Path(aside).replace(target)
