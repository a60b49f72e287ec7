"""What pages take within one process, without a network."""

import random
from functools import partial
from itertools import islice
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from catalog.models import Category, Product
from recommender.benchmark import visits
from recommender.benchmark.figures import Figure, Section, figure, timed

VISITS = 80
FIRST_VISITS = 8
"""Not counted: what they load stays."""
KEPT = ("product", "browse", "category", "facets")
"""The pages of which parts are kept as they are written"""


def pages() -> Section:
    """Every kind of page, each time another one of its kind, and those of which parts are kept a second time."""
    products = Product.objects.with_picture().in_the_shop()
    skus = _some(products.values_list("sku", flat=True))
    figures = []
    for name, addresses in _addresses(skus).items():
        if addresses:
            figures.append(_visits(name, addresses))
        if addresses and name in KEPT:
            figures.append(_visits(f"{name}, where others were before", addresses))
    about = (
        "From the request to the whole page, one visitor, within this process. Each page is asked for the first time, "
        "but for the home page and where it says otherwise."
    )
    return Section("Pages", about, "", figures)


def _addresses(skus: list[str]) -> dict[str, list[str]]:
    lists = reverse("catalog:products")
    names = _some(Product.objects.in_the_shop().exclude(name="").values_list("name", flat=True))
    combinations = Product.objects.in_the_shop().exclude(base_colour="").exclude(gender="")
    narrowed = _some(combinations.values_list("base_colour", "gender"))
    categories = [category.get_absolute_url() for category in Category.objects.select_related("parent__parent")]
    return {
        "home": [reverse("catalog:home")],
        "product": [reverse("catalog:product", args=[sku]) for sku in skus],
        "browse": [f"{lists}?page={page}" for page in range(1, VISITS + FIRST_VISITS + 1)],
        "category": random.sample(categories, min(VISITS + FIRST_VISITS, len(categories))),
        "words": [f"{lists}?{urlencode({'q': ' '.join(name.split()[-2:])})}" for name in names],
        "facets": [
            f"{lists}?{urlencode({'base_colour': colour, 'gender': gender})}"
            for colour, gender in dict.fromkeys(narrowed)
        ],
        "API: product": [reverse("api:product", args=[sku]) for sku in skus],
        "API: similar": [reverse("api:similar", args=[sku]) for sku in skus],
        "API: list": [f"{reverse('api:products')}?{urlencode({'base_colour': colour})}" for colour, _ in narrowed],
    }


def _some(rows: QuerySet) -> list:
    return list(islice(rows.order_by("?"), VISITS + FIRST_VISITS))


def _visits(name: str, addresses: list[str]) -> Figure:
    few = len(addresses) <= 2 * FIRST_VISITS
    every = (addresses * (VISITS + FIRST_VISITS))[: VISITS + FIRST_VISITS] if few else addresses
    seconds = timed(partial(visits.get, address) for address in every)
    return figure(name, seconds[FIRST_VISITS:])
