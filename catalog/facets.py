"""Facets: the attributes that narrow the catalogue, with how many products each value would leave."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from django.http import QueryDict
from django.urls import reverse

from catalog.attributes import ATTRIBUTES, NAMES
from catalog.caching import kept
from catalog.choices import Choice, Facet, Filters
from catalog.merchandising import Steering
from catalog.models import CatalogVersion, Category, MerchandisingRule, Product
from catalog.querysets import ProductQuerySet
from catalog.words.understanding import Concept, Understood, understand

SORTS = {"relevance": "Best match", "newest": "Newest", "name": "Name"}
LONGEST_WORDS = 255
"""As long as a title may be"""
SECONDS_KEPT = 3600
Computed = TypeVar("Computed")


class Selection:
    """What a shopper asked for in an address: category, values of attributes, words, order.

    Of several values of one attribute a product has one; it has one of each attribute. Unknown values find nothing.
    Staff's rules are those of the moment `at`, which is now where none is told.
    """

    def __init__(self, query: QueryDict, category: Category | None = None, at: datetime | None = None):
        self.category = category
        self._at = at
        asked = {name: [value.strip() for value in values] for name, values in query.lists()}
        written = asked.get("q", [""])[-1]
        self.words = written[:LONGEST_WORDS].strip()
        self.most_letters = LONGEST_WORDS if len(written) > LONGEST_WORDS else 0
        """How many letters are looked for, where there were more"""
        self.as_typed = bool(self.words and asked.get("as_typed", [""])[-1])
        self.attributes = {
            name: tuple(sorted(values)) for name in NAMES if (values := set(filter(None, asked.get(name, []))))
        }
        self._filters = Filters(self.attributes, lambda attributes: self.address(attributes=attributes))
        wanted = asked.get("sort", [""])[-1]
        self.sort = wanted if wanted in self.sorts else next(iter(self.sorts))

    @property
    def sorts(self) -> dict[str, str]:
        """The orders there are: by name and label, the one that is meant when none is named first."""
        return SORTS if self.words else {name: label for name, label in SORTS.items() if name != "relevance"}

    @property
    def is_narrow(self) -> bool:
        return bool(self.words or self.attributes or self.category)

    def products(self) -> ProductQuerySet:
        """The chosen products in the chosen order, which staff steer where the shopper chose none."""
        products = self._narrowed()
        if self.sort == "relevance":
            products = products.most_relevant_first(self.understood, is_wide=self.is_wide)
        else:
            products = products.order_by("name", "-id") if self.sort == "name" else products.order_by("-id")
        return products.steered(self.steering) if self.sort == next(iter(self.sorts)) else products

    @cached_property
    def steering(self) -> Steering:
        """What staff want of this page."""
        rules = MerchandisingRule.objects.in_force(self._at)
        if self.words:
            return rules.of_words(self.words).steering()
        return (rules.of_category(self.category) if self.category else rules.of_the_shop()).steering()

    @cached_property
    def version(self) -> str:
        return CatalogVersion.now()

    @cached_property
    def understood(self) -> Understood:
        """What the words ask for; nothing where there are none."""
        if not self.words:
            return Understood()
        key = repr((self.version, "understood", self.words, self.as_typed))
        return _kept(key, lambda: understand(self.words, self.version, as_typed=self.as_typed))

    @cached_property
    def is_wide(self) -> bool:
        """Whether products follow that have most of the words only."""
        return self._search != self.understood.query

    @cached_property
    def _search(self) -> str:
        """The query of the words. The values of attributes narrow what it finds, and never widen it."""
        key = repr((self.version, "search", self.words, self.as_typed, self.category and self.category.pk))
        return _kept(key, lambda: self._in_category(self.category).wide_enough(self.understood))

    def unwritten(self, concepts: Collection[Concept]) -> ProductQuerySet:
        """What has everything that is asked for but these of the words, and is not found by all of them."""
        alternatives = [
            tuple(concept for concept in wanted if concept not in concepts) for wanted in self.understood.alternatives
        ]
        rest = replace(self.understood, alternatives=tuple(alternatives), whole="").query
        products = self._in_category(self.category).with_attributes(self.attributes)
        return (products.matching(rest) if rest else products).exclude(pk__in=self._having_all())

    def lacking(self, products: Iterable[Product]) -> dict[int, list[Concept]]:
        """For each of these products, by its id, which of the words it does not have."""
        if not self.is_wide:
            return {}
        found = {product.pk for product in products}.difference(self.steering.pinned)
        return Product.objects.filter(pk__in=found).lacking(self.understood.wanted)

    @property
    def typed_address(self) -> str:
        """The page of the words just as they were typed."""
        return self.address(as_typed=True)

    @cached_property
    def way_out(self) -> Choice | None:
        """The same words in the whole shop, from within a category."""
        if not (self.words and self.category):
            return None
        query = QueryDict(mutable=True)
        query["q"] = self.words
        return Choice("the whole shop", self.address(category=None, attributes={}), Selection(query).count)

    @cached_property
    def count(self) -> int:
        return self._kept("count", lambda: self._narrowed().count())

    @cached_property
    def count_of_most(self) -> int:
        """How many of them have most of the words only."""
        if not self.is_wide:
            return 0
        return self._kept("most", lambda: self._narrowed().exclude(pk__in=self._having_all()).count())

    def _having_all(self) -> ProductQuerySet:
        return Product.objects.matching(self.understood.query, self.steering.pinned)

    def facets(self) -> list[Facet]:
        """The facets that have something to choose from, counted within the other choices."""
        return self._kept(f"facets {self.sort}", self._facets)

    def _facets(self) -> list[Facet]:
        facets = [self._category_facet()]
        for attribute in ATTRIBUTES:
            counts = {str(value): count for value, count in self._counts[attribute.name].items() if value is not None}
            facets.append(self._filters.facet(attribute.name, attribute.label, counts))
        return [facet for facet in facets if facet.choices]

    def chips(self) -> list[Choice]:
        """What is chosen, each with the address that takes it away."""
        chips = []
        if self.words:
            chips.append(Choice(f"“{self.words}”", self.address(words=""), is_chosen=True))
        if self.category:
            chips.append(Choice(self.category.name, self.address(category=self.category.parent), is_chosen=True))
        return chips + self._filters.chips()

    def orders(self) -> list[Choice]:
        """The orders there are to choose from."""
        return [
            Choice(label, self.address(sort=name), is_chosen=name == self.sort) for name, label in self.sorts.items()
        ]

    def address(self, **changes: Any) -> str:
        """This selection's first page with other `category`, `words`, `as_typed`, `attributes` or `sort`."""
        category = changes.get("category", self.category)
        words = changes.get("words", self.words)
        query = QueryDict(mutable=True)
        if words:
            query["q"] = words
        if words and changes.get("as_typed", self.as_typed):
            query["as_typed"] = "1"
        for name, values in changes.get("attributes", self.attributes).items():
            query.setlist(name, values)
        sort = changes.get("sort", self.sort)
        if sort != ("relevance" if words else "newest"):
            query["sort"] = sort
        path = category.get_absolute_url() if category else reverse("catalog:products")
        return f"{path}?{query.urlencode()}" if query else path

    def _narrowed(self, without: str = "") -> ProductQuerySet:
        """The chosen products; `without` leaves one facet's choice out, which is what its counts are made from."""
        products = self._in_category(None if without == "category" else self.category)
        if self.words:
            products = products.matching(self._search, self.steering.pinned)
        return products.with_attributes({name: values for name, values in self.attributes.items() if name != without})

    def _in_category(self, category: Category | None) -> ProductQuerySet:
        products = Product.objects.in_the_shop().exclude(pk__in=self.steering.hidden)
        return products.in_category(category) if category else products

    def _category_facet(self) -> Facet:
        """The children of the chosen category, or its siblings when it has none, with what lies below each."""
        nodes = Category.objects.in_bulk()
        parent = self.category
        if parent and not any(node.parent_id == parent.pk for node in nodes.values()):
            parent = nodes.get(parent.parent_id)
        totals: Counter[Category] = Counter()
        for category, count in self._counts["category"].items():
            node = nodes.get(category)
            while node and node.parent_id != (parent.pk if parent else None):
                node = nodes.get(node.parent_id)
            if node:
                totals[node] += count
        for node in totals:
            node.parent = nodes.get(node.parent_id)
        choices = [
            Choice(node.name, self.address(category=node), count, node == self.category)
            for node, count in sorted(totals.items(), key=lambda item: (-item[1], item[0].name))
        ]
        return Facet("category", "Category", choices)

    @cached_property
    def _counts(self) -> dict[str, dict[object, int]]:
        """For each facet how many of the products that the other choices leave have each value."""
        return self._kept("counts", self._count)

    def _count(self) -> dict[str, dict[object, int]]:
        free = [name for name in ("category", *NAMES) if name not in self.attributes]
        if self.category:
            free.remove("category")
        counts = self._narrowed().counts_by(*free) if free else {}
        for name in {"category", *NAMES} - set(free):
            counts |= self._narrowed(without=name).counts_by(name)
        return counts

    def _kept(self, what: str, compute: Callable[[], Computed]) -> Computed:
        """The computed, or what was computed before for the same choices and the same catalogue."""
        choices = (self.words, self.as_typed, self.category and self.category.pk, self.attributes, self.steering)
        return _kept(repr((self.version, what, choices)), compute)


def _kept(key: str, compute: Callable[[], Computed]) -> Computed:
    digest = hashlib.sha256(key.encode()).hexdigest()
    return kept(f"selection:{digest}", compute, SECONDS_KEPT)
