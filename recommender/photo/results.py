"""The products that look like what was asked with: grouped by how close they are, narrowed, and voted over."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from catalog import prices
from catalog.attributes import ATTRIBUTES, NAMES
from catalog.choices import Choice, Facet, Filters
from catalog.facets import in_order_of_sizes, sold
from catalog.models import CatalogVersion, MerchandisingRule, Product, ProductSize
from catalog.money import Range
from catalog.prices import PriceFacet
from catalog.querysets import SIZE, ProductQuerySet
from recommender import neighbours
from recommender.cards import Card, percent
from recommender.models import Calibration, Encoder
from recommender.neighbours import Match
from recommender.photo import store
from recommender.photo.boxes import WHOLE
from recommender.photo.eye import load_eye
from recommender.photo.query import FACETS, PhotoQuery
from recommender.photo.store import StoredPhoto

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

VALUES = {
    "kind": "product__category",
    "category": "product__category__name",
    **{name: f"product__{name}" for name in NAMES},
}
"""The columns of an embedding by what they are called as values of a product"""
COLUMNS = ("product__sku", "product__is_sold_out", *VALUES.values())
PER_PAGE = 24
LEVELS = {
    "close": pgettext_lazy("products that look alike", "Close"),
    "loose": gettext_lazy("Loosely similar"),
    "far": gettext_lazy("No good match"),
}
UNCALIBRATED = (0.35, 0.6)
VOTERS = 30
SHARPNESS = 12.0
"""How much more a nearer neighbour's vote weighs: exp(12 x cosine)."""
SURE = {"category": 0.6, "gender": 0.8}
SURE_OF_OTHERS = 0.96
"""The share of the votes from which on a guess is said, so that nine in ten are right. Of 4,028 products that the
encoder was not trained on, among all 40,000, the category is said for 95 % (90 % right), the gender for 92 % (95 %),
the colour for 38 % (90 %)."""
SURE_BY_EYE = 0.8
"""How sure the eye must be for whom the thing on a photo is, as neighbours are of one mind about children's things too.
Without this the gender is said for 70 % of 862 photos that people took; of 26 children's things among them 7 are called
a child's. With it it is said for 34 %, and 5 of 6 are."""
VOTED = ("category", *(attribute.name for attribute in ATTRIBUTES if attribute.is_guessed))


class Alike(NamedTuple):
    """A product that looks like it, with what the facets count."""

    similarity: float
    pk: int
    sku: str
    digest: str
    """Of the nearest of its pictures"""
    is_sold_out: bool
    values: dict[str, str]


@dataclass(frozen=True)
class Guess:
    """What the neighbours say of the photo; the confidence is the share of their weighted votes."""

    name: str
    """Of the attribute, or `category`"""
    label: str
    confidence: int
    """In percent"""
    address: str


@dataclass(frozen=True)
class Group:
    """The products of one page that are about as close."""

    name: str
    title: "StrOrPromise"
    cards: list[Card]


