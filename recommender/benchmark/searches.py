"""The twelve nearest of a product: here, and by engines that hold nothing but vectors."""

import random
from collections.abc import Callable
from functools import partial

import numpy as np
from django.db.models import F

from recommender.benchmark.figures import Figure, Section, figure, timed
from recommender.benchmark.peers import Search, engines
from recommender.models import Encoder
from recommender.neighbours import exact_search, index_settings, nearest
from recommender.querysets import EmbeddingQuerySet

QUERIES = 100
EXACT_QUERIES = 25
"""Each of which looks at every vector of the shop"""
NEIGHBOURS = 12
KEPT = {"50 %": 500, "5 %": 50, "0.5 %": 5}
"""Of a thousand products, how many a filter keeps"""


def searches(encoder: Encoder) -> Section:
    """The peers look among the same vectors; a search here brings the products with it, of those that are sold."""
    ids, gallery = _vectors(encoder)
    queries = [gallery[row] for row in random.sample(range(len(gallery)), min(QUERIES, len(gallery)))]
    figures: list[Figure] = []
    baseline = None
    for engine in engines(gallery):
        figures.append(_of_engine(engine.name, engine.search, gallery, queries, baseline))
        baseline = baseline or figures[0].median
    figures.append(_here("here, with the products", encoder, encoder.embeddings.all(), queries, baseline))
    for kept, of_thousand in KEPT.items():
        among = encoder.embeddings.alias(rest=F("product_id") * 7919 % 1000).filter(rest__lt=of_thousand)
        figures.append(_here(f"here, with a filter that keeps {kept}", encoder, among, queries, baseline))
    return Section(
        f"The {NEIGHBOURS} nearest of {len(ids):,}",
        f"{gallery.shape[1]} numbers a vector; recall is the share of the exact {NEIGHBOURS} that is found.",
        "scikit-learn, which looks at all",
        figures,
    )


def _vectors(encoder: Encoder) -> tuple[list[int], np.ndarray]:
    """(Ids, unit vectors float32 (n, d)) of the shop's own pictures."""
    rows = encoder.embeddings.in_the_shop().values_list("product", "vector")
    count = rows.count()
    ids, gallery = [], np.empty((count, encoder.dimensions), np.float32)
    for number, (product, vector) in enumerate(rows[:count].iterator(chunk_size=5000)):
        ids.append(product)
        gallery[number] = vector
    return ids, gallery[: len(ids)]


def _of_engine(
    name: str, search: Search, gallery: np.ndarray, queries: list[np.ndarray], baseline: float | None
) -> Figure:
    found = [search(query, NEIGHBOURS) for query in queries[:EXACT_QUERIES]]
    recall = np.mean([_share(gallery, query, rows) for query, rows in zip(queries, found, strict=False)])
    seconds = timed(partial(search, query, NEIGHBOURS) for query in queries)
    return figure(name, seconds, baseline, f"recall {recall:.3f}")


def _share(gallery: np.ndarray, query: np.ndarray, rows: np.ndarray) -> float:
    cosines = gallery @ query
    last = np.partition(cosines, -NEIGHBOURS)[-NEIGHBOURS]
    # Rounding differs by how the products are summed up.
    return float((cosines[rows] >= last - 1e-5).mean())


def _here(
    name: str, encoder: Encoder, among: EmbeddingQuerySet, queries: list[np.ndarray], baseline: float | None
) -> Figure:
    def search(query: np.ndarray) -> list[float]:
        with index_settings():
            return _distances(encoder, among, query)

    def exact(query: np.ndarray) -> list[float]:
        with exact_search():
            return _distances(encoder, among, query)

    recall = _recall(search, exact, queries[:EXACT_QUERIES])
    return figure(name, timed(partial(search, query) for query in queries), baseline, f"recall {recall:.3f}")


def _recall(
    search: Callable[[np.ndarray], list[float]], exact: Callable[[np.ndarray], list[float]], queries: list[np.ndarray]
) -> float:
    shares = []
    for query in queries:
        right, found = exact(query), search(query)
        shares.append(sum(distance <= right[-1] + 1e-5 for distance in found) / len(right) if right else 1.0)
    return min(1.0, float(np.mean(shares)))


def _distances(encoder: Encoder, among: EmbeddingQuerySet, query: np.ndarray) -> list[float]:
    return [row.distance for row in nearest(encoder, among.defer("vector"), query, NEIGHBOURS)]
