"""How well an encoder sees: agreement of attributes among neighbours, and recall of products from photographs."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image
from tqdm import tqdm

from catalog.importing.pictures import Pictures
from catalog.pictures.decoding import read_picture
from recommender.encoders import PictureEncoder, encode_all
from recommender.encoders.preprocessing import letterbox
from recommender.measuring.photographs import PHOTOGRAPHED_SIZE, draw_photographs
from recommender.measuring.products import LABELS, SPLIT_SIZE, UNKNOWN, Products

NEIGHBOURS = 5
AGREEMENT = {"type@5": "article_type", "colour@5": "base_colour", "gender@5": "gender"}
NORMAL_QUANTILE = 1.96
PAIRS_AT_ONCE = 2_000_000
"""So many cosines are 8 MB, and to find the largest of them takes three times as much beside."""
EXCLUDED = -1
"""The cosine of what must not be found."""


@dataclass(frozen=True)
class Seen:
    """What an encoder made of n products, and of photographs of m of them."""

    gallery: np.ndarray
    """float32 (n, d)"""
    neighbours: np.ndarray
    """int (n, 5)"""
    chosen: np.ndarray
    """int (m,): the rows of the photographed products"""
    photographs: list[Image.Image]
    found: np.ndarray
    """int (m, 5)"""
    scores: dict[str, np.ndarray]
    """One value for each query, by the name of the figure."""
    milliseconds: float
    """What the encoder takes for a picture, without reading and decoding it."""


class EvaluationSet:
    """Labelled products with their pictures, read again at their own size whenever one is needed."""

    def __init__(self, products: Products, source: Pictures):
        self.products = products
        self._source = source

    def picture(self, row: int) -> Image.Image:
        return read_picture(self._source.read(str(self.products.skus[row])))

    def see(self, picture_encoder: PictureEncoder) -> Seen:
        """Embeds all products and photographs, and looks for the nearest of each by exact search."""
        products = self.products
        rows = tqdm(range(len(products)), desc="Encoding", unit="picture")
        gallery, seconds = encode_all(picture_encoder, map(self.picture, rows))
        chosen, drawn = draw_photographs(len(products), self._small_picture)
        photographs = list(tqdm(drawn, total=len(chosen), desc="Photographing", unit="picture"))
        vectors, _ = encode_all(picture_encoder, photographs)
        neighbours, (found, _) = nearest_others(gallery), nearest_exact(gallery, vectors, NEIGHBOURS)
        scores = agreement(neighbours, products.labels)
        scores |= photo_recall(found, chosen, products.picture_numbers)
        return Seen(gallery, neighbours, chosen, photographs, found, scores, 1000 * seconds / len(products))

    def figures(self, picture_encoder: PictureEncoder) -> dict[str, float]:
        return {name: float(np.nanmean(values)) for name, values in self.see(picture_encoder).scores.items()}

    def _small_picture(self, row: int) -> Image.Image:
        picture = self.picture(row)
        picture.thumbnail(PHOTOGRAPHED_SIZE)
        return picture


def evaluate(encode: Callable[[np.ndarray], np.ndarray], products: Products) -> dict[str, float]:
    """The figures of an encoder (uint8 (n, h, w, 3) to unit vectors (n, d)) on products it was not trained on.

    Photographs are taken of small pictures: what was small and then enlarged would come out sharper than its own size.
    """

    def small_picture(row: int) -> Image.Image:
        return products.picture(row).resize(SPLIT_SIZE, Image.Resampling.BICUBIC)

    gallery = encode(products.pictures)
    chosen, photographs = draw_photographs(len(products), small_picture)
    letterboxed = np.stack([letterbox(photograph, products.size) for photograph in photographs])
    found, _ = nearest_exact(gallery, encode(letterboxed), NEIGHBOURS)
    scores = agreement(nearest_others(gallery), products.labels)
    scores |= photo_recall(found, chosen, products.picture_numbers)
    return {name: round(float(np.nanmean(values)), 4) for name, values in scores.items()}


def score(figures: dict[str, float]) -> float:
    """One number to choose between encoders: the mean of all figures, so that neither way of searching is given up."""
    return float(np.mean(list(figures.values())))


def nearest_exact(
    gallery: np.ndarray,
    queries: np.ndarray,
    count: int,
    pictures: np.ndarray | None = None,
    own_pictures: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """What lies nearest to each query, best first: rows int (m, count) of the gallery, and their cosines (m, count).

    The gallery (n, d) and the queries (m, d) are unit vectors, and all of them are compared. Where the number of a
    query's own picture (m,) is among the `pictures` (n,) of the gallery, that row comes last, with the cosine -1.
    """
    rows, cosines = np.empty((len(queries), count), int), np.empty((len(queries), count), gallery.dtype)
    queries_at_once = max(1, PAIRS_AT_ONCE // max(1, len(gallery)))
    for start in range(0, len(queries), queries_at_once):
        chunk = slice(start, start + queries_at_once)
        similarity = queries[chunk] @ gallery.T
        if pictures is not None and own_pictures is not None:
            similarity[own_pictures[chunk, None] == pictures] = EXCLUDED
        best = np.sort(np.argpartition(-similarity, count - 1, axis=1)[:, :count], axis=1)
        found = np.take_along_axis(similarity, best, axis=1)
        order = np.argsort(-found, axis=1, kind="stable")
        rows[chunk] = np.take_along_axis(best, order, axis=1)
        cosines[chunk] = np.take_along_axis(found, order, axis=1)
    return rows, cosines


def nearest_others(gallery: np.ndarray) -> np.ndarray:
    """int (n, 5): the rows that lie nearest to each one of the unit vectors (n, d), without itself, best first."""
    own = np.arange(len(gallery))
    return nearest_exact(gallery, gallery, NEIGHBOURS, own, own)[0]


def agreement(neighbours: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    """For each product the share of its neighbours (n, 5) that have its type, colour, gender; and all three.

    NaN where the product's own label is unknown.
    """
    shares, same_in_all = {}, np.ones(neighbours.shape)
    for name, label in AGREEMENT.items():
        own = labels[:, LABELS.index(label), None]
        same = np.where(own == UNKNOWN, np.nan, own == labels[neighbours, LABELS.index(label)])
        shares[name] = same.mean(axis=1)
        same_in_all *= same
    return shares | {"all@5": same_in_all.mean(axis=1)}


def photo_recall(found: np.ndarray, products: np.ndarray, picture_numbers: np.ndarray) -> dict[str, np.ndarray]:
    """For each photograph of a product (m,) whether what it found (m, 5) shows the picture of that product."""
    right = picture_numbers[found] == picture_numbers[products][:, None]
    return {"photo recall@1": right[:, 0].astype(float), "photo recall@5": right.any(axis=1).astype(float)}


def mean_and_margin(values: np.ndarray) -> tuple[float, float] | tuple[None, None]:
    """The mean over the queries that have a value, and half of its 95 % confidence interval (normal approximation)."""
    known = values[~np.isnan(values)]
    if not len(known):
        return None, None
    return float(known.mean()), float(NORMAL_QUANTILE * known.std() / np.sqrt(len(known)))
