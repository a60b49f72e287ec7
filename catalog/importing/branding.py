"""Brands that names begin with, proposed to the merchant: what is agreed to becomes an import, which can be undone."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.db import transaction

from catalog.attributes import ATTRIBUTES, BRAND
from catalog.importing import uploads
from catalog.importing.models import ImportJob
from catalog.models import Category, Product
from catalog.suggestions.brands import OWN, guess_brands
from catalog.suggestions.entries import fold

FEWEST = 5
MOST_PROPOSED = 400
"""As many as one form can send; the others are proposed when these have their brand."""
SHOWN_NAMES = 3


@dataclass(frozen=True)
class Proposal:
    """Words that may be a brand, with the products without a brand whose names begin with them."""

    brand: str
    skus: list[str]
    names: list[str]
    """The first of their names"""

    @property
    def count(self) -> int:
        return len(self.skus)


def proposals() -> list[Proposal]:
    """What may be the brands of those products in the shop that have none, the most common first."""
    products = Product.objects.in_the_shop().filter(brand="").exclude(name="").order_by("pk")
    found = list(products.values_list("sku", "name"))
    brands = _apart(guess_brands([name for _, name in found], _ordinary(), fold))
    common = sorted((places for places in brands.items() if len(places[1]) >= FEWEST), key=lambda one: -len(one[1]))
    return [
        Proposal(brand, [found[place][0] for place in places], [found[place][1] for place in places[:SHOWN_NAMES]])
        for brand, places in common[:MOST_PROPOSED]
    ]


def _apart(brands: Mapping[str, list[int]]) -> dict[str, list[int]]:
    """Each product with one brand alone: Lakme, not its line Lakme True Wear, unless most go on with the longer."""
    taken: set[int] = set()
    apart: dict[str, list[int]] = {}
    lines = {
        longer
        for longer, places in brands.items()
        for brand, others in brands.items()
        if fold(longer).startswith(fold(brand)) and longer != brand and len(places) < OWN * len(others)
    }
    for brand in sorted(brands.keys() - lines, key=lambda brand: (-len(fold(brand)), brand)):
        apart[brand] = [place for place in brands[brand] if place not in taken]
        taken.update(brands[brand])
    return apart


@transaction.atomic
def start(brands: Mapping[str, str], user_pk: int | None) -> ImportJob | None:
    """An import that gives the products of each proposal, by what it proposed, a brand; None where there are none.

    Its preview is being made as soon as this is committed.
    """
    rows = [
        (sku, brand)
        for proposal in proposals()
        if (brand := brands.get(proposal.brand, "").strip())
        for sku in proposal.skus
    ]
    if not rows:
        return None
    stream = io.StringIO()
    csv.writer(stream).writerows([("sku", BRAND), *rows])
    job = ImportJob.objects.create(state=ImportJob.State.READING, started_by_id=user_pk)
    uploads.keep(job, ContentFile(stream.getvalue().encode(), "brands.csv"), [])
    job.save()
    return job


def _ordinary() -> set[str]:
    """Words of attributes and of kinds, folded, which are no brands by themselves."""
    names = [attribute.name for attribute in ATTRIBUTES if attribute.is_searched and attribute.name != BRAND]
    values = {
        value
        for name in names
        for value in Product.objects.order_by().exclude(**{name: ""}).values_list(name, flat=True).distinct()
    }
    values |= set(Category.objects.values_list("name", flat=True))
    return {fold(word) for text in values for word in str(text).split()}
