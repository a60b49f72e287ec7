"""What looks most like the page's product, and is of its kind where enough of that is near."""

from collections.abc import Iterator, Sequence
from operator import attrgetter

import numpy as np
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.merchandising import Steering
from catalog.models import MerchandisingRule, Product, SimilarPanel
from catalog.vocabulary import VOCABULARY
from recommender import neighbours
from recommender.cards import Folded, Pick, fold
from recommender.fitting import CANDIDATES, Kinds, misfit
from recommender.models import Embedding
from recommender.neighbours import Near
from recommender.panels.panel import Page, Panel

FITTING = 40
"""So many pictures are enough to fold into as many cards as a panel may have."""


def choose(page: Page) -> list[Pick]:
    panel = SimilarPanel.now()
    steering = MerchandisingRule.objects.beside(page.product).in_force(page.at).steering()
    only = panel.allows(page.product, of="product__")
    alike = _like_the_page(page.embedding, only, page, steering) if page.embedding else []
    if settings.SOLD_OUT == "last":
        alike.sort(key=lambda folded: folded.near.is_sold_out)
    picks: list[Pick] = [*_on_offer(steering.pinned), *alike]
    return picks[: panel.most]


def _on_offer(pinned: Sequence[int]) -> list[int]:
    if not pinned:
        return []
    there = set(Product.objects.on_offer().filter(pk__in=pinned).values_list("pk", flat=True))
    return [pk for pk in pinned if pk in there]


def nearest(own: Embedding, count: int | None) -> list[Near]:
    """What looks most like an embedded product, one of each picture, by the panel's settings.

    As many as the panel has, or `count`.
    """
    panel = SimilarPanel.now()
    count = count or panel.most
    only = panel.allows(own.product, of="product__")
    if settings.SOLD_OUT == "last":
        found = neighbours.near_product(own, max(count, FITTING), only)
        found.sort(key=attrgetter("is_sold_out"))
    else:
        found = neighbours.near_product(own, count, only)
    return found[:count]


def _like_the_page(own: Embedding, only: Q, page: Page, steering: Steering) -> list[Folded]:
    found = neighbours.around(own, CANDIDATES, only)
    others = [near for near in found if near.product not in {*page.taken, *steering.pinned}]
    fitting = steering.steered(_fitting_first(page.product, others), attrgetter("product"))
    return fold(_first_pictures(fitting))


def _fitting_first(product: Product, found: list[Near]) -> list[Near]:
    misfits = misfit(Kinds.of([product]), Kinds.of(found))
    order = np.argsort(misfits - [near.similarity for near in found], kind="stable")
    return [found[number] for number in order]


def _first_pictures(found: list[Near]) -> Iterator[Near]:
    """The first pictures, each with all products that show it."""
    digests = set(list(dict.fromkeys(near.image_digest for near in found))[:FITTING])
    return (near for near in found if near.image_digest in digests)


def _shares(product: Product, other: Product) -> str:
    """What two products have in common, in up to three words: kind, colour, pattern."""
    same = []
    if product.category and product.category_id == other.category_id:
        same.append(product.category.name)
    if product.base_colour and product.base_colour == other.base_colour:
        same.append(product.base_colour)
    return " · ".join([*same, *sorted(_patterns(product) & _patterns(other))[:1]])


def _patterns(product: Product) -> set[str]:
    words = product.name.lower().split()
    return {VOCABULARY.patterns[word] for word in words if word in VOCABULARY.patterns}


SIMILAR = Panel("similar", _("Visually similar"), choose, shares=_shares)