class Results:
    """Up to 500 products that look most like a vector (d,). Everything on the page counts over just these.

    What is searched with is no result.
    """

    def __init__(self, query: PhotoQuery, encoder: Encoder, vector: np.ndarray):
        self.query = query
        self._filters = Filters(query.filters, query.filtered)
        rows = neighbours.look_alikes(encoder, vector, COLUMNS)
        self.alikes = [_alike(row) for row in rows]
        calibration = Calibration.objects.filter(encoder=encoder).only("thresholds").first()
        thresholds: dict[str, list[float]] = calibration.thresholds if calibration else {}
        kinds = self._votes("kind")
        kind = max(kinds, key=kinds.__getitem__, default="")
        self._loose, self._close = thresholds.get(kind) or thresholds.get("") or UNCALIBRATED
        self._steering = MerchandisingRule.objects.of_photo_search().in_force().steering()
        self._sold = sold(CatalogVersion.now())

    @cached_property
    def chosen(self) -> list[Alike]:
        """Those that all filters leave, best first."""
        return self._narrowed()

    @property
    def is_anything_close(self) -> bool:
        return any(self._level(alike) == "close" for alike in self.chosen)

    @property
    def count(self) -> int:
        """How many different pictures there are."""
        return len(self._pictures)

    @property
    def first_number(self) -> int:
        """Of this page's products, counted from 1."""
        return (self.query.page - 1) * PER_PAGE + 1

    @property
    def last_number(self) -> int:
        return min(self.query.page * PER_PAGE, self.count)

    @property
    def pages(self) -> int:
        return max(1, math.ceil(self.count / PER_PAGE))

    @property
    def previous_page(self) -> str:
        return self.query.address(page=self.query.page - 1) if self.query.page > 1 else ""

    @property
    def next_page(self) -> str:
        return self.query.address(page=self.query.page + 1) if self.query.page < self.pages else ""

    def matches(self, count: int, read: ProductQuerySet | None = None) -> list[Match]:
        """The first products, one for each picture, best first. `read` as `neighbours.matches` has it."""
        first = [alikes[0] for alikes in self._pictures[:count]]
        among = Product.objects.for_cards() if read is None else read
        return self._matches(first, among.in_bulk([alike.pk for alike in first]))

    def _matches(self, alikes: list[Alike], products: dict[int, Product]) -> list[Match]:
        """Those of them that are among the products, with the pictures by which they were found."""
        known = [alike for alike in alikes if alike.pk in products]
        further = neighbours.further_pictures([(products[alike.pk], alike.digest) for alike in known])
        return [Match(products[alike.pk], alike.similarity, further.get(alike.pk)) for alike in known]

    def groups(self) -> list[Group]:
        """This page's products, one card for each picture."""
        pictures = self._pictures[(self.query.page - 1) * PER_PAGE :][:PER_PAGE]
        products = Product.objects.for_cards().in_bulk([alike.pk for alikes in pictures for alike in alikes])
        matches = {match.product.pk: match for match in self._matches([first for first, *_ in pictures], products)}
        groups = defaultdict(list)
        for first, *copies in pictures:
            if match := matches.get(first.pk):
                also = tuple(products[copy.pk] for copy in copies if copy.pk in products)
                card = Card(match.product, percent(match.similarity), copies=also, picture=match.picture)
                groups[self._level(first)].append(card)
        return [Group(name, LEVELS[name], groups[name]) for name in LEVELS if groups[name]]

    def facets(self) -> list[Facet]:
        """The facets, each value with the different pictures that it has among what the other facets leave."""
        facets = [self._facet(name, str(label)) for name, label in FACETS.items()]
        return [facet for facet in facets if facet.choices]

    def _facet(self, name: str, label: str) -> Facet:
        # Products that show the very same picture share a card.
        shown = {(alike.digest, value) for alike in self._narrowed(without=name) for value in self._values(alike, name)}
        facet = self._filters.facet(name, label, Counter(value for _, value in shown))
        return in_order_of_sizes(facet) if name == SIZE else facet

    @cached_property
    def price_facet(self) -> PriceFacet | None:
        """What those cost that the other facets leave; None where there is nothing to choose between."""
        priced = [alike for alike in self._narrowed(without="price") if alike.pk in self._costs]
        costs = Counter(cost for _, cost in {(alike.digest, self._costs[alike.pk]) for alike in priced})
        currency, price = self._sold.currency, self.query.price
        if not costs or (len(costs) == 1 and not price):
            return None
        return PriceFacet(currency, price, min(costs), max(costs), prices.bars(costs, price, currency))

    @property
    def form_action(self) -> str:
        """Where the form of the facets leads to."""
        return reverse("recommender:photo_search")

    @property
    def form_values(self) -> list[tuple[str, str]]:
        """Names and values of what that form keeps beside the facets."""
        return self.query.pairs_without_filters()

    def chips(self) -> list[Choice]:
        """What narrows the results, each with the address without it."""
        colour = self.query.colour
        chips = self._filters.chips(but=("base_colour", colour))
        if self._price:
            shown = self._price.shown(self._sold.currency)
            chips.append(Choice(shown, self.query.address(price=Range()), is_chosen=True))
        if colour:
            label = gettext("in {colour}").format(colour=colour)
            chips.append(Choice(label, self.query.turned_to(""), is_chosen=True))
        return chips

    def guesses(self) -> list[Guess]:
        """What the photo shows, where the nearest neighbours are sure; what is chosen already is left out."""
        guesses = []
        for name in VOTED:
            votes = self._votes(name)
            total = sum(votes.values())
            votes.pop("", None)
            if votes and name not in self.query.filters:
                value = max(votes, key=votes.__getitem__)
                share = votes[value] / total
                if share >= SURE.get(name, SURE_OF_OTHERS) and not (name == "gender" and self._eye_doubts_gender()):
                    guesses.append(Guess(name, value, round(100 * share), self._filters.toggled(name, value)))
        return guesses

    def colours(self) -> list[Choice]:
        """The colours to see it in."""
        colours = Counter(alike.values["base_colour"] for alike in self.alikes)
        del colours[""]
        return [
            Choice(name, self.query.turned_to(name), count, name == self.query.colour)
            for name, count in colours.most_common(12)
        ]

    @cached_property
    def _pictures(self) -> list[list[Alike]]:
        """The chosen, those that show the very same picture together; of the close ones sold-out ones may be last."""
        pictures = defaultdict(list)
        for alike in self.chosen:
            pictures[alike.digest].append(alike)
        if settings.SOLD_OUT != "last":
            return list(pictures.values())
        levels = list(LEVELS)
        return sorted(pictures.values(), key=lambda some: (levels.index(self._level(some[0])), some[0].is_sold_out))

    def _eye_doubts_gender(self) -> bool:
        try:
            photos = list(filter(None, map(store.find, self.query.photos)))
        except store.PhotosAway:
            # It cannot be asked.
            return True
        return any(self._sureness_of_gender(photo) < SURE_BY_EYE for photo in photos)

    def _sureness_of_gender(self, photo: StoredPhoto) -> float:
        """What the eye said when it came, unless another part of it is searched with."""
        box = self.query.box
        if photo.shown and (box is None or str(box) == str(photo.shown.box)):
            return photo.shown.sureness_of_gender
        return load_eye().look_at((box or WHOLE).cut(photo.pixels)).sureness_of_gender

    @cached_property
    def _steered(self) -> list[Alike]:
        """All that staff show; they move products among those that are about as close, and none that is no match."""
        others = [alike for alike in self.alikes if alike.sku not in self.query.likes]
        return sorted(self._steering.steered(others, lambda alike: alike.pk), key=self._rank)

    def _rank(self, alike: Alike) -> tuple[int, float]:
        level = self._level(alike)
        # What is no match at all has nothing in common: there only the order of nearness says anything.
        return list(LEVELS).index(level), -alike.similarity if level == "far" else 0.0

    def _narrowed(self, without: str = "") -> list[Alike]:
        filters = {name: set(values) for name, values in self.query.filters.items() if name != without}
        price = Range() if without == "price" else self._price
        if not (filters or price):
            return self._steered
        return [
            alike
            for alike in self._steered
            if all(not wanted.isdisjoint(self._values(alike, name)) for name, wanted in filters.items())
            and (not price or price.includes(self._costs.get(alike.pk)))
        ]

    def _values(self, alike: Alike, name: str) -> Sequence[str]:
        """Its values of a facet."""
        return self._sizes.get(alike.pk, ()) if name == SIZE else (alike.values[name],)

    @property
    def _price(self) -> Range:
        """The price that is asked for, where there are any."""
        return self.query.price if self._sold.currency else Range()

    @cached_property
    def _costs(self) -> dict[int, Decimal]:
        """What the products cost now, by their ids."""
        if not self._sold.currency:
            return {}
        return Product.objects.filter(pk__in=self._ids).costs(self._sold.currency, timezone.now())

    @cached_property
    def _sizes(self) -> dict[int, list[str]]:
        """The sizes that the products are to be had in, by their ids."""
        return ProductSize.objects.to_be_had(self._ids) if self._sold.has_sizes else {}

    @property
    def _ids(self) -> list[int]:
        return [alike.pk for alike in self.alikes]

    def _level(self, alike: Alike) -> str:
        if alike.similarity >= self._close:
            return "close"
        return "loose" if alike.similarity >= self._loose else "far"

    def _votes(self, name: str) -> dict[str, float]:
        """How much the nearest neighbours are for each value."""
        votes: dict[str, float] = defaultdict(float)
        for voter in self.alikes[:VOTERS]:
            votes[voter.values[name]] += math.exp(SHARPNESS * voter.similarity)
        return votes


def _alike(row: tuple) -> Alike:
    pk, digest, distance, _, sku, is_sold_out, *others = row
    texts = ["" if value is None else str(value) for value in others]
    return Alike(1 - distance, pk, sku, digest, is_sold_out, dict(zip(VALUES, texts, strict=True)))
