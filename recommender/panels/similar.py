"""What looks most like the page's product, and is of its kind where enough of that is near."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from catalog.models import MerchandisingRule, Product
from catalog.vocabulary import VOCABULARY
from recommender import neighbours
from recommender.cards import Card, fold
from recommender.fitting import CANDIDATES, Kinds, misfit
from recommender.neighbours import Match
from recommender.panels.panel import Page, Panel

MOST = 12
FITTING = 40
"""So many pictures are enough to fold into so many cards."""


def choose(page: Page) -> list[Card]:
    steering = MerchandisingRule.objects.beside(page.product).in_force(page.at).steering()
    pinned = Product.objects.in_the_shop().for_cards().in_bulk(steering.pinned) if steering.pinned else {}
    cards = [Card(pinned[pk]) for pk in steering.pinned if pk in pinned]
    if page.embedding:
        near = neighbours.around(page.embedding, CANDIDATES)
        others = [match for match in near if match.product.pk not in {*page.taken, *pinned}]
        fitting = steering.steered(_fitting_first(page.product, others), lambda match: match.product.pk)
        cards += fold(_first_pictures(fitting))
    return [replace(card, shared=" · ".join(_shared(page.product, card.product))) for card in cards[:MOST]]


def _fitting_first(product: Product, matches: list[Match]) -> list[Match]:
    misfits = misfit(Kinds.of([product]), Kinds.of([match.product for match in matches]))
    order = np.argsort(misfits - [match.similarity for match in matches], kind="stable")
    return [matches[number] for number in order]


def _first_pictures(matches: list[Match]) -> Iterator[Match]:
    """The first pictures, each with all products that show it."""
    digests = list(dict.fromkeys(match.product.image_digest for match in matches))[:FITTING]
    return (match for match in matches if match.product.image_digest in set(digests))


def _shared(product: Product, other: Product) -> Iterator[str]:
    """What two products have in common, in up to three words: kind, colour, pattern."""
    if product.category and product.category_id == other.category_id:
        yield product.category.name
    if product.base_colour and product.base_colour == other.base_colour:
        yield product.base_colour
    yield from sorted(_patterns(product) & _patterns(other))[:1]


def _patterns(product: Product) -> set[str]:
    words = product.name.lower().split()
    return {VOCABULARY.patterns[word] for word in words if word in VOCABULARY.patterns}


SIMILAR = Panel("similar", "Visually similar", choose)
