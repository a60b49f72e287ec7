"""Renditions: a product's picture as WebP in a few widths, so that a phone need not load what a large screen shows."""

from collections.abc import Iterable
from io import BytesIO

from django.conf import settings
from django.core.files.base import File
from PIL import Image

from catalog.pictures import storage
from catalog.pictures.decoding import is_shown_by_browsers
from catalog.pictures.media import media

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
    return f"{settings.MEDIA_URL}renditions/{width}/{digest}.webp"


def name_of(digest: str, width: int) -> str:
    """Where the rendition of that width of the picture of that digest lies in the media storage."""
    return f"renditions/{width}/{digest[:2]}/{digest}.webp"


def missing(digest: str, width: int | None, name: str) -> list[int]:
    """The widths of the renditions that a picture of this width is to have, and has not."""
    return [rendition for rendition in widths_for(width, name) if not media.exists(name_of(digest, rendition))]


def make(name: str, digest: str, widths: Iterable[int]) -> None:
    """Writes the renditions of these widths of a picture in the media storage.

    Raises UnreadablePicture, and OSError where the storage is at fault.
    """
    picture = storage.load(name)
    for width in widths:
        _write(picture, name_of(digest, width), width)
    # A rendition that is there is never made again.
    media.flush()


def _write(picture: Image.Image, name: str, width: int) -> None:
    # WebP holds no longer sides; a strip becomes narrower than its width says.
    scale = min(width / picture.width, WEBP_SIDE_LIMIT / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    resized = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2)
    resized.save(stream := BytesIO(), "WEBP", quality=QUALITY)
    media.save(name, File(stream))
