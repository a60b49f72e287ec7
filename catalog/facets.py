"""Facets: the attributes that narrow the catalogue, with how many products each value would leave."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, Value
from django.db.models.expressions import Combinable, OrderBy
from django.db.models.functions import Concat
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_lazy

from catalog import prices
from catalog.attributes import ATTRIBUTES, NAMES
from catalog.caching import for_all_its_time, kept
from catalog.choices import Choice, Facet, Filters
from catalog.merchandising import Steering
from catalog.models import CatalogVersion, Category, MerchandisingRule, Product, ProductSize
from catalog.money import Range
from catalog.offer import DISCOUNT, discount_now, is_on_sale, price_now
from catalog.prices import Bar, PriceFacet
from catalog.querysets import SIZE, UNPICTURED, ProductQuerySet
from catalog.sizes import size_key
from catalog.summary import COLUMNS, Summary, rows_of, summary
from catalog.words import sizes
from catalog.words.lexicon import lexicon
from catalog.words.prices import Wish
from catalog.words.understanding import Concept, Understood, understand

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SORTS = {
    "relevance": gettext_lazy("Best match"),
    "newest": gettext_lazy("Newest"),
    "name": gettext_lazy("Name"),
    "price-up": gettext_lazy("Price: low to high"),
    "price-down": gettext_lazy("Price: high to low"),
    "discount": gettext_lazy("Biggest discount"),
}
BY_PRICE = frozenset({"price-up", "price-down"})
NARROWING = (*NAMES, SIZE)
MOST_VALUES = 50
"""Of one attribute, as many more would be kept with every page that they give; nobody ticks so many"""
MOST_SIZES = 80
LONGEST_WORDS = 255
"""As long as a title may be"""
MOST_COUNTED = 1000
"""In a large catalogue so many of what words, prices or sizes find are ranked, and stand for all in the facets."""
RARE = 20
"""One product in so many is rare"""
SECONDS_KEPT = 3600
Computed = TypeVar("Computed")


@dataclass(frozen=True)
class Sold:
    """What of the catalogue there is to narrow and to order by, beside its attributes."""

    currency: str
    """Of the prices that are compared, as shoppers cannot: the setting's, or what most are in; "" without prices"""
    has_sales: bool
    has_sizes: bool
    sales: str
    """Another text after every sale that has begun or ended"""
    until: datetime | None
    """When the next one begins or ends"""


