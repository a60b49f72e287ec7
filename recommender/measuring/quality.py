"""How well the panels agree with what the catalogue says of its products."""

import numpy as np

from catalog.models import Product
from recommender.fitting import CANDIDATES, misfit
from recommender.measuring.catalogue import Catalogue
from recommender.measuring.retrieval import NEIGHBOURS, nearest_exact
from recommender.models import QualityReport

WORST = 24
ROWS_AT_ONCE = 1000


def measure(catalogue: Catalogue) -> QualityReport | None:
    """Compares each product with the first five beside it (exact search, no copies of its picture); keeps the result.

    None while there are too few products to have five neighbours.
    """
    if len(catalogue) <= NEIGHBOURS:
        return None
    neighbours, similarity = _first_beside(catalogue)
    kinds = (catalogue.genders, catalogue.categories, catalogue.colours)
    same_gender, same_category, same_colour = ((values[neighbours] == values[:, None]).mean(axis=1) for values in kinds)
    # Of the panels that agree as little, the ones that the encoder is surest of tell most.
    order = np.lexsort((-similarity.mean(axis=1), same_gender + same_category + same_colour))[:WORST]
    return QualityReport.objects.create(
        encoder=catalogue.encoder,
        products=len(catalogue),
        gender=same_gender.mean(),
        category=same_category.mean(),
        colour=same_colour.mean(),
        worst=[[str(catalogue.skus[row]), catalogue.skus[neighbours[row]].tolist()] for row in order],
    )


def _first_beside(catalogue: Catalogue) -> tuple[np.ndarray, np.ndarray]:
    """Rows int (n, 5) of what stands first in each product's panel, and its cosines (n, 5)."""
    vectors, pictures = catalogue.vectors, catalogue.picture_numbers
    near, cosines = nearest_exact(vectors, vectors, min(CANDIDATES, len(catalogue)), pictures, pictures)
    order = np.empty((len(near), NEIGHBOURS), int)
    for start in range(0, len(near), ROWS_AT_ONCE):
        chunk = slice(start, start + ROWS_AT_ONCE)
        misfits = misfit(catalogue.kinds[chunk, None], catalogue.kinds[near[chunk]])
        order[chunk] = np.argsort(misfits - cosines[chunk], axis=1, kind="stable")[:, :NEIGHBOURS]
    return np.take_along_axis(near, order, axis=1), np.take_along_axis(cosines, order, axis=1)


def panels(report: QualityReport) -> list[tuple[Product, list[Product]]]:
    """The worst products of a report with their five, as far as they are still in the shop."""
    skus = {sku for own, others in report.worst for sku in (own, *others)}
    products = {product.sku: product for product in Product.objects.in_the_shop().for_cards().filter(sku__in=skus)}
    return [
        (products[own], [products[sku] for sku in others if sku in products])
        for own, others in report.worst
        if own in products
    ]
