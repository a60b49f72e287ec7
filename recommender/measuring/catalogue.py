"""The shop's own products as an encoder sees them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from django.db.models import CharField, QuerySet
from django.db.models.functions import MD5, Cast

from recommender.fitting import Kinds
from recommender.models import Encoder

ROWS_AT_ONCE = 2000
MOST_PRODUCTS = 50_000
"""Of a larger shop so many stand for all: each is compared with each, which takes a million of them hours."""


@dataclass(frozen=True)
class Catalogue:
    """n products that can be found, as `encoder` sees them.

    ids, skus, genders, categories (an id; 0 where there is none) and colours (n,); `picture_numbers` int (n,), the same
    for two products with the same picture; `vectors` float32 (n, d).
    """

    encoder: Encoder
    ids: np.ndarray
    skus: np.ndarray
    picture_numbers: np.ndarray
    genders: np.ndarray
    categories: np.ndarray
    colours: np.ndarray
    vectors: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def kinds(self) -> Kinds:
        return Kinds(self.genders, self.categories, self.colours)


def load_catalogue(encoder: Encoder, most: int = MOST_PRODUCTS) -> Catalogue:
    """The products that a search by this encoder may find, in the order of their ids.

    Where there are more than `most`, these are a sample, and always the same as long as the shop is.
    """
    known = ("product__gender", "product__category", "product__base_colour")
    columns = ("product", "product__sku", "image_digest", *known, "vector")
    embeddings = encoder.embeddings.in_the_shop().order_by("product").values_list(*columns)
    if embeddings[: most + 1].count() > most:
        embeddings = embeddings.filter(product__in=_sample(encoder, most))
    rows: list[list] = []

    def vectors_beside_rows() -> Iterator[np.ndarray]:
        for *row, vector in embeddings.iterator(ROWS_AT_ONCE):
            rows.append(row)
            yield vector

    vectors = np.fromiter(vectors_beside_rows(), np.dtype((np.float32, encoder.dimensions)))
    ids, skus, digests, genders, categories, colours = zip(*rows, strict=True) if rows else ((),) * 6
    return Catalogue(
        encoder=encoder,
        ids=np.array(ids, int),
        skus=np.array(skus, str),
        picture_numbers=np.unique(np.array(digests, str), return_inverse=True)[1],
        genders=np.array(genders, str),
        categories=np.array([category or 0 for category in categories], int),
        colours=np.array(colours, str),
        vectors=vectors,
    )


def _sample(encoder: Encoder, size: int) -> QuerySet:
    mixed = encoder.embeddings.in_the_shop().order_by(MD5(Cast("product", CharField())))
    return mixed.values("product")[:size]