class Selection:
    """What a shopper asked for in an address: category, values of attributes, a size, a price, words, order.

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
        chosen = {name: sorted(set(filter(None, asked.get(name, [])))) for name in NARROWING}
        self.attributes = {name: tuple(values[:MOST_VALUES]) for name, values in chosen.items() if values}
        self.price = prices.asked(query)
        self._filters = Filters(self.attributes, lambda attributes: self.address(attributes=attributes))
        wanted = asked.get("sort", [""])[-1]
        self.sort = wanted if wanted in self.sorts else next(iter(self.sorts))

    @property
    def sorts(self) -> "dict[str, StrOrPromise]":
        """The orders there are: by name and label, the one that is meant when none is named first."""
        hidden = set() if self.words else {"relevance"}
        hidden |= set() if self.sold.currency else BY_PRICE
        hidden |= set() if self.sold.has_sales else {"discount"}
        return {name: label for name, label in SORTS.items() if name not in hidden}

    @property
    def is_narrow(self) -> bool:
        return bool(self.words or self.attributes or self.category or self.price)

    @cached_property
    def sold(self) -> Sold:
        return sold(self.version)

    def products(self, last: int | None = None) -> ProductQuerySet:
        """The chosen products in the chosen order, which staff steer where the shopper chose none.

        In a large catalogue the first ones come sooner where `last`, the place of the last that is read, is told.
        """
        products = self._narrowed()
        if self.sort == "relevance":
            if self.is_about:
                products = Product.objects.filter(pk__in={*self._first, *self.steering.pinned})
            products = products.most_relevant_first(self.understood, is_wide=self.is_wide)
        else:
            foremost = self._foremost(last) if last and last <= MOST_COUNTED else []
            products = (Product.objects.filter(pk__in=foremost) if foremost else products).in_order(*self._order())
        return products.steered(self.steering) if self.sort == next(iter(self.sorts)) else products

    def _order(self) -> Iterator[Combinable | OrderBy | str]:
        # The index by which the newest are read has it behind what is sold out.
        if self.sort != "newest" or settings.SOLD_OUT != "mixed":
            yield UNPICTURED
        if self.sort == "name":
            # Which no index has, so that what is found is sorted.
            yield Concat("name", Value("")) if self._is_rare else "name"
        elif self.sort == "discount":
            yield discount_now(self._now).desc(nulls_last=True)
        elif self.sort in BY_PRICE:
            price = price_now(self.sold.currency, self._now)
            yield price.asc(nulls_last=True) if self.sort == "price-up" else price.desc(nulls_last=True)
        yield "-id"

    def _foremost(self, last: int) -> list[int]:
        """The ids of products among which the first so many are; none where no index tells them sooner than a sort.

        What a product costs changes by itself when a sale begins or ends, so that no index has it: those with a sale
        now and the others are read by indexes of their own.
        """
        orders = self._orders_of_prices()
        is_told = orders and self._is_summed and settings.SOLD_OUT != "mixed"
        if not (is_told and self._summary.is_large) or self._is_rare:
            return []
        ids = self._narrowed().foremost(orders, last)
        return ids if len(ids) >= last else []

    def _orders_of_prices(self) -> list[tuple[Q, OrderBy]]:
        """For each kind of product with a price what it is ordered by."""
        reduced = is_on_sale(self._now)
        if self.sort == "discount":
            return [(reduced & Q(price__gt=0), OrderBy(DISCOUNT, descending=True))]
        if self.sort not in BY_PRICE:
            return []
        sold = Q(currency=self.sold.currency, price__isnull=False)
        is_down = self.sort == "price-down"
        return [
            (sold & ~reduced, OrderBy(F("price"), descending=is_down)),
            (sold & reduced, OrderBy(F("sale_price"), descending=is_down)),
        ]

    @cached_property
    def _now(self) -> datetime:
        return timezone.now()

    @property
    def _is_rare(self) -> bool:
        """Whether an index of the whole shop may be read to its end before it has a page of this.

        PostgreSQL takes what is found for spread evenly over names and prices, and brands and kinds stand together.
        """
        has_its_own_index = len(self._categories) == 1 and not (self.attributes or self.words or self.price)
        return self.count * RARE < self._summary.size and not (has_its_own_index or self.is_about)

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
        key = repr((self._versions, "understood", self.words, self.as_typed))
        return _kept(key, lambda: understand(self.words, self.version, as_typed=self.as_typed))

    @cached_property
    def _versions(self) -> tuple[str, str]:
        """Of the catalogue, and of its words by which those that were typed are understood, where there are any."""
        return self.version, lexicon(self.version).version if self.words else ""

    @cached_property
    def is_wide(self) -> bool:
        """Whether products follow that have most of the words only."""
        return self._search != self.understood.query

    @cached_property
    def _search(self) -> str:
        """The query of the words. The values of attributes narrow what it finds, and never widen it."""
        key = repr((self._versions, "search", self.words, self.as_typed, self.category and self.category.pk))
        return _kept(key, lambda: self._in_category(self.category).wide_enough(self.understood))

    def unwritten(self, concepts: Collection[Concept]) -> ProductQuerySet:
        """What has everything that is asked for but these of the words, and is not found by all of them."""
        alternatives = [
            tuple(concept for concept in wanted if concept not in concepts) for wanted in self.understood.alternatives
        ]
        rest = replace(self.understood, alternatives=tuple(alternatives), whole="").query
        products = self._as_wished(self._in_category(self.category).with_attributes(self.attributes))
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
        return Choice(gettext("the whole shop"), self.address(category=None, attributes={}), Selection(query).count)

    @cached_property
    def count(self) -> int:
        """How many products there are; where `is_about`, that is an estimate."""
        if self._is_summed:
            return self._summary.count(self._chosen) - self._hidden.count(self._chosen)
        if self.is_about:
            return self._kept("about", lambda: _rounded(max(MOST_COUNTED, self._narrowed().about())))
        return len(self._first) if self._summary.is_large else self._kept("count", lambda: self._narrowed().count())

    @cached_property
    def is_about(self) -> bool:
        """Whether a large catalogue has more of what is asked for than are counted and ranked for one page."""
        return self._summary.is_large and not self._is_summed and len(self._first) == MOST_COUNTED

    @property
    def reach(self) -> int:
        """How many of them pages lead to."""
        return len(self._first) if self.is_about else self.count

    @cached_property
    def _first(self) -> list[int]:
        """The ids of those that are counted and ranked in a large catalogue."""
        return self._kept("first", lambda: self._narrowed().first_ids(MOST_COUNTED))

    def _countable(self, without: str) -> tuple[ProductQuerySet, float]:
        """The products that the other choices leave, or some; and how many each of them stands for."""
        products = self._narrowed(without=without)
        if not self._summary.is_large:
            return products, 1
        if {"price": self.price, "category": self.category}.get(without, without in self.attributes):
            ids = products.first_ids(MOST_COUNTED)
            total = products.about() if len(ids) == MOST_COUNTED else len(ids)
        else:
            ids, total = self._first, self.count
        return Product.objects.filter(pk__in=ids), max(1, total / max(1, len(ids)))

    @cached_property
    def count_of_most(self) -> int:
        """How many of them have most of the words only."""
        if not self.is_wide:
            return 0
        # Those that have all are few, or there would be no others.
        return self.count - self._kept("all", lambda: self._narrowed().filter(pk__in=self._having_all()).count())

    def _having_all(self) -> ProductQuerySet:
        return Product.objects.matching(self.understood.query, self.steering.pinned)

    def facets(self) -> list[Facet]:
        """The facets that have something to choose from, counted within the other choices."""
        return self._kept(f"facets {self.sort}", self._facets)

    def _facets(self) -> list[Facet]:
        facets = [self._category_facet()]
        for attribute in ATTRIBUTES:
            counts = {str(value): count for value, count in self._counts[attribute.name].items() if value is not None}
            facets.append(self._filters.facet(attribute.name, str(attribute.label), counts))
        if self.sold.has_sizes:
            facets.append(self._size_facet())
        return [facet for facet in facets if facet.choices]

    def _size_facet(self) -> Facet:
        """The sizes that are to be had, in the order of sizes; of very many the most common ones."""
        products, worth = self._countable(SIZE)
        counts = {label: _worth(count, worth) for label, count in ProductSize.objects.counted(products).items()}
        return in_order_of_sizes(self._filters.facet(SIZE, gettext("Size"), counts))

    @cached_property
    def price_facet(self) -> PriceFacet | None:
        """What the products cost that the other choices leave; None where none has a price."""
        if not self.sold.currency:
            return None
        drawn, lowest, highest = self._kept("prices", self._price_bars)
        if not drawn:
            return None
        return PriceFacet(self.sold.currency, self.price, lowest, highest, drawn)

    def _price_bars(self) -> tuple[list[Bar], Decimal, Decimal]:
        products, worth = self._countable("price")
        priced = products.filter(currency=self.sold.currency, price__isnull=False).order_by()
        selling = priced.annotate(cost=price_now(self.sold.currency, timezone.now())).values_list("cost")
        counts = {cost: _worth(count, worth) for cost, count in selling.annotate(count=Count("pk"))}
        if not counts:
            return [], Decimal(0), Decimal(0)
        return prices.bars(counts, self.price, self.sold.currency), min(counts), max(counts)

    @property
    def form_action(self) -> str:
        """Where the form of the facets leads to."""
        return self._place_and_query()[0]

    @property
    def form_values(self) -> list[tuple[str, str]]:
        """Names and values of what that form keeps beside the facets."""
        _, query = self._place_and_query(attributes={}, price=Range())
        return [(name, value) for name, values in query.lists() for value in values]

    def chips(self) -> list[Choice]:
        """What is chosen, each with the address that takes it away."""
        chips = []
        if self.words:
            chips.append(Choice(gettext("“%(words)s”") % {"words": self.words}, self.address(words=""), is_chosen=True))
        for wish in self._price_wishes:
            words = " ".join(self.words.replace(wish.said, " ", 1).split())
            chips.append(Choice(wish.range.shown(self.sold.currency), self.address(words=words), is_chosen=True))
        for said, labels in self._size_wishes.items():
            words = " ".join(self.words.replace(said, " ", 1).split())
            chips.append(
                Choice(
                    gettext("Size {sizes}").format(sizes=" / ".join(labels)), self.address(words=words), is_chosen=True
                )
            )
        if self.price and self.sold.currency:
            shown = self.price.shown(self.sold.currency)
            chips.append(Choice(shown, self.address(price=Range()), is_chosen=True))
        if self.category:
            chips.append(Choice(self.category.name, self.address(category=self.category.parent), is_chosen=True))
        return chips + self._filters.chips()

    def orders(self) -> list[Choice]:
        """The orders there are to choose from."""
        return [
            Choice(str(label), self.address(sort=name), is_chosen=name == self.sort)
            for name, label in self.sorts.items()
        ]

    def address(self, **changes: Any) -> str:
        """This selection's first page with other `category`, `words`, `as_typed`, `attributes`, `price` or `sort`."""
        path, query = self._place_and_query(**changes)
        return f"{path}?{query.urlencode()}" if query else path

    def _place_and_query(self, **changes: Any) -> tuple[str, QueryDict]:
        category = changes.get("category", self.category)
        words = changes.get("words", self.words)
        query = QueryDict(mutable=True)
        if words:
            query["q"] = words
        if words and changes.get("as_typed", self.as_typed):
            query["as_typed"] = "1"
        for name, values in changes.get("attributes", self.attributes).items():
            query.setlist(name, values)
        query.update(dict(prices.pairs(changes.get("price", self.price))))
        sort = changes.get("sort", self.sort)
        if sort not in ("relevance", "newest") or (sort == "newest" and words):
            query["sort"] = sort
        return category.get_absolute_url() if category else reverse("catalog:products"), query

    def _narrowed(self, without: str = "") -> ProductQuerySet:
        """The chosen products; `without` leaves one facet's choice out, which is what its counts are made from."""
        products = self._in_category(None if without == "category" else self.category)
        if self.words:
            products = products.matching(self._search, self.steering.pinned)
        products = self._as_wished(products, is_free=without == "price")
        return products.with_attributes({name: values for name, values in self.attributes.items() if name != without})

    @cached_property
    def _price_wishes(self) -> list[Wish]:
        """The prices among the words, as far as products have prices in such a currency."""
        currencies = {"", self.sold.currency}
        wishes = self.understood.prices if self.sold.currency and not self.as_typed else ()
        return [wish for wish in wishes if wish.range and wish.range.currency in currencies]

    @property
    def unpriced(self) -> str:
        """The prices among the words that are not looked for."""
        return ", ".join(wish.said for wish in self.understood.prices if wish not in self._price_wishes)

    @cached_property
    def _size_wishes(self) -> dict[str, list[str]]:
        """The sizes among the words that the catalogue has, as they were typed, each with its labels there."""
        asked = self.understood.sizes if self.sold.has_sizes and not self.as_typed else ()
        if not asked:
            return {}
        labels = _kept(repr((self.version, "sizes")), ProductSize.objects.labels)
        return {said: found for said in asked if (found := sizes.meant(said, labels))}

    @property
    def unsized(self) -> str:
        """The sizes among the words that are not looked for."""
        return ", ".join(said for said in self.understood.sizes if said not in self._size_wishes)

    def _as_wished(self, products: ProductQuerySet, *, is_free: bool = False) -> ProductQuerySet:
        """Those of the products at the price and in a size that is wanted; `is_free` leaves the form's price out."""
        if wished := [label for labels in self._size_wishes.values() for label in labels]:
            products = products.with_attributes({SIZE: wished})
        if not self.sold.currency:
            return products
        now = timezone.now()
        wanted = [wish.range for wish in self._price_wishes] + ([] if is_free else [self.price])
        for one in wanted:
            products = products.priced(one, self.sold.currency, now)
        return products

    def _in_category(self, category: Category | None) -> ProductQuerySet:
        products = Product.objects.on_offer().exclude(pk__in=self.steering.hidden)
        return products.filter(category__in=self._categories) if category else products

    def _category_facet(self) -> Facet:
        """The children of the chosen category, or its siblings when it has none, with what lies below each."""
        nodes = _tree(self.version)
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
        choices = [
            Choice(node.name, self.address(category=node), count, node == self.category, node.route)
            for node, count in sorted(totals.items(), key=lambda item: (-item[1], item[0].name))
        ]
        return Facet("category", gettext("Category"), choices)

    @cached_property
    def _counts(self) -> dict[str, dict[object, int]]:
        """For each facet how many of the products that the other choices leave have each value."""
        if self._is_summed:
            return {name: self._summed(name) for name in COLUMNS}
        return self._kept("counts", self._count)

    def _summed(self, column: str) -> dict[object, int]:
        others = {name: values for name, values in self._chosen.items() if name != column}
        counts = self._summary.counts(column, others)
        for value, count in self._hidden.counts(column, others).items():
            counts[value] -= count
        return {value: count for value, count in counts.items() if count}

    @cached_property
    def _is_summed(self) -> bool:
        """Whether the summary of the catalogue knows what is asked for."""
        return not (self.words or self.price or SIZE in self.attributes)

    @cached_property
    def _summary(self) -> Summary:
        return summary(self.version)

    @cached_property
    def _hidden(self) -> Summary:
        """The products that staff hide, which the summary of the catalogue counts too."""
        hidden = self.steering.hidden
        return Summary(self.version, rows_of(Product.objects.on_offer().filter(pk__in=hidden)) if hidden else [])

    @cached_property
    def _chosen(self) -> dict[str, Collection[object]]:
        """The values of each column of the summary that are chosen."""
        chosen: dict[str, Collection[object]] = dict(self.attributes)
        return chosen | {"category": self._categories} if self.category else chosen

    @cached_property
    def _categories(self) -> list[int]:
        """The ids of the category and those below, as far as products are in them."""
        category = self.category
        if not category:
            return []
        within = Category.objects.within(category).filter(Exists(Product.objects.filter(category=OuterRef("pk"))))
        key = repr((self.version, "within", category.pk))
        return _kept(key, lambda: list(within.values_list("pk", flat=True)))

    def _count(self) -> dict[str, dict[object, int]]:
        free = [name for name in COLUMNS if name not in self.attributes]
        if self.category:
            free.remove("category")
        counts = self._counted("", *free) if free else {}
        for name in set(COLUMNS) - set(free):
            counts |= self._counted(name, name)
        return counts

    def _counted(self, without: str, *columns: str) -> dict[str, dict[object, int]]:
        products, worth = self._countable(without)
        found = products.counts_by(*columns)
        return {
            name: {value: _worth(count, worth) for value, count in counts.items()} for name, counts in found.items()
        }

    def _kept(self, what: str, compute: Callable[[], Computed]) -> Computed:
        """The computed, or what was computed before for the same choices and the same catalogue."""
        return _kept(repr((what, self.key)), compute)

    @cached_property
    def key(self) -> str:
        """Another text for other choices, catalogues and languages, and after every sale that began or ended."""
        category = self.category and self.category.pk
        choices = (self.words, self.as_typed, category, self.attributes, self.price, self.steering)
        return repr((self._versions, self._summary.version, get_language(), self.sold, settings.SOLD_OUT, choices))


