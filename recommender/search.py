"""Every nearest-neighbour query."""

from dataclasses import dataclass

import numpy as np
from django.db import connection, transaction
from django.db.models.functions import Cast
from pgvector.django import CosineDistance, HalfVectorField

from catalog.models import Product
from recommender.models import Encoder
from recommender.querysets import EmbeddingQuerySet

CANDIDATES = 100
"""hnsw.ef_search: how many candidates the index keeps while it searches."""


@dataclass(frozen=True)
class Match:
    """A product, and the cosine similarity of its picture to what was asked for."""

    product: Product
    similarity: float

    @property
    def percent(self) -> int:
        return max(0, min(100, round(self.similarity * 100)))


def similar_to_product(product: Product, count: int) -> list[Match]:
    """The products that look most like this one, best first, without itself; none while it is not searchable."""
    encoder = Encoder.objects.active()
    own = encoder and encoder.embeddings.fresh().filter(product=product).first()
    if not own:
        return []
    return _nearest(encoder, encoder.embeddings.exclude(product=product), own.vector, count)


def similar_to_vector(encoder: Encoder, vector: np.ndarray, count: int) -> list[Match]:
    """The products whose pictures are nearest to an embedding by this encoder, best first."""
    return _nearest(encoder, encoder.embeddings.all(), vector, count)


@transaction.atomic
def _nearest(encoder: Encoder, among: EmbeddingQuerySet, vector: np.ndarray, count: int) -> list[Match]:
    with connection.cursor() as cursor:
        # With a filter the index goes on until it has enough, in the order of the distances.
        cursor.execute("SET LOCAL hnsw.iterative_scan = strict_order")
        cursor.execute("SET LOCAL hnsw.ef_search = %s", [max(CANDIDATES, count)])
        # The planner takes fresh embeddings for rare, and would sort all distances instead of asking the index.
        cursor.execute("SET LOCAL enable_sort = off")
    halves = Cast("vector", HalfVectorField(dimensions=encoder.dimensions))
    nearest = among.in_the_shop().annotate(distance=CosineDistance(halves, vector)).order_by("distance")
    return [Match(row.product, 1 - row.distance) for row in nearest.select_related("product__category")[:count]]
