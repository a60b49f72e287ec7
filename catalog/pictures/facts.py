"""What a page knows of a picture before it has loaded: its size, and a colour to hold its place."""

from typing import NamedTuple

import numpy as np
from PIL import Image

from catalog.pictures import storage
from catalog.pictures.decoding import UnreadablePicture, read_with_suffix

CELLS = 16
"""A placeholder's colour is taken from so many cells either way."""
ENOUGH = (4 * CELLS, 4 * CELLS)
"""Pixels either way from which on the cells are as good as the whole picture's; so few are decoded quickly."""
SIDE = 112
"""Pixels either way that are enough to see that something is there."""
PLAIN = 8
"""Levels of 256 that noise and compression may add to one colour."""
SPECK = 0.001
"""The share of the pixels that may be darker than all others, or lighter, and show nothing."""
NEAR_WHITE = 235
PAPER_SHARE = 0.6
"""How much white is mixed into a placeholder's colour: it announces the picture, it does not compete with it."""


class Facts(NamedTuple):
    """The upright size in pixels, and the placeholder's colour, like #aabbcc."""

    width: int | None
    height: int | None
    colour: str


NONE = Facts(None, None, "")


def facts_of(name: str) -> Facts:
    """Of the picture of that name in the media storage; NONE where it cannot be decoded."""
    try:
        picture, size = storage.load_with_size(name, ENOUGH)
    except (UnreadablePicture, OSError):
        return NONE
    return Facts(*size, placeholder_colour(picture))


def look_at(content: bytes, told: str) -> tuple[str, Facts]:
    """(the suffix, the facts) of a picture's bytes in one look; NONE where it cannot be decoded.

    Raises as `decoding.suffix_of` does.
    """
    suffix, read = read_with_suffix(content, told, ENOUGH)
    if read is None:
        return suffix, NONE
    picture, size = read
    return suffix, Facts(*size, placeholder_colour(picture))


def placeholder_colour(picture: Image.Image) -> str:
    """The mean colour of what is not an RGB picture's white background, made paler, like #aabbcc."""
    pixels = np.asarray(picture.resize((CELLS, CELLS), Image.Resampling.BOX), np.float32).reshape(-1, 3)
    product = pixels[pixels.min(axis=1) < NEAR_WHITE]
    mean = (product if len(product) else pixels).mean(axis=0)
    red, green, blue = (int(channel) for channel in mean * (1 - PAPER_SHARE) + 255 * PAPER_SHARE)
    return f"#{red:02x}{green:02x}{blue:02x}"


def is_plain(picture: Image.Image) -> bool:
    """Whether an RGB picture is of one colour, such as all white or all black, and so shows nothing."""
    size = (min(picture.width, SIDE), min(picture.height, SIDE))
    small = picture.resize(size, Image.Resampling.BOX, reducing_gap=1)
    # How many pixels have up to each level, by channel.
    counts = np.reshape(small.histogram(), (3, 256)).cumsum(axis=1)
    speck = int(size[0] * size[1] * SPECK)
    darkest, lightest = (counts <= speck).sum(axis=1), (counts < size[0] * size[1] - speck).sum(axis=1)
    return bool((lightest - darkest).max() <= PLAIN)
