"""Which parts of a photo look like products: proposals from the encoder's own eye."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from recommender.encoders import PictureEncoder
from recommender.photo.boxes import WHOLE, Box
from recommender.photo.foreground import foreground

MOST = 5
SIDE = 224
"""Pixels of a photo's longer side that are enough to propose from."""
WINDOWS = ((0.75, 0.75), (0.5, 0.65))
"""(width, height) of the windows that slide over the photo, in parts of its own."""
STEPS = (0.0, 0.5, 1.0)
OVERLAP = 0.55
"""Boxes that share so much (intersection over union) are the same proposal."""
PROMISING_WINDOWS = 4
NEARBY = (
    (0, 0, 0.8),
    (0.1, 0, 0.9),
    (-0.1, 0, 0.9),
    (0, 0.1, 0.9),
    (0, -0.1, 0.9),
    (0.1, 0.1, 0.8),
    (-0.1, 0.1, 0.8),
    (0.1, -0.1, 0.8),
    (-0.1, -0.1, 0.8),
)
"""(right, down, scale) of the boxes that are tried around a good one, in parts of its sides."""


@dataclass(frozen=True)
class Part:
    """A part of a photo, its embedding (d,), and how close the nearest product is (a cosine)."""

    box: Box
    embedding: np.ndarray
    closeness: float


@dataclass(frozen=True)
class Proposals:
    """A whole photo, and up to five parts of it that look like products, best first."""

    whole: Part
    parts: list[Part]

    @property
    def best(self) -> Part:
        """What to begin with: the part that is closest to a product, unless the whole photo is."""
        return max([self.whole, *self.parts], key=lambda part: part.closeness)


def propose(
    picture_encoder: PictureEncoder,
    photo: Image.Image,
    sample: np.ndarray,
    closeness: Callable[[np.ndarray], np.ndarray],
) -> Proposals:
    """What an RGB photo can be searched with.

    What a product looks like the catalogue tells: a part is the better the closer the nearest product is to it.
    `closeness` gives that for embeddings (n, d); `sample` (m, d) of the catalogue is a quick guess at it, so that only
    what is worth it is asked. The best part is then moved and scaled a little to where it fits best.
    """
    photo = photo.copy()
    photo.thumbnail((SIDE, SIDE), Image.Resampling.BICUBIC, reducing_gap=2)
    certain, windows = [WHOLE, *foreground(photo)], list(_windows())
    embeddings = _embed(picture_encoder, photo, [*certain, *windows])
    guesses = (embeddings[len(certain) :] @ sample.T).max(axis=1, initial=-1)
    promising = np.argsort(-guesses)[:PROMISING_WINDOWS]
    boxes = [*certain, *(windows[number] for number in promising)]
    rows = [*range(len(certain)), *(len(certain) + promising)]
    whole, *parts = _rated(boxes, embeddings[rows], closeness)
    nearby = list(_around(Proposals(whole, parts).best.box))
    refined = _rated(nearby, _embed(picture_encoder, photo, nearby), closeness)
    best_first = sorted([*parts, *refined], key=lambda part: -part.closeness)
    return Proposals(whole, _different(best_first)[:MOST])


def _embed(picture_encoder: PictureEncoder, photo: Image.Image, boxes: list[Box]) -> np.ndarray:
    return picture_encoder.encode(np.stack([picture_encoder.prepare(box.cut(photo)) for box in boxes]))


def _rated(boxes: list[Box], embeddings: np.ndarray, closeness: Callable[[np.ndarray], np.ndarray]) -> list[Part]:
    return [Part(*found) for found in zip(boxes, embeddings, closeness(embeddings).tolist(), strict=True)]


def _different(parts: list[Part]) -> list[Part]:
    """The parts without those that hardly differ from an earlier one."""
    chosen: list[Part] = []
    for part in parts:
        if all(part.box.overlap(other.box) < OVERLAP for other in chosen):
            chosen.append(part)
    return chosen


def _around(box: Box) -> Iterator[Box]:
    """The box a little smaller, and moved to each side."""
    for right, down, scale in NEARBY:
        width, height = min(1.0, box.width * scale), min(1.0, box.height * scale)
        left = box.left + (box.width - width) / 2 + right * box.width
        top = box.top + (box.height - height) / 2 + down * box.height
        yield Box(min(max(left, 0), 1 - width), min(max(top, 0), 1 - height), width, height)


def _windows() -> Iterator[Box]:
    for width, height in WINDOWS:
        for down in STEPS:
            for right in STEPS:
                yield Box((1 - width) * right, (1 - height) * down, width, height)
