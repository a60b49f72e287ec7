"""What looks most like the page's product, and is of its kind where enough of that is near."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.merchandising import Steering
from catalog.models import MerchandisingRule, Product, SimilarPanel
from catalog.vocabulary import VOCABULARY
from recommender import neighbours
from recommender.cards import Card, fold
from recommender.fitting import CANDIDATES, Kinds, misfit
from recommender.models import Embedding
from recommender.neighbours import Match
from recommender.panels.panel import Page, Panel

FITTING = 40
"""So many pictures are enough to fold into as many cards as a panel may have."""


def choose(page: Page) -> list[Card]:
    panel = SimilarPanel.now()
    steering = MerchandisingRule.objects.beside(page.product).in_force(page.at).steering()
    pinned = Product.objects.on_offer().for_cards().in_bulk(steering.pinned) if steering.pinned else {}
    only = panel.allows(page.product, of="product__")
    cards = _like_the_page(page.embedding, only, page, steering) if page.embedding else []
    if settings.SOLD_OUT == "last":
        cards.sort(key=lambda card: card.product.is_sold_out)
    cards = [Card(pinned[pk]) for pk in steering.pinned if pk in pinned] + cards
    return [replace(card, shared=" · ".join(_shared(page.product, card.product))) for card in cards[: panel.most]]


def nearest(product: Product, count: int | None) -> list[Match]:
    """What looks most like the product, one of each picture, by the panel's settings; as many as it has, or `count`."""
    panel = SimilarPanel.now()
    count = count or panel.most
    only = panel.allows(product, of="product__")
    matches = neighbours.similar_to_product(product, max(count, FITTING), only)
    if settings.SOLD_OUT == "last":
        matches.sort(key=lambda match: match.product.is_sold_out)
    return matches[:count]


def _like_the_page(own: Embedding, only: Q, page: Page, steering: Steering) -> list[Card]:
    near = neighbours.around(own, CANDIDATES, only)
    others = [match for match in near if match.product.pk not in {*page.taken, *steering.pinned}]
    fitting = steering.steered(_fitting_first(page.product, others), lambda match: match.product.pk)
    return fold(_first_pictures(fitting))


def _fitting_first(product: Product, matches: list[Match]) -> list[Match]:
    misfits = misfit(Kinds.of([product]), Kinds.of([match.product for match in matches]))
    order = np.argsort(misfits - [match.similarity for match in matches], kind="stable")
    return [matches[number] for number in order]


def _first_pictures(matches: list[Match]) -> Iterator[Match]:
    """The first pictures, each with all products that show it."""
    digests = set(list(dict.fromkeys(match.image_digest for match in matches))[:FITTING])
    return (match for match in matches if match.image_digest in digests)


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


SIMILAR = Panel("similar", _("Visually similar"), choose)
