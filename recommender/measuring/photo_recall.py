"""How often a photo finds its product: whole, and by the part that the photo search proposes."""

from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from recommender import explore
from recommender.encoders import PictureEncoder, encode_all
from recommender.measuring.photographs import draw_scenes
from recommender.measuring.products import Products
from recommender.measuring.retrieval import mean_and_margin
from recommender.photo.eye import load_eye
from recommender.photo.proposals import Gallery, propose

RANKS = (1, 5, 12)


@dataclass(frozen=True)
class Recall:
    """The share of photos whose product is among the first 1, 5 and 12, and half of each one's 95 % interval."""

    means: tuple[float, ...]
    margins: tuple[float, ...]


def measure(picture_encoder: PictureEncoder, products: Products, rows: np.ndarray) -> dict[str, Recall]:
    """The recall of a photo of each of these rows of the products among all of them, by way of searching.

    A product with the same picture is as right as the product itself. The search is exact.
    """
    gallery, _ = encode_all(picture_encoder, map(products.picture, range(len(products))))
    sample = gallery[:: max(1, len(gallery) // explore.SAMPLE)]

    known = Gallery(lambda: sample, lambda embeddings: (embeddings @ gallery.T).max(axis=1))
    ranks: dict[str, list[int]] = {"the whole photo": [], "the proposed part": [], "the best of all parts": []}
    photos = draw_scenes(rows, len(products), products.picture)
    for row, photo in tqdm(zip(rows, photos, strict=True), total=len(rows), desc="Searching", unit="photo"):
        found = propose(load_eye(), picture_encoder, photo, known)
        right = products.picture_numbers == products.picture_numbers[row]
        whole, *parts = (_rank(gallery @ part.embedding, right) for part in (found.whole, *found.parts))
        ranks["the whole photo"].append(whole)
        ranks["the proposed part"].append(_rank(gallery @ found.best.embedding, right))
        ranks["the best of all parts"].append(min([whole, *parts]))
    return {way: _recall(np.array(values)) for way, values in ranks.items()}


def _rank(similarity: np.ndarray, right: np.ndarray) -> int:
    """How many wrong products come before the first right one."""
    return int((similarity > similarity[right].max()).sum())


def _recall(ranks: np.ndarray) -> Recall:
    scores = [mean_and_margin((ranks < rank).astype(float)) for rank in RANKS]
    return Recall(*zip(*scores, strict=True))
