"""Which parts of a photo show products: those that the eye sees, or else those that the catalogue knows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from PIL import Image

from catalog.pictures.facts import is_plain
from recommender.encoders import PictureEncoder
from recommender.photo.boxes import WHOLE, Box
from recommender.photo.eye import Eye, Sight
from recommender.photo.foreground import foreground
from recommender.photo.kinds import with_kinds
from recommender.photo.seeing import LIKELY, SURE, Looking, Seen, View, different

MOST = 5
SIDE = 224
"""Pixels of a photo's longer side that are enough to propose from."""
FAINTER = 0.2
"""A part whose kind the eye is so much less sure of than of the whole photo's is no better than that."""
THE_SAME = 0.85
"""The cosine to a product from which on a photo, or most of it, shows one, whatever the eye says: it knows no drawings,
and shops sell what it never saw."""
THE_SAME_IN_PART = 0.88
"""The same for what is less than MOST_OF_IT: of so many parts, one is close to something by chance."""
MOST_OF_IT = 0.7
WINDOWS = ((0.75, 0.75), (0.5, 0.65))
"""(width, height) of the windows that slide over the photo, in parts of its own."""
STEPS = (0.0, 0.5, 1.0)
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
    """A part of a photo, with what the eye saw there, and what it is called, where that is known."""

    box: Box
    embed: Callable[[], np.ndarray]
    """Makes the embedding; most parts are offered and never searched with"""
    sight: Sight | None = None
    name: str = ""

    @cached_property
    def embedding(self) -> np.ndarray:
        """(d,)"""
        return self.embed()


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
    """What a catalogue knows, asked where the eye alone cannot tell."""

    sample: Callable[[], np.ndarray]
    """float32 (m, d): some of its embeddings, for a quick guess"""
    closeness: Callable[[np.ndarray], np.ndarray]
    """From embeddings (n, d) to each one's cosine to the nearest product (n,)"""


def propose(eye: Eye, picture_encoder: PictureEncoder, photo: Image.Image, gallery: Gallery) -> Proposals:
    """What an RGB photo can be searched with."""
    view = Looking(eye, photo).view()
    if view.shows_product:
        return _seen(eye, picture_encoder, photo, view, gallery)
    known = _known(picture_encoder, photo, gallery)
    # What the catalogue knows there is may be several things, of each of which the eye is sure.
    is_several = known.shows_product and view.is_several
    return _seen(eye, picture_encoder, photo, view, gallery) if is_several else known


def _seen(eye: Eye, picture_encoder: PictureEncoder, photo: Image.Image, view: View, gallery: Gallery) -> Proposals:
    """The single products where there are several, or else all that the eye sees, and what it sees beside it."""
    seen = (view.pieces if view.is_several else _with_all(view))[:MOST]
    kinds = [_mean(one.sight.kinds, view.whole.sight.kinds) if one is view.around else one.sight.kinds for one in seen]
    whole, *others = (
        Part(one.box, partial(_embed_with_kinds, picture_encoder, photo, one.box, kind), one.sight, name)
        for one, kind, name in zip(
            [view.whole, *seen], [view.whole.sight.kinds, *kinds], ["", *eye.names(kinds)], strict=True
        )
    )
    return Proposals(whole, others, others[0] if _is_better(view, whole, gallery) else whole, shows_product=True)


def _is_better(view: View, whole: Part, gallery: Gallery) -> bool:
    """Whether the first part is better to begin with than the whole photo."""
    if view.is_several:
        # The shop's own picture of a product finds it, whatever else is on it.
        return not len(gallery.sample()) or gallery.closeness(whole.embedding[None])[0] < THE_SAME
    return _is_part(view) and view.around.sureness >= view.whole.sureness - FAINTER


def _with_all(view: View) -> list[Seen]:
    """What is around all that the eye sees, where that is a part, and the other things of which it is sure."""
    pieces = [piece for piece in view.pieces if piece.type != view.around.type and piece.sureness >= SURE]
    return [view.around, *pieces] if _is_part(view) else pieces


def _is_part(view: View) -> bool:
    """Whether all that the eye sees is a part of the photo, and shows a product."""
    return view.around is not view.whole and view.around.sight.product >= LIKELY


def _mean(kinds: tuple[np.ndarray, ...], others: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
    return tuple((kind + other) / 2 for kind, other in zip(kinds, others, strict=True))


def _known(picture_encoder: PictureEncoder, photo: Image.Image, gallery: Gallery) -> Proposals:
    """The parts that are closest to products of the catalogue.

    A quick guess tells what is worth the question. The best part is then moved and scaled a little to where it fits
    best.
    """
    photo = photo.copy()
    photo.thumbnail((SIDE, SIDE), Image.Resampling.BICUBIC, reducing_gap=2)
    certain, windows, sample = [WHOLE, *foreground(photo)], list(_windows()), gallery.sample()
    embeddings = _embed(picture_encoder, photo, [*certain, *windows])
    guesses = (embeddings[len(certain) :] @ sample.T).max(axis=1, initial=-1)
    promising = np.argsort(-guesses)[:PROMISING_WINDOWS]
    boxes = [*certain, *(windows[number] for number in promising)]
    parts = _embedded(boxes, embeddings[[*range(len(certain)), *(len(certain) + promising)]])
    closeness = gallery.closeness(np.stack([part.embedding for part in parts]))
    nearby = list(_around(parts[int(closeness.argmax())].box))
    refined = _embedded(nearby, _embed(picture_encoder, photo, nearby))
    closeness = np.concatenate([closeness, gallery.closeness(np.stack([part.embedding for part in refined]))])
    whole, candidates = parts[0], [*parts, *refined]
    best_first = [candidates[number] for number in np.argsort(-closeness, kind="stable")]
    others = {part.box: part for part in best_first if part is not whole}
    chosen = [others[box] for box in different(list(others))[:MOST]]
    # Where there is nothing to compare with, nobody knows.
    least = [THE_SAME if part.box.area >= MOST_OF_IT else THE_SAME_IN_PART for part in candidates]
    is_close = not len(sample) or bool((closeness >= least).any())
    shows_product = is_close and not is_plain(photo)
    return Proposals(whole, chosen, best_first[0], shows_product)


def _embed(picture_encoder: PictureEncoder, photo: Image.Image, boxes: list[Box]) -> np.ndarray:
    return picture_encoder.encode(np.stack([picture_encoder.prepare(box.cut(photo)) for box in boxes]))


def _embed_with_kinds(
    picture_encoder: PictureEncoder, photo: Image.Image, box: Box, kinds: tuple[np.ndarray, ...]
) -> np.ndarray:
    return with_kinds(picture_encoder.digest, _embed(picture_encoder, photo, [box])[0], kinds)


def _embedded(boxes: list[Box], embeddings: np.ndarray) -> list[Part]:
    return [Part(box, embedding.copy) for box, embedding in zip(boxes, embeddings, strict=True)]


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
