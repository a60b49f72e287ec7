"""Pages of results that staff steer, and what they make of a product there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext

from catalog.facets import Selection
from catalog.models import Category, MerchandisingRule, Product
from catalog.querysets import MerchandisingRuleQuerySet, ProductQuerySet

MOST_RULES = 100
"""In one place; each costs every page of it."""
Place, Act = MerchandisingRule.Place, MerchandisingRule.Act


@dataclass(frozen=True)
class SteeredPage:
    """A page of results with its rules, those of other times too."""

    place: str
    target: Any
    """The category, the words or the product; None where the place is but one"""
    at: datetime | None = None

    @property
    def rules(self) -> MerchandisingRuleQuerySet:
        rules = MerchandisingRule.objects.all()
        of_place: dict[str, Callable[[], MerchandisingRuleQuerySet]] = {
            Place.SHOP: rules.of_the_shop,
            Place.CATEGORY: lambda: rules.of_category(self.target),
            Place.WORDS: lambda: rules.of_words(self.target),
            Place.PANEL: lambda: rules.beside(self.target),
            Place.PHOTO: rules.of_photo_search,
        }
        return of_place[self.place]()

    @property
    def products(self) -> ProductQuerySet | None:
        """What shoppers find on it; None where the catalogue alone cannot tell."""
        if self.place in (Place.PANEL, Place.PHOTO):
            return None
        category = self.target if self.place == Place.CATEGORY else None
        return found_by(self.target if self.place == Place.WORDS else "", category, self.at)

    def new_rule(self, product: Product, act: str) -> MerchandisingRule:
        field = MerchandisingRule.TARGETS.get(Place(self.place))
        rule = MerchandisingRule(place=self.place, product=product, act=act, **({field: self.target} if field else {}))
        rule.clean()
        return rule


@transaction.atomic
def steer(page: SteeredPage, product: Product, act: str, **dates: datetime | None) -> MerchandisingRule | None:
    """Makes the product what the act says; `clear` lets it go, `earlier` and `later` move a pinned one.

    Returns the rule that was written. `dates` are its `starts_at` and `ends_at`, where they are to be others.
    Raises ValidationError, where the page has too many rules or there can be none for this product.
    """
    # Of two that steer the same product the second one finds the rule of the first.
    Product.objects.filter(pk=product.pk).hold()
    rules = page.rules.select_for_update()
    rule = rules.filter(product=product).first()
    if act == "clear":
        rules.filter(product=product).delete()
        return None
    if act in ("earlier", "later"):
        _move(list(rules.filter(act=Act.PIN).order_by("position", "pk")), product, -1 if act == "earlier" else 1)
        return None
    if rule is None and rules.count() >= MOST_RULES:
        raise ValidationError(gettext("A page has {most} rules at most: take some away first.").format(most=MOST_RULES))
    rule = rule or page.new_rule(product, act)
    rule.act = act
    rule.position = rules.filter(act=Act.PIN).count() + 1 if act == Act.PIN else 0
    for name, date in dates.items():
        setattr(rule, name, date)
    rule.full_clean()
    rule.save()
    return rule


def _move(pinned: list[MerchandisingRule], product: Product, by: int) -> None:
    number = next((number for number, rule in enumerate(pinned) if rule.product_id == product.pk), None)
    if number is not None:
        rule = pinned.pop(number)
        pinned.insert(max(0, number + by), rule)
    for position, rule in enumerate(pinned, 1):
        rule.position = position
    MerchandisingRule.objects.bulk_update(pinned, ["position"])


def found_by(words: str, category: Category | None = None, at: datetime | None = None) -> ProductQuerySet:
    """What shoppers find by these words, or without any, at that moment."""
    query = QueryDict(mutable=True)
    query["q"] = words
    return Selection(query, category, at).products()
