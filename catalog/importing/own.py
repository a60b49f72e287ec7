"""What the shop has already, which a file's ids and values are held against."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache

from django.db.models import Count

from catalog.importing.ids import FORMS, LostDigits, as_number
from catalog.importing.reading import RowIssue, StyleRow
from catalog.importing.survey import UNIFIED, Uses
from catalog.importing.values import LEVELS
from catalog.models import Category, Product


class Skus:
    """The ids of the shop and of the rows before, which letters in another case do not tell apart."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._writings: dict[str, str] = {}
        self._with_zeros: dict[str, str] = {}
        self._last = 0
        self.refresh()

    def refresh(self) -> None:
        """Takes notice of the products that have come since."""
        newer = Product.objects.filter(pk__gt=self._last).order_by("pk").values_list("pk", "sku")
        for self._last, sku in newer.iterator():
            self._known.add(sku)
            self._writings[sku.casefold()] = sku
            if sku.startswith("0") and sku.isdigit():
                self._with_zeros[sku.lstrip("0")] = sku

    def as_known(self, row: StyleRow | RowIssue) -> StyleRow | RowIssue:
        """The row with its id as the shop, or a row before, writes it."""
        if row.sku in self._known:
            return row
        if isinstance(row, RowIssue):
            return replace(row, sku=self._writings.get(row.sku.casefold(), row.sku))
        known = self._writings.setdefault(row.sku.casefold(), row.sku)
        return row if known == row.sku else replace(row, sku=known, written=row.sku)

    def is_new(self, sku: str) -> bool:
        """Whether the shop has no such id."""
        return sku not in self._known

    def with_zeros(self, sku: str) -> str:
        """An id of the shop that is this one with zeros before it; "" where there is none, or this one is known too."""
        return self._with_zeros.get(sku, "") if self.is_new(sku) else ""

    def as_number(self, sku: str) -> str:
        """An id, of the shop or a row before, that a spreadsheet may have written like this; "" where there is none."""
        with suppress(LostDigits):
            number = as_number(sku)
            if self.is_new(sku) and number != sku:
                return self._with_zeros.get(number.lstrip("0"), self._writings.get(number, ""))
        return ""


@lru_cache(maxsize=1)
def skus_of(job_pk: int) -> Skus:
    """The same ones in all slices of a job, as it takes long to read them; refresh them in each."""
    return Skus()


def damaged_skus() -> list[str]:
    """The shop's ids that look as if a spreadsheet had written them, and yet are what they are."""
    pattern = "|".join(f"^({known.pattern})$" for kind, known in FORMS.items() if kind != "fraction")
    return list(Product.objects.filter(sku__regex=pattern).values_list("sku", flat=True)[:1000])


def known_among(skus: Collection[str]) -> list[str]:
    """Those of the ids that the shop has."""
    return list(Product.objects.filter(sku__in=skus).values_list("sku", flat=True))


def uses() -> Uses:
    """How often the shop writes its values just so. Its categories count once each."""
    found: dict[str, dict[str, int]] = {}
    for name in UNIFIED - set(LEVELS):
        counted = Product.objects.order_by().exclude(**{name: ""}).values_list(name).annotate(count=Count("pk"))
        found[name] = dict(counted)
    for category in Category.objects.select_related("parent__parent").order_by("pk"):
        found.setdefault(LEVELS[len(category.path) - 1], {})[category.name] = 1
    return found
