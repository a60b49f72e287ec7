"""How often a photo finds its product: whole, and by the part that the photo search proposes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image
from tqdm import tqdm

from recommender.encoders import PictureEncoder
from recommender.measuring import retrieval
from recommender.photo.proposals import propose

CANVAS = (360, 720)
"""Least and largest side of a photo, in pixels."""
PRODUCT = (240, 320)
SHARE = (0.45, 1.0)
"""How much of the photo the product fills, in parts of what would fit."""
TURN = 12.0
RANKS = (1, 5, 12)
SAMPLE = 1500


@dataclass(frozen=True)
class Recall:
    """The share of photos whose product is among the first 1, 5 and 12, and half of each one's 95 % interval."""

    means: tuple[float, ...]
    margins: tuple[float, ...]


def scene(random: np.random.Generator, picture: Image.Image, other: Image.Image) -> Image.Image:
    """A photo of a product somewhere before a background, turned, in other light; `other` is for the background."""
    size = tuple(int(side) for side in random.integers(*CANVAS, 2))
    photo = retrieval.background(random, size, other.resize(size))
    product = picture.resize(PRODUCT, Image.Resampling.LANCZOS)
    mask = retrieval.mask_of(product)
    share = random.uniform(*SHARE) * min(size[0] / PRODUCT[0], size[1] / PRODUCT[1])
    small = tuple(max(8, round(side * share)) for side in PRODUCT)
    angle = random.uniform(-TURN, TURN)
    product = product.resize(small, Image.Resampling.LANCZOS).rotate(angle, Image.Resampling.BICUBIC, fillcolor="white")
    mask = mask.resize(small, Image.Resampling.LANCZOS).rotate(angle, Image.Resampling.BICUBIC)
    corner = [int(random.integers(0, free + 1)) for free in np.subtract(size, small)]
    photo.paste(product, tuple(corner), mask)
    return retrieval.develop(random, photo)


def measure(
    network: PictureEncoder,
    gallery: np.ndarray,
    look: np.ndarray,
    photos: Iterator[tuple[int, Image.Image]],
    count: int,
) -> dict[str, Recall]:
    """The recall of `count` photos, each with the row of its product in the gallery (n, d), by way of searching.

    A product with the same picture (`look`, (n,)) is as right as the product itself. The search is exact.
    """
    sample = gallery[:: max(1, len(gallery) // SAMPLE)]

    def closeness(vectors: np.ndarray) -> np.ndarray:
        return (vectors @ gallery.T).max(axis=1)

    ranks: dict[str, list[int]] = {"the whole photo": [], "the proposed part": [], "the best of all parts": []}
    for row, photo in tqdm(photos, total=count, desc="Searching", unit="photo"):
        found = propose(network, photo, sample, closeness)
        right = look == look[row]
        whole, *parts = (_rank(gallery @ part.embedding, right) for part in (found.whole, *found.parts))
        ranks["the whole photo"].append(whole)
        ranks["the proposed part"].append(_rank(gallery @ found.best.embedding, right))
        ranks["the best of all parts"].append(min([whole, *parts]))
    return {way: _recall(np.array(values)) for way, values in ranks.items()}


def _rank(similarity: np.ndarray, right: np.ndarray) -> int:
    """How many wrong products come before the first right one."""
    return int((similarity > similarity[right].max()).sum())


def _recall(ranks: np.ndarray) -> Recall:
    scores = [retrieval.mean_and_margin((ranks < rank).astype(float)) for rank in RANKS]
    return Recall(*zip(*scores, strict=True))
