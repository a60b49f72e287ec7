"""How many products have which values: the whole catalogue in a few thousand numbers that lie in every process.

Products of the same category and the same attributes are one row with their count. So whatever is narrowed by these is
counted exactly in a millisecond, however many products there are, and without a query.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from django.db.models import Count

from catalog.attributes import NAMES
from catalog.caching import LastMade
from catalog.models import Product

COLUMNS = ("category", *NAMES)
LARGE = 100_000
"""So many products are counted while the last counts are shown, and of those that words find the first are ranked."""
SECONDS_BETWEEN_COUNTS = 60
SECONDS_UNTIL_TRIED_AGAIN = 1
"""After counts that failed, so that those that are shown are little more than a minute old"""


class Summary:
    """The products that lists show, of a version of the catalogue, counted by `COLUMNS`."""

    def __init__(self, version: str, rows: Sequence[tuple[Any, ...]], currencies: Mapping[str, int] | None = None):
        """A row has a value of each column, and how many products have these; so many prices are in each currency."""
        self.version, self.currencies = version, currencies or {}
        *columns, counts = zip(*rows, strict=True) if rows else [()] * (len(COLUMNS) + 1)
        self._counts = np.array(counts, dtype=np.int64)
        self.size = int(self._counts.sum())
        self._values = {name: list(dict.fromkeys(column)) for name, column in zip(COLUMNS, columns, strict=True)}
        self._codes = {}
        for name, column in zip(COLUMNS, columns, strict=True):
            places = {value: place for place, value in enumerate(self._values[name])}
            self._codes[name] = np.fromiter((places[value] for value in column), np.int32, len(column))

    @property
    def is_large(self) -> bool:
        """Whether to look at all products takes longer than a page may."""
        return self.size >= LARGE

    def count(self, chosen: Mapping[str, Collection[object]]) -> int:
        """How many have one of the chosen values, as addresses write them, of each column."""
        return int(self._counts[self._having(chosen)].sum())

    def counts(self, column: str, chosen: Mapping[str, Collection[object]]) -> dict[object, int]:
        """How many of them have each value of the column."""
        having = self._having(chosen)
        values = self._values[column]
        sums = np.bincount(self._codes[column][having], self._counts[having], minlength=len(values))
        return {value: int(count) for value, count in zip(values, sums, strict=True) if count}

    def _having(self, chosen: Mapping[str, Collection[object]]) -> np.ndarray:
        having = np.ones(len(self._counts), dtype=bool)
        for name, wanted in chosen.items():
            written = set(map(str, wanted))
            known = [value is not None and str(value) in written for value in self._values[name]]
            is_wanted = np.array(known, dtype=bool)
            having &= is_wanted[self._codes[name]]
        return having


def rows_of(products: Any) -> list[tuple[Any, ...]]:
    """The products, counted by `COLUMNS`."""
    return list(products.order_by().values_list(*COLUMNS).annotate(count=Count("pk")))


def _made(version: str) -> Summary:
    products = Product.objects.on_offer()
    priced = products.filter(price__isnull=False).order_by().values_list("currency")
    return Summary(version, rows_of(products), dict(priced.annotate(count=Count("pk"))))


LAST = LastMade(
    "summary",
    _made,
    lambda made: made.is_large,
    pause=lambda _: SECONDS_BETWEEN_COUNTS,
    pause_after_failure=SECONDS_UNTIL_TRIED_AGAIN,
)


def summary(version: str) -> Summary:
    """The counts of the catalogue of that version; of a large one counts that are little more than a minute behind."""
    return LAST.of(version)
