"""How many products have which values: the whole catalogue in a few thousand numbers that lie in every process.

Products of the same category and the same attributes are one row with their count. So whatever is narrowed by these is
counted exactly in a millisecond, however many products there are, and without a query.
"""

import logging
import time
from collections.abc import Collection, Mapping, Sequence
from threading import Lock, Thread
from typing import Any

import numpy as np
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections
from django.db.models import Count

from catalog.attributes import NAMES
from catalog.models import CatalogVersion, Product

logger = logging.getLogger(__name__)
COLUMNS = ("category", *NAMES)
LARGE = 100_000
"""To look at so many products takes longer than a page may: counts of the last minute are shown meanwhile."""
SECONDS_BETWEEN_LOOKS = 60


class Summary:
    """The products that lists show, of a version of the catalogue, counted by `COLUMNS`."""

    def __init__(self, version: str, rows: Sequence[tuple[Any, ...]]):
        """A row has a value of each column, and how many products have these."""
        self.version = version
        *columns, counts = zip(*rows, strict=True) if rows else [()] * (len(COLUMNS) + 1)
        self._counts = np.array(counts, dtype=np.int64)
        self.size = int(self._counts.sum())
        self._values = {name: list(dict.fromkeys(column)) for name, column in zip(COLUMNS, columns, strict=True)}
        self._codes = {}
        for name, column in zip(COLUMNS, columns, strict=True):
            places = {value: place for place, value in enumerate(self._values[name])}
            self._codes[name] = np.fromiter((places[value] for value in column), np.int32, len(column))

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


class Kept:
    """The summary as this process made it last."""

    def __init__(self) -> None:
        self._summary: Summary | None = None
        self._sold_out, self._made_at = "", 0.0
        self._lock = Lock()

    def of(self, version: str) -> Summary:
        """That of the version; of a large catalogue one that is little more than a minute behind."""
        kept = self._summary
        if kept is None or self._sold_out != settings.SOLD_OUT:
            return self._make(version)
        if kept.version == version:
            return kept
        if kept.size < LARGE:
            return self._make(version)
        if time.monotonic() - self._made_at > SECONDS_BETWEEN_LOOKS and self._lock.acquire(blocking=False):
            Thread(target=self._make_aside, name="summary", daemon=True).start()
        return kept

    def _make(self, version: str) -> Summary:
        self._summary, self._sold_out, self._made_at = _made(version), settings.SOLD_OUT, time.monotonic()
        return self._summary

    def _make_aside(self) -> None:
        try:
            self._make(CatalogVersion.now())
        except (DatabaseError, InterfaceError) as error:
            logger.warning("The catalogue cannot be counted, and older counts are shown: %s", error)
        finally:
            self._lock.release()
            connections.close_all()


KEPT = Kept()


def summary(version: str) -> Summary:
    """The counts of the catalogue of that version."""
    return KEPT.of(version)


def rows_of(products: Any) -> list[tuple[Any, ...]]:
    """The products, counted by `COLUMNS`."""
    return list(products.order_by().values_list(*COLUMNS).annotate(count=Count("pk")))


def _made(version: str) -> Summary:
    return Summary(version, rows_of(Product.objects.on_offer()))
