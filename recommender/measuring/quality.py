"""How well the panels agree with what the catalogue says of its products, measured over all of them."""

import numpy as np

from catalog.models import Product
from recommender.measuring.catalogue import Catalogue
from recommender.measuring.retrieval import NEIGHBOURS, nearest_exact
from recommender.models import QualityReport

WORST = 24


def measure(catalogue: Catalogue) -> QualityReport | None:
    """Compares every product with its five nearest (exact search, copies of its picture left out) and keeps the result.

    None while there are too few products to have five neighbours.
    """
    if len(catalogue) <= NEIGHBOURS:
        return None
    vectors, pictures = catalogue.vectors, catalogue.picture_numbers
    neighbours, similarity = nearest_exact(vectors, vectors, NEIGHBOURS, pictures, pictures)
    same_category, same_colour = (
        (values[neighbours] == values[:, None]).mean(axis=1) for values in (catalogue.categories, catalogue.colours)
    )
    # Of the panels that agree as little, the ones that the encoder is surest of tell most.
    order = np.lexsort((-similarity.mean(axis=1), same_category + same_colour))[:WORST]
    return QualityReport.objects.create(
        encoder=catalogue.encoder,
        products=len(catalogue),
        category=same_category.mean(),
        colour=same_colour.mean(),
        worst=[[str(catalogue.skus[row]), catalogue.skus[neighbours[row]].tolist()] for row in order],
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
