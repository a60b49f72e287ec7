"""Renditions: a product's picture as WebP in a few widths, so that a phone need not load what a large screen shows."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from PIL import Image

from catalog.pictures import files, storage
from catalog.pictures.decoding import is_shown_by_browsers

WIDTHS = (240, 480, 960)
WEBP_SIDE_LIMIT = 16_383
QUALITY = 82


def widths_for(width: int | None, name: str) -> tuple[int, ...]:
    """The widths of the renditions of a picture of this width: none is larger than the picture. Without one, none.

    A picture that browsers do not show has one as wide as itself, up to the largest.
    """
    if not width:
        return ()
    smaller = tuple(rendition for rendition in WIDTHS if rendition < width)
    return smaller if is_shown_by_browsers(name) or width > WIDTHS[-1] else (*smaller, width)


def address(digest: str, width: int) -> str:
    return f"{_folder()}{width}/{digest}.webp"


@cache
def _folder() -> str:
    """Where all their addresses begin: a page has hundreds of them, and each would take its time to be looked up."""
    return reverse("catalog:rendition", args=[0, "digest"]).removesuffix("0/digest.webp")


def path(digest: str, width: int) -> Path:
    """Where the rendition of that width of the picture of that digest lies."""
    return Path(settings.MEDIA_ROOT, "renditions", str(width), digest[:2], f"{digest}.webp")


def missing(digest: str, width: int | None, name: str) -> list[int]:
    """The widths of the renditions that a picture of this width is to have, and has not."""
    return [rendition for rendition in widths_for(width, name) if not path(digest, rendition).exists()]


def make(name: str, digest: str, widths: Iterable[int]) -> None:
    """Writes the renditions of these widths of a picture in the media storage.

    Raises UnreadablePicture, and OSError where the storage is at fault.
    """
    picture = storage.load(name)
    for width in widths:
        _write(picture, path(digest, width), width)
    # A rendition that is there is never made again.
    files.flush()


def _write(picture: Image.Image, target: Path, width: int) -> None:
    # WebP holds no longer sides; a strip becomes narrower than its width says.
    scale = min(width / picture.width, WEBP_SIDE_LIMIT / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    resized = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2)
    files.write(target, lambda stream: resized.save(stream, "WEBP", quality=QUALITY))
