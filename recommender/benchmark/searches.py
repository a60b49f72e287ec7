"""The twelve nearest of a product: here, and by engines that hold nothing but vectors."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from django.db.models import F

from recommender.benchmark.figures import Figure, Section, figure, timed
from recommender.benchmark.peers import Engine, engines
from recommender.measuring.retrieval import nearest_exact
from recommender.models import Encoder
from recommender.neighbours import index_settings, matches, nearest
from recommender.querysets import EmbeddingQuerySet

QUERIES = 100
RECALL_QUERIES = 400
"""An index may lose all that is near one product in a hundred, of which a few searches tell nothing"""
NEIGHBOURS = 12
ROUNDING = 3e-4
"""What a cosine may differ by, as the index has it in half precision"""
KEPT = {"50 %": 500, "5 %": 50, "0.5 %": 5}
"""Of a thousand products, how many a filter keeps"""


@dataclass(frozen=True)
class Gallery:
    """The shop's own pictures: ids of their products, ascending, int64 (n,), and unit vectors, float32 (n, d)."""

    products: np.ndarray
    vectors: np.ndarray

    @classmethod
    def of(cls, encoder: Encoder) -> "Gallery":
        rows = encoder.embeddings.fresh().on_offer().order_by("product_id")
        products = np.fromiter(rows.values_list("product_id", flat=True).iterator(), np.int64)
        # Growing lists of a million vectors would take several times the memory.
        vectors = rows.values_list("vector", flat=True).iterator(chunk_size=5000)
        return cls(products, np.fromiter(vectors, np.dtype((np.float32, encoder.dimensions))))

    def recall(self, queries: np.ndarray, found: Sequence[np.ndarray], kept: np.ndarray) -> float:
        """The mean share of the nearest among the rows of the mask that was found, as rows, for each query (q, d)."""
        wanted = min(NEIGHBOURS, int(kept.sum()))
        if not wanted:
            return 1.0
        farthest = nearest_exact(self.vectors[kept], queries, wanted)[1][:, -1]
        near = [
            (kept[rows] & (self.vectors[rows] @ query >= last - ROUNDING))[:wanted].sum() / wanted
            for query, rows, last in zip(queries, found, farthest, strict=True)
        ]
        return float(np.mean(near))


@dataclass(frozen=True)
class Narrowed:
    """Those of the encoder's embeddings that a filter keeps, and their rows in the gallery, as a mask (n,)."""

    name: str
    among: EmbeddingQuerySet
    kept: np.ndarray


def searches(encoder: Encoder) -> Section:
    """The peers look among the same vectors; a search here brings the products with it, of those that are sold."""
    gallery = Gallery.of(encoder)
    size, dimensions = gallery.vectors.shape
    queries = gallery.vectors[random.sample(range(size), min(RECALL_QUERIES, size))]
    figures: list[Figure] = []
    baseline = None
    for engine in engines(gallery.vectors):
        figures.append(_of_engine(engine, gallery, queries[:QUERIES], baseline))
        baseline = baseline or figures[0].median
    figures.extend(_here(narrowed, encoder, gallery, queries, baseline) for narrowed in _narrowed(encoder, gallery))
    return Section(
        f"The {NEIGHBOURS} nearest of {size:,}",
        f"{dimensions} numbers a vector; recall is the share of the exact {NEIGHBOURS} that is found.",
        "scikit-learn, which looks at all",
        figures,
    )


def _narrowed(encoder: Encoder, gallery: Gallery) -> Iterator[Narrowed]:
    # The peers know own pictures only.
    own = encoder.embeddings.fresh()
    yield Narrowed("here, with the products", own, np.ones(len(gallery.products), bool))
    for share, of_thousand in KEPT.items():
        among = own.alias(rest=F("product_id") * 7919 % 1000).filter(rest__lt=of_thousand)
        kept = gallery.products * 7919 % 1000 < of_thousand
        yield Narrowed(f"here, with a filter that keeps {share}", among, kept)


def _of_engine(engine: Engine, gallery: Gallery, queries: np.ndarray, baseline: float | None) -> Figure:
    found: list[np.ndarray] = []
    seconds = timed(partial(lambda query: found.append(engine.search(query, NEIGHBOURS)), query) for query in queries)
    recall = gallery.recall(queries, found, np.ones(len(gallery.products), bool))
    return figure(engine.name, seconds, baseline, f"recall {recall:.3f}")


def _here(
    narrowed: Narrowed, encoder: Encoder, gallery: Gallery, queries: np.ndarray, baseline: float | None
) -> Figure:
    def search(query: np.ndarray) -> np.ndarray:
        with index_settings():
            found = matches(nearest(encoder, narrowed.among, query, NEIGHBOURS))
        return np.searchsorted(gallery.products, [match.product.pk for match in found])

    # Engines have their vectors in memory before they are asked; here the first who ask read them from the disk.
    recall = gallery.recall(queries, [search(query) for query in queries], narrowed.kept)
    seconds = timed(partial(search, query) for query in queries[:QUERIES])
    return figure(narrowed.name, seconds, baseline, f"recall {recall:.3f}")
