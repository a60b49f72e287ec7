"""The ways that others go, as far as their packages are installed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np

from recommender.encoders.imagenet import ImageNetResNet50
from recommender.neighbours import CANDIDATES, CANDIDATES_WHEN_BUILT, LINKS, MANY, MANY_CANDIDATES

Search = Callable[[np.ndarray, int], np.ndarray]
"""A query (d,) and how many: the rows (count,) of the nearest."""


@dataclass(frozen=True)
class Engine:
    name: str
    search: Search


def keras_resnet50() -> ImageNetResNet50 | None:
    """What notebooks embed with, one picture after the other; its weights are random, which takes as long."""
    return ImageNetResNet50(weights=None) if find_spec("keras") else None


def engines(gallery: np.ndarray) -> Iterator[Engine]:
    """What finds the nearest among unit vectors, float32 (n, d); scikit-learn, which looks at all of them, first."""
    if find_spec("sklearn"):
        yield Engine("scikit-learn, brute force", _scikit_learn(gallery))
    if find_spec("faiss"):
        yield Engine("faiss, flat", _faiss_flat(gallery))
        yield Engine("faiss, HNSW", _faiss_hnsw(gallery))


def _scikit_learn(gallery: np.ndarray) -> Search:
    from sklearn.neighbors import NearestNeighbors

    neighbours = NearestNeighbors(algorithm="brute", metric="cosine").fit(gallery)
    return lambda query, count: neighbours.kneighbors(query[None], count, return_distance=False)[0]


def _faiss_flat(gallery: np.ndarray) -> Search:
    import faiss

    index = faiss.IndexFlatIP(gallery.shape[1])
    index.add(gallery)
    return lambda query, count: index.search(query[None], count)[1][0]


def _faiss_hnsw(gallery: np.ndarray) -> Search:
    """As the shop's own index."""
    import faiss

    index = faiss.IndexHNSWFlat(gallery.shape[1], LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = CANDIDATES_WHEN_BUILT
    index.add(gallery)
    index.hnsw.efSearch = MANY_CANDIDATES if len(gallery) > MANY else CANDIDATES
    return lambda query, count: index.search(query[None], count)[1][0]
