"""Every query on counts."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Self, TypeVar

from django.db import connection, models
from django.db.models import Case, F, Q, Sum, Value, When

from catalog.models import Product

if TYPE_CHECKING:
    from recommender.statistics.models import Count

MOST_WORDS_A_DAY = 2000
"""What is searched beyond them is counted, and its words are not kept."""
MOST_PRODUCTS_A_DAY = 10_000
"""Those beyond them are not counted."""
FEWEST_SEARCHES = 3
"""So many searches must have had words that find something before anybody is shown them."""
Model = TypeVar("Model", bound="Count")


class CountQuerySet(models.QuerySet[Model]):
    def add(self, counts: Mapping[tuple, int]) -> None:
        """Adds to the times of what the keys name, and begins with what is not there yet."""
        if not counts:
            return
        # In one order everywhere, so that no two processes wait for each other.
        rows = [(*key, times) for key, times in sorted(counts.items())]
        table = connection.ops.quote_name(self.model._meta.db_table)
        key = ", ".join(self.model.KEY)
        row = f"({', '.join(['%s'] * len(rows[0]))})"
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} ({key}, times) VALUES {', '.join([row] * len(rows))} "  # noqa: S608 – own names
                f"ON CONFLICT ({key}) DO UPDATE SET times = {table}.times + EXCLUDED.times",
                [value for row in rows for value in row],
            )

    def since(self, day: date) -> Self:
        """From that day on."""
        return self.filter(day__gte=day)

    def total(self) -> int:
        return self.aggregate(total=Sum("times"))["total"] or 0

    def by(self, *fields: str) -> dict:
        """The times of each value of the field, or of each tuple of values of several, in their order."""
        rows = self.order_by(*fields).values_list(*fields).annotate(total=Sum("times"))
        return {key[0] if len(key) == 1 else tuple(key): total for *key, total in rows}


class SearchedWordsQuerySet(CountQuerySet):
    def add(self, counts: Mapping[tuple, int]) -> None:
        """Words beyond the most that are kept of a day are counted as ""."""
        known = _room(self, counts, "words", MOST_WORDS_A_DAY)
        kept: Counter[tuple] = Counter()
        for (day, words, answer), times in counts.items():
            kept[day, words if words in known[day] else "", answer] += times
        super().add(kept)

    def kept(self) -> Self:
        return self.exclude(words="")

    def most_searched(self) -> models.QuerySet:
        """(words, times, times in vain, times in vain in part) of what may be shown, the most searched first."""
        return (
            self._grouped()
            .filter(Q(searches__gte=FEWEST_SEARCHES) | Q(in_vain__gt=0))
            .values_list("words", "searches", "in_vain", "in_part")
        )

    def in_vain(self) -> models.QuerySet:
        """(words, times in vain), the most searched first. They are shown from the first search on."""
        return self._grouped().filter(in_vain__gt=0).order_by("-in_vain", "words").values_list("words", "in_vain")

    def fold_rare(self, before: date) -> None:
        """Forgets words of days before that one which nobody will be shown; how often they were searched stays."""
        shown = set(self.most_searched().values_list("words", flat=True))
        rare = self.kept().filter(day__lt=before).exclude(words__in=shown)
        folded = Counter({(day, "", answer): times for (day, answer), times in rare.by("day", "answer").items()})
        rare.delete()
        super().add(folded)

    def _grouped(self) -> models.QuerySet:
        def times(answer: str) -> Sum:
            return Sum(Case(When(answer=answer, then=F("times")), default=Value(0)))

        words = self.kept().order_by().values("words")
        counted = words.annotate(searches=Sum("times"), in_vain=times("nothing"), in_part=times("part"))
        return counted.order_by("-searches", "words")


class ProductCountQuerySet(CountQuerySet):
    def add(self, counts: Mapping[tuple, int]) -> None:
        """Products that are gone by now are left out, and those beyond the most that are counted of a day."""
        known = _room(self, counts, "product_id", MOST_PRODUCTS_A_DAY)
        there = set(Product.objects.filter(pk__in={pk for _, pk, _ in counts}).values_list("pk", flat=True))
        super().add({key: times for key, times in counts.items() if key[1] in known[key[0]] & there})

    def totals(self) -> models.QuerySet:
        """(sku, name, views, times it was made a favourite) of each product, the most viewed first."""
        times = {kind: Sum("times", filter=Q(kind=kind), default=0) for kind in ("viewed", "favoured")}
        products = self.order_by().values("product__sku", "product__name").annotate(**times)
        ordered = products.order_by("-viewed", "-favoured", "product__sku")
        return ordered.values_list("product__sku", "product__name", "viewed", "favoured")

    def top(self, kind: str, most: int) -> list[tuple[Product, int]]:
        """The products with the most of that kind, each with how often."""
        rows = self.filter(kind=kind).order_by().values_list("product").annotate(total=Sum("times"))
        totals = dict(rows.order_by("-total", "product")[:most])
        products = Product.objects.for_cards().in_bulk(totals)
        return [(products[pk], total) for pk, total in totals.items() if pk in products]


def _room(counted: CountQuerySet, counts: Mapping[tuple, int], field: str, most: int) -> dict[date, set]:
    """For each day the values of the field, the second of the key, that are among the first so many of the day."""
    known: dict[date, set] = {}
    for day in {key[0] for key in counts}:
        values = {key[1] for key in counts if key[0] == day}
        rows = counted.filter(day=day)
        there = set(rows.filter(**{f"{field}__in": values}).values_list(field, flat=True))
        left = max(most - rows.values(field).distinct().count(), 0)
        known[day] = there | set(sorted(values - there)[:left])
    return known
