"""The twelve nearest of a product: here, and by engines that hold nothing but vectors."""

import random
from functools import partial

import numpy as np
from django.db.models import F

from recommender.benchmark.figures import Figure, Section, figure, timed
from recommender.benchmark.peers import Search, engines
from recommender.models import Encoder
from recommender.neighbours import Match, exact_search, index_settings, matches, nearest
from recommender.querysets import EmbeddingQuerySet

QUERIES = 100
EXACT_QUERIES = 25
"""Each of which looks at every vector of the shop"""
NEIGHBOURS = 12
ROUNDING = 1e-5
"""What a cosine may differ by how its products are summed up"""
KEPT = {"50 %": 500, "5 %": 50, "0.5 %": 5}
"""Of a thousand products, how many a filter keeps"""


def searches(encoder: Encoder) -> Section:
    """The peers look among the same vectors; a search here brings the products with it, of those that are sold."""
    gallery = _vectors(encoder)
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
        f"The {NEIGHBOURS} nearest of {len(gallery):,}",
        f"{gallery.shape[1]} numbers a vector; recall is the share of the exact {NEIGHBOURS} that is found.",
        "scikit-learn, which looks at all",
        figures,
    )


def _vectors(encoder: Encoder) -> np.ndarray:
    """Unit vectors, float32 (n, d), of the shop's own pictures."""
    rows = encoder.embeddings.in_the_shop().values_list("vector", flat=True)
    # Growing lists of a million vectors would take several times the memory.
    return np.fromiter(rows.iterator(chunk_size=5000), np.dtype((np.float32, encoder.dimensions)))


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
    return float((cosines[rows] >= last - ROUNDING).mean())


def _here(
    name: str, encoder: Encoder, among: EmbeddingQuerySet, queries: list[np.ndarray], baseline: float | None
) -> Figure:
    def search(query: np.ndarray) -> list[Match]:
        with index_settings():
            return matches(nearest(encoder, among, query, NEIGHBOURS))

    # Engines have their vectors in memory before they are asked; here the first who ask read them from the disk.
    for query in queries:
        search(query)
    shares = [_share_here(encoder, among, query) for query in queries[:EXACT_QUERIES]]
    seconds = timed(partial(search, query) for query in queries)
    return figure(name, seconds, baseline, f"recall {np.mean(shares):.3f}")


def _share_here(encoder: Encoder, among: EmbeddingQuerySet, query: np.ndarray) -> float:
    with exact_search():
        right = [near.distance for near in nearest(encoder, among, query, NEIGHBOURS)]
    with index_settings():
        found = [near.distance for near in nearest(encoder, among, query, NEIGHBOURS)]
    return min(1.0, sum(distance <= right[-1] + ROUNDING for distance in found) / len(right)) if right else 1.0
