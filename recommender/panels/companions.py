"""What is worn with the page's product: of each other kind of thing one for the same person, usage and season."""

import hashlib
from collections import defaultdict

from django.core.cache import cache

from catalog.models import CatalogVersion, Product
from recommender.panels.panel import Page, Panel

MOST = 6
MOST_OF_A_KIND = 300
"""So many products of each kind are enough to choose from."""
SECONDS_KEPT = 3600
NEUTRAL = ("Black", "White", "Grey", "Navy Blue", "Beige", "Brown", "Silver", "Tan", "Off White", "Blue")
"""Colours that go with every other."""
COMPANY = {
    "Topwear": ("Bottomwear", "Shoes", "Watches", "Bags", "Belts", "Eyewear"),
    "Bottomwear": ("Topwear", "Shoes", "Belts", "Watches", "Bags", "Eyewear"),
    "Dress": ("Shoes", "Bags", "Jewellery", "Watches", "Sandal", "Eyewear"),
    "Shoes": ("Bottomwear", "Topwear", "Socks", "Bags", "Watches", "Belts"),
    "Sandal": ("Bottomwear", "Topwear", "Bags", "Jewellery", "Watches", "Eyewear"),
    "Flip Flops": ("Bottomwear", "Topwear", "Eyewear", "Bags", "Watches", "Headwear"),
    "Saree": ("Jewellery", "Bags", "Sandal", "Watches", "Shoes", "Eyewear"),
}
COMPANY_OF_OTHERS = ("Topwear", "Bottomwear", "Shoes", "Bags", "Watches", "Belts", "Jewellery")


def choose(page: Page) -> list[int]:
    product = page.product
    names = [category.name for category in product.category.path] if product.category else []
    kind = names[1] if len(names) > 1 else ""
    occasion = (product.gender, product.usage, product.season)
    key = hashlib.sha256(repr((occasion, CatalogVersion.now())).encode()).hexdigest()
    pool = cache.get_or_set(f"companions:{key}", lambda: _pool(*occasion), SECONDS_KEPT)
    chosen = []
    for other in COMPANY.get(kind, COMPANY_OF_OTHERS):
        fitting = [pk for pk, colour in pool.get(other, []) if pk not in page.taken and _go_together(product, colour)]
        if other != kind and fitting:
            # Other products of the same kind get other companions.
            chosen.append(fitting[product.pk * 2_654_435_761 % len(fitting)])
    return chosen[:MOST]


def _pool(gender: str, usage: str, season: str) -> dict[str, list[tuple[int, str]]]:
    """Up to 300 (id, colour) of each kind of thing with a picture, from all over the catalogue."""
    fitting = Product.objects.in_the_shop().with_picture()
    fitting = fitting.filter(gender__in=[gender, "Unisex"], usage=usage, season=season).order_by("pk")
    kinds = defaultdict(list)
    for pk, colour, kind in fitting.values_list("pk", "base_colour", "category__parent__name"):
        kinds[kind].append((pk, colour))
    return {kind: some[:: 1 + len(some) // MOST_OF_A_KIND] for kind, some in kinds.items()}


def _go_together(product: Product, colour: str) -> bool:
    return product.base_colour in NEUTRAL or colour in NEUTRAL or colour == product.base_colour


COMPANIONS = Panel("companions", "Goes with it", choose)
