"""All that the catalogue has to suggest, in memory."""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np
from django.urls import reverse
from django.utils.translation import gettext

from catalog.choices import Choice
from catalog.models import Category, Product
from catalog.suggestions.brands import brands_of
from catalog.suggestions.entries import MOST_CHOICES, Entries, fold, named, words_of
from catalog.words.reading import read

MOST_PRODUCTS = 3
CANDIDATES = 24
LONGEST_SPLIT = 2
"""A word may be typed in so many: "t shirt" is "tshirt"."""
NARROWING = 0.9
"""A next word is one that at most this share of the products have."""


@dataclass(frozen=True)
class Suggestions:
    """What is suggested for a text, of each kind the best first."""

    words: Sequence[Choice] = ()
    categories: Sequence[Choice] = ()
    brands: Sequence[Choice] = ()
    products: Sequence[Product] = ()
    are_brands_first: bool = False

    def __bool__(self) -> bool:
        return bool(self.groups or self.products)

    @property
    def groups(self) -> list[tuple[str, Sequence[Choice]]]:
        """What is suggested beside products, with its heading."""
        groups = [(gettext("Words"), self.words), (gettext("Categories"), self.categories)]
        groups.insert(0 if self.are_brands_first else len(groups), (gettext("Brands"), self.brands))
        return [(title, choices) for title, choices in groups if choices]

    @property
    def count(self) -> int:
        return sum(map(len, (self.words, self.categories, self.brands, self.products)))


