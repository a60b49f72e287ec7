"""What is worn with the page's product: of each other kind of thing one for the same person, usage and season."""

import hashlib
from collections import defaultdict

from django.db.models import Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from catalog.caching import kept
from catalog.models import CatalogVersion, Product
from catalog.vocabulary import VOCABULARY
from recommender.panels.panel import Page, Panel

MOST = 6
MOST_OF_A_KIND = 300
"""So many products of each kind are enough to choose from."""
LOOKED_AT = 20_000
"""Of the newest products, to choose these from"""
SECONDS_KEPT = 3600


def choose(page: Page) -> list[int]:
    product = page.product
    names = [category.name for category in product.category.path] if product.category else []
    kind = names[1] if len(names) > 1 else ""
    occasion = (product.gender, product.usage, product.season)
    key = hashlib.sha256(repr((occasion, CatalogVersion.now())).encode()).hexdigest()
    pool = kept(f"companions:{key}", lambda: _pool(*occasion), SECONDS_KEPT)
    chosen = []
    for other in VOCABULARY.company.get(kind, VOCABULARY.company_of_others):
        fitting = [pk for pk, colour in pool.get(other, []) if pk not in page.taken and _go_together(product, colour)]
        if other != kind and fitting:
            # Other products of the same kind get other companions.
            chosen.append(fitting[product.pk * 2_654_435_761 % len(fitting)])
    return chosen[:MOST]


def _pool(gender: str, usage: str, season: str) -> dict[str, list[tuple[int, str]]]:
    """Up to 300 (id, colour) of each kind of thing with a picture, from all over the newest products."""
    newest = Product.objects.order_by("-pk").values("pk")
    oldest = Coalesce(Subquery(newest[LOOKED_AT : LOOKED_AT + 1]), 0)
    fitting = Product.objects.on_offer().with_picture().filter(pk__gt=oldest)
    fitting = fitting.filter(gender__in=[gender, *VOCABULARY.everyone], usage=usage, season=season).order_by("pk")
    kinds = defaultdict(list)
    for pk, colour, kind in fitting.values_list("pk", "base_colour", "category__parent__name"):
        kinds[kind].append((pk, colour))
    return {kind: some[:: 1 + len(some) // MOST_OF_A_KIND] for kind, some in kinds.items()}


def _go_together(product: Product, colour: str) -> bool:
    neutral = VOCABULARY.neutral
    return product.base_colour in neutral or colour in neutral or colour == product.base_colour


COMPANIONS = Panel("companions", _("Goes with it"), choose)
