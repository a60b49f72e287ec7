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
    return Neighbourhood.of(product).nearest(count)


def similar_to_vector(encoder: Encoder, vector: np.ndarray, count: int) -> list[Match]:
    """The products whose pictures are nearest to an embedding by this encoder, best first."""
    return _nearest(encoder, encoder.embeddings.all(), vector, count)


class Neighbourhood:
    """What lies around a product: the vector is looked up once, and asked with as often as a page needs."""

    def __init__(self, product: Product, encoder: Encoder | None, vector: np.ndarray | None):
        self._product, self._encoder, self._vector = product, encoder, vector

    @classmethod
    def of(cls, product: Product) -> "Neighbourhood":
        encoder = Encoder.objects.active()
        own = encoder and encoder.embeddings.fresh().filter(product=product).first()
        return cls(product, encoder, own.vector if own else None)

    def nearest(self, count: int, category: int | None = None, other_colour_than: str = "") -> list[Match]:
        """The nearest others, best first, of a category or of other colours if asked; none while not searchable."""
        if self._vector is None:
            return []
        among = self._encoder.embeddings.exclude(product=self._product)
        if category is not None:
            among = among.filter(product__category=category)
        if other_colour_than:
            among = among.exclude(product__base_colour__in=["", other_colour_than])
        return _nearest(self._encoder, among, self._vector, count)


@transaction.atomic
def _nearest(encoder: Encoder, among: EmbeddingQuerySet, vector: np.ndarray, count: int) -> list[Match]:
    with connection.cursor() as cursor:
        # With a filter the index goes on until it has enough, in the order of the distances. The planner takes fresh
        # embeddings for rare, and would sort all distances instead of asking the index.
        cursor.execute(
            "SELECT set_config('hnsw.iterative_scan', 'strict_order', true), set_config('enable_sort', 'off', true), "
            "set_config('hnsw.ef_search', %s, true)",
            [str(max(CANDIDATES, count))],
        )
    halves = Cast("vector", HalfVectorField(dimensions=encoder.dimensions))
    nearest = among.in_the_shop().annotate(distance=CosineDistance(halves, vector)).order_by("distance")
    return [Match(row.product, 1 - row.distance) for row in nearest.select_related("product__category")[:count]]