class Index:
    """What the catalogue has to suggest. The products are its rows, the newest first."""

    def __init__(self, products: Sequence[tuple], categories: Sequence[Category], is_slip: Callable[[str], object]):
        """`products` are (id, sku, category's id, whether it has a picture, brand, name, *values of others).

        `is_slip` says of a folded word whether it is one that is not to be suggested.
        """
        count = len(products)
        self._is_slip = is_slip
        self._ids = [product[0] for product in products]
        self._has_picture = np.array([product[3] for product in products], bool)
        self._chosen = np.ones(count, bool)
        self._address = reverse("catalog:products")
        self._addresses = [category.get_absolute_url() for category in categories]

        place = {category.pk: number for number, category in enumerate(categories)}
        path_of = {category.pk: [place[one.pk] for one in category.path] for category in categories}
        names = [category.name for category in categories]
        within = ((number, row) for row, product in enumerate(products) for number in path_of.get(product[2], []))
        self._categories = named(names, within, count)

        values = {value for product in products for value in product[6:]}
        ordinary = {fold(word) for text in [*values, *names] for word in text.split()}
        brands = brands_of([(product[4], product[5]) for product in products], ordinary, fold)
        beginning = ((number, row) for number, rows in enumerate(brands.values()) for row in rows)
        self._brands = named(list(brands), beginning, count)

        kind_of = {pk: [names[number].lower() for number in path] for pk, path in path_of.items()}
        above = {pk: " ".join(kind[:-1]) for pk, kind in kind_of.items()}
        own = [" ".join([*product[4:], *kind_of.get(product[2], [])[-1:]]).lower() for product in products]
        self._words = words_of(own, [above.get(product[2], "") for product in products])
        self._skus = named([product[1] for product in products], ((row, row) for row in range(count)), count)

    @property
    def count(self) -> int:
        """How many products there are."""
        return len(self._ids)

    def within(self, category: Category) -> "Index":
        """The same for the products of a category, which searches stay in."""
        address = category.get_absolute_url()
        narrowed = copy(self)
        narrowed._chosen = self._categories.products(
            [number for number, known in enumerate(self._addresses) if known == address]
        )
        narrowed._address = address
        return narrowed

    def completions(self, parts: list[str]) -> Suggestions:
        """What goes on like the end of what is typed, among the products that have the words before it."""
        starts = range(len(parts))
        words_before, words, having = max(
            (self._going_on(self._words, parts, [start]) for start in starts[-LONGEST_SPLIT:]),
            key=lambda found: found[2].sum(),
        )
        category_before, categories, within = self._going_on(self._categories, parts, starts)
        brand_before, brands, by_brand = self._going_on(self._brands, parts, starts)
        _, _, with_sku = self._going_on(self._skus, parts, starts)
        branded = [self._brands.labels[brand] for brand in self._brands.first(brands, with_longer=False)]
        branded = [brand for brand in branded if not set(read(brand)) & set(read(brand_before))]
        longer = [word for word in words if fold(self._words.labels[word]) != fold(parts[-1])]
        written = (word for word in longer if not self._is_slip(fold(self._words.labels[word])))
        completed = self.searches(words_before, self._labels(written, without=[*parts[:-1], *branded]))
        is_whole = len(longer) < len(words)
        return Suggestions(
            words=[*completed, *(self._next(parts) if is_whole else ())][:MOST_CHOICES],
            categories=[self._category(category_before, one) for one in self._categories.first(categories)],
            brands=self.searches(brand_before, branded),
            are_brands_first=bool(words and branded) and fold(self._words.labels[words[0]]) == fold(branded[0]),
            products=self._pictured(with_sku, having & self._words.products(words[:1]), having | within | by_brand),
        )

    def next_words(self, parts: list[str]) -> Suggestions:
        """What may be said beside the words that are typed."""
        return Suggestions(words=self._next(parts), products=self._pictured(self._having(parts)))

    def searches(self, before: str, labels: Iterable[str]) -> list[Choice]:
        """A search for each label after the words before."""
        texts = [f"{before} {label}".strip() for label in labels]
        return [Choice(text, f"{self._address}?{urlencode({'q': text})}") for text in texts]

    def _next(self, parts: list[str]) -> list[Choice]:
        among = self._having(parts)
        counts = self._words.counts(among)
        counts[counts > NARROWING * among.sum()] = 0
        words = self._words.best(np.arange(len(counts)), counts)
        return self.searches(" ".join(parts), self._labels(words, without=parts))

    def _labels(self, words: Iterable[int], without: Iterable[str]) -> list[str]:
        return [self._words.labels[word] for word in self._words.first(words, without)]

    def _going_on(self, entries: Entries, parts: list[str], starts: Iterable[int]) -> tuple[str, list[int], np.ndarray]:
        """Splits what is typed at the first of the starts where an entry goes on like what comes after.

        (what comes before, the best of those entries, the products that have both); empty where nothing goes on so.
        """
        for start in starts:
            found = entries.beginning_with(fold("".join(parts[start:])))
            if found.size:
                among = self._having(parts[:start])
                if best := entries.best(found, entries.counts(among)):
                    return " ".join(parts[:start]), best, among & entries.products(found)
        return "", [], np.zeros(len(self._ids), bool)

    def _having(self, parts: list[str]) -> np.ndarray:
        """bool (products,): those that have all of the words, and none that a minus stands before."""
        among = self._chosen.copy()
        for part in parts:
            having = self._words.products(self._words.forms_of(fold(part)))
            among &= ~having if part.startswith("-") else having
        return among

    def _category(self, before: str, category: int) -> Choice:
        """The category, narrowed by the words before its name."""
        name, address = self._categories.labels[category], self._addresses[category]
        if before:
            name, address = (
                gettext("{words} in {category}").format(words=before, category=name),
                f"{address}?{urlencode({'q': before})}",
            )
        return Choice(name, address)

    def _pictured(self, *preferred: np.ndarray) -> list[Product]:
        """The first products of these (bool) that have pictures, no picture twice."""
        rows = [row for chosen in preferred for row in np.flatnonzero(chosen & self._has_picture)[:CANDIDATES]]
        ids = [self._ids[row] for row in dict.fromkeys(rows)]
        found = Product.objects.in_the_shop().with_picture().for_cards().in_bulk(ids)
        by_picture: dict[str, Product] = {}
        for product in (found[pk] for pk in ids if pk in found):
            by_picture.setdefault(product.image_digest, product)
        return list(by_picture.values())[:MOST_PRODUCTS]