def sold(version: str) -> Sold:
    """What of that version of the catalogue there is to narrow and to order by."""
    return _kept(repr((version, "sold")), lambda: _sold(version), attrgetter("until"))


def in_order_of_sizes(facet: Facet) -> Facet:
    """The facet with its sizes in their order; of very many the most common ones, and what is chosen."""
    shown = [choice for place, choice in enumerate(facet.choices) if place < MOST_SIZES or choice.is_chosen]
    return replace(facet, choices=sorted(shown, key=lambda choice: size_key(choice.label)))


@lru_cache(maxsize=1)
def _tree(version: str) -> dict[Any, Category]:
    """The categories of that version, which many pages read, and none may change."""
    return Category.objects.linked()


def _sold(version: str) -> Sold:
    now = timezone.now()
    currencies = summary(version).currencies
    usual = max(currencies, key=currencies.__getitem__, default="")
    reduced = Product.objects.on_offer().filter(sale_price__isnull=False)
    dates = ("sale_starts_at", "sale_ends_at")
    passed = [reduced.filter(**{f"{date}__lte": now}).aggregate(moment=Max(date))["moment"] for date in dates]
    coming = [reduced.filter(**{f"{date}__gt": now}).aggregate(moment=Min(date))["moment"] for date in dates]
    return Sold(
        currency=settings.CURRENCY if settings.CURRENCY in currencies else usual,
        has_sales=reduced.filter(is_on_sale(now)).exists(),
        has_sizes=ProductSize.objects.exists(),
        sales=repr(passed),
        until=min(filter(None, coming), default=None),
    )


def _kept(
    key: str, compute: Callable[[], Computed], until: Callable[[Computed], datetime | None] = for_all_its_time
) -> Computed:
    digest = hashlib.sha256(key.encode()).hexdigest()
    return kept(f"selection:{digest}", compute, SECONDS_KEPT, until)


def _rounded(number: int) -> int:
    """To two digits, as one says it of what is estimated."""
    step = 10 ** max(0, len(str(number)) - 2)
    return number // step * step


def _worth(count: int, worth: float) -> int:
    """How many products so many stand for."""
    return count if worth == 1 else _rounded(round(count * worth))
