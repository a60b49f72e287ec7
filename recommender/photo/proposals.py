"""Which parts of a photo show products: those that the eye sees, or else those that the catalogue knows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from recommender.encoders import PictureEncoder
from recommender.photo.boxes import WHOLE, Box
from recommender.photo.eye import Eye, Sight
from recommender.photo.foreground import foreground
from recommender.photo.kinds import with_kinds
from recommender.photo.places import places

MOST = 5
SIDE = 224
"""Pixels of a photo's longer side that are enough to propose from."""
SURE = 0.9
"""How likely the eye must find it that a photo shows a product. It turned away 0.8 % of 862 photographs of clothes that
people took, and 98.9 % of 264 pictures of no product (docs/model-card.md)."""
LIKELY = 0.5
"""The same for a part of a photo that shows one."""
FAINTER = 0.2
"""A part whose kind the eye is so much less sure of than of the whole photo's is no better than that."""
SEEN_BY_EYE = 5
"""Each look of the eye takes time; so many parts are worth it."""
THE_SAME = 0.85
"""The cosine to a product from which on a part shows one, whatever the eye says: it knows no drawings, and shops sell
what it never saw. With this, 95.8 % of the 264 pictures of no product are turned away before 40,000 products."""
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
    """A part of a photo, and its embedding (d,), with what it is called where the eye knows it."""

    box: Box
    embedding: np.ndarray
    name: str = ""


@dataclass(frozen=True)
class Proposals:
    """A whole photo, and up to five parts of it that look like products, best first."""

    whole: Part
    parts: list[Part]
    best: Part
    """What to begin with"""
    shows_product: bool


@dataclass(frozen=True)
class Gallery:
    """What a catalogue knows."""

    sample: np.ndarray
    """float32 (m, d): some of its embeddings, for a quick guess"""
    closeness: Callable[[np.ndarray], np.ndarray]
    """From embeddings (n, d) to each one's cosine to the nearest product (n,)"""


def propose(eye: Eye, picture_encoder: PictureEncoder, photo: Image.Image, gallery: Gallery) -> Proposals:
    """What an RGB photo can be searched with."""
    sight = eye.look_at(photo)
    if sight.product >= SURE:
        return _seen(eye, picture_encoder, photo, sight)
    return _known(picture_encoder, photo, gallery)


def _seen(eye: Eye, picture_encoder: PictureEncoder, photo: Image.Image, sight: Sight) -> Proposals:
    """The parts where the eye sees a product; the first one is around all that it sees."""
    boxes = _different([*places(sight.place, *photo.size), *foreground(photo)])[:SEEN_BY_EYE]
    sights = [eye.look_at(box.cut(photo)) for box in boxes]
    seen = [
        (box, own) for number, (box, own) in enumerate(zip(boxes, sights, strict=True)) if _is_seen(own, not number)
    ]
    embeddings = _embed(picture_encoder, photo, [WHOLE, *(box for box, _ in seen)])
    parts = []
    for number, ((box, own), embedding) in enumerate(zip([(WHOLE, sight), *seen], embeddings, strict=True)):
        # All that the eye sees may be of one kind with the whole photo; a piece of it is of its own.
        kinds = _mean(own.kinds, sight.kinds) if number < 2 else own.kinds
        parts.append(Part(box, with_kinds(picture_encoder.digest, embedding, kinds), eye.name(own)))
    whole, *others = parts
    is_better = bool(seen) and seen[0][1].kinds[0].max() >= sight.kinds[0].max() - FAINTER
    return Proposals(whole, others, others[0] if is_better else whole, shows_product=True)


def _is_seen(sight: Sight, is_all: bool) -> bool:
    """Whether a part is a product. A piece of it is one of its own only where the eye is sure what it is."""
    return sight.product >= LIKELY if is_all else sight.product >= SURE and sight.kinds[0].max() >= SURE


def _mean(kinds: tuple[np.ndarray, ...], others: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
    return tuple((kind + other) / 2 for kind, other in zip(kinds, others, strict=True))


def _known(picture_encoder: PictureEncoder, photo: Image.Image, gallery: Gallery) -> Proposals:
    """The parts that are closest to products of the catalogue.

    A quick guess tells what is worth the question. The best part is then moved and scaled a little to where it fits
    best.
    """
    photo = photo.copy()
    photo.thumbnail((SIDE, SIDE), Image.Resampling.BICUBIC, reducing_gap=2)
    certain, windows = [WHOLE, *foreground(photo)], list(_windows())
    embeddings = _embed(picture_encoder, photo, [*certain, *windows])
    guesses = (embeddings[len(certain) :] @ gallery.sample.T).max(axis=1, initial=-1)
    promising = np.argsort(-guesses)[:PROMISING_WINDOWS]
    boxes = [*certain, *(windows[number] for number in promising)]
    parts = list(map(Part, boxes, embeddings[[*range(len(certain)), *(len(certain) + promising)]]))
    closeness = gallery.closeness(np.stack([part.embedding for part in parts]))
    nearby = list(_around(parts[int(closeness.argmax())].box))
    refined = list(map(Part, nearby, _embed(picture_encoder, photo, nearby)))
    closeness = np.concatenate([closeness, gallery.closeness(np.stack([part.embedding for part in refined]))])
    whole, candidates = parts[0], [*parts, *refined]
    best_first = [candidates[number] for number in np.argsort(-closeness, kind="stable")]
    others = {part.box: part for part in best_first if part is not whole}
    chosen = [others[box] for box in _different(list(others))[:MOST]]
    # Where there is nothing to compare with, nobody knows.
    shows_product = not len(gallery.sample) or bool(closeness.max() >= THE_SAME)
    return Proposals(whole, chosen, best_first[0], shows_product)


def _embed(picture_encoder: PictureEncoder, photo: Image.Image, boxes: list[Box]) -> np.ndarray:
    return picture_encoder.encode(np.stack([picture_encoder.prepare(box.cut(photo)) for box in boxes]))


def _different(boxes: list[Box]) -> list[Box]:
    """The boxes without those that hardly differ from an earlier one."""
    chosen: list[Box] = []
    for box in boxes:
        if all(box.overlap(other) < OVERLAP for other in chosen):
            chosen.append(box)
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
