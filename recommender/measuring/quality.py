"""How well the panels agree with what the catalogue says of its products, measured over all of them."""

from collections.abc import Iterator

import numpy as np
from tqdm import tqdm

from catalog.models import Product
from recommender.models import Encoder, QualityReport

NEIGHBOURS = 5
QUERIES_AT_ONCE = 500
WORST = 24


def measure() -> QualityReport | None:
    """Compares every product with its five nearest (exact search, copies of its picture left out) and keeps the result.

    None while there are too few products to have five neighbours.
    """
    encoder = Encoder.objects.active()
    rows = list(_rows(encoder)) if encoder else []
    if len(rows) <= NEIGHBOURS:
        return None
    digests, categories, colours = (_numbered([row[column] for row in rows]) for column in (1, 2, 3))
    vectors = np.stack([row[4] for row in rows]).astype(np.float32)
    neighbours, similarity = _nearest(vectors, digests)
    same_category = (categories[neighbours] == categories[:, None]).mean(axis=1)
    same_colour = (colours[neighbours] == colours[:, None]).mean(axis=1)
    # Of the panels that agree as little, the ones that the encoder is surest of tell most.
    order = np.lexsort((-similarity.mean(axis=1), same_category + same_colour))[:WORST]
    return QualityReport.objects.create(
        encoder=encoder,
        products=len(rows),
        category=same_category.mean(),
        colour=same_colour.mean(),
        worst=[[rows[row][0], [rows[other][0] for other in neighbours[row]]] for row in order],
    )


def panels(report: QualityReport) -> list[tuple[Product, list[Product]]]:
    """The worst products of a report with their five, as far as they are still in the shop."""
    skus = {sku for own, others in report.worst for sku in (own, *others)}
    products = {product.sku: product for product in Product.objects.in_the_shop().for_cards().filter(sku__in=skus)}
    return [
        (products[own], [products[sku] for sku in others if sku in products])
        for own, others in report.worst
        if own in products
    ]


def _rows(encoder: Encoder) -> Iterator[tuple]:
    """(sku, digest, category, colour, vector) of every product that can be found."""
    columns = ("product__sku", "image_digest", "product__category", "product__base_colour", "vector")
    embeddings = encoder.embeddings.in_the_shop().order_by("product")
    for sku, digest, category, colour, vector in embeddings.values_list(*columns).iterator(chunk_size=2000):
        yield sku, digest, category or 0, colour, vector


def _numbered(values: list) -> np.ndarray:
    return np.unique(values, return_inverse=True)[1]


def _nearest(vectors: np.ndarray, digests: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(rows int (n, 5), cosines float32 (n, 5)) of the nearest to each vector that show another picture."""
    rows, cosines = [], []
    for start in tqdm(range(0, len(vectors), QUERIES_AT_ONCE), desc="Comparing", disable=None):
        queries = slice(start, start + QUERIES_AT_ONCE)
        similarity = vectors[queries] @ vectors.T
        similarity[digests[queries, None] == digests[None, :]] = -2
        best = np.argpartition(-similarity, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
        rows.append(best)
        cosines.append(np.take_along_axis(similarity, best, axis=1))
    return np.concatenate(rows), np.concatenate(cosines)
