"""What shoppers did in the last days, as the administration shows it and as tables to download."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from catalog.models import Product, Synonym
from recommender.statistics.models import Happening, ProductCount, SearchedWords
from recommender.statistics.places import PLACES, PLOTTED
from recommender.statistics.plots import Plot

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ROWS_ON_PAGE = 30
PRODUCTS_ON_PAGE = 12
POSITIONS_PLOTTED = 24
Kind = Happening.Kind


@dataclass(frozen=True)
class Day:
    day: date
    words: int
    photos: int


@dataclass(frozen=True)
class Place:
    """How often cards stood in a place, and were clicked there."""

    label: "StrOrPromise"
    shown: int
    """0 where it is not counted"""
    followed: int
    """How often with at least one click"""
    clicks: int

    @property
    def share(self) -> float | None:
        """In percent, how many of the pages that show it are clicked there."""
        return 100 * min(self.followed / self.shown, 1) if self.shown else None


@dataclass(frozen=True)
class Curve:
    """How many of 100 pages that show a place were clicked at each position there."""

    label: "StrOrPromise"
    clicks: list[int]
    rates: list[float]

    @property
    def rows(self) -> list[tuple[int, int, float]]:
        return [(number, *both) for number, both in enumerate(zip(self.clicks, self.rates, strict=True), 1)]

    @property
    def plot(self) -> Plot:
        return Plot.of(
            [gettext("{number}: {rate:.1f} of 100").format(number=number, rate=rate) for number, _, rate in self.rows],
            self.rates,
        )


class Report:
    """The last so many days, today among them."""

    def __init__(self, days: int):
        self.days = days
        self.today = timezone.localdate()
        self.days_kept = settings.STATISTICS_DAYS
        self.first = self.today - timedelta(days=days - 1)
        self.searched_words = SearchedWords.objects.since(self.first)
        self.happenings = Happening.objects.since(self.first)
        self.product_counts = ProductCount.objects.since(self.first)

    @cached_property
    def by_day(self) -> list[Day]:
        words = self.searched_words.by("day")
        photos = self.happenings.filter(kind=Kind.PHOTO).by("day")
        days = (self.first + timedelta(days=number) for number in range(self.days))
        return [Day(day, words.get(day, 0), photos.get(day, 0)) for day in days]

    @cached_property
    def day_plot(self) -> Plot:
        days = self.by_day
        said = gettext("{day}: {words} by words, {photos} by photo")
        labels = [
            said.format(day=date_format(day.day, "MONTH_DAY_FORMAT"), words=day.words, photos=day.photos)
            for day in days
        ]
        return Plot.of(labels, [day.words for day in days], [day.photos for day in days])

    @property
    def searches(self) -> int:
        return sum(day.words for day in self.by_day)

    @property
    def photo_searches(self) -> int:
        return sum(day.photos for day in self.by_day)

    @cached_property
    def words(self) -> list[tuple[str, int, int, int]]:
        """(words, times, times in vain, times in vain in part)"""
        return list(self.searched_words.most_searched()[:ROWS_ON_PAGE])

    @cached_property
    def in_vain(self) -> list[tuple[str, int, bool]]:
        """(words, times in vain, whether they are in the table of synonyms by now)"""
        rows = list(self.searched_words.in_vain()[:ROWS_ON_PAGE])
        known = set(Synonym.objects.filter(phrase__in=[words for words, _ in rows]).values_list("phrase", flat=True))
        return [(words, times, words in known) for words, times in rows]

    @cached_property
    def photos(self) -> dict[str, int]:
        """How many photo searches found what: `close`, `far` and `nothing`."""
        return dict.fromkeys(("close", "far", "nothing"), 0) | self.happenings.filter(kind=Kind.PHOTO).by("detail")

    @cached_property
    def places(self) -> dict[str, Place]:
        """Those where anything happened, in the order of the table of places."""
        times = self.happenings.exclude(kind=Kind.PHOTO).by("place", "kind")
        kinds = (Kind.SHOWN, Kind.FOLLOWED, Kind.CLICKED)
        places = {name: Place(label, *(times.get((name, kind), 0) for kind in kinds)) for name, label in PLACES.items()}
        return {name: place for name, place in places.items() if place.shown or place.clicks}

    @cached_property
    def curves(self) -> list[Curve]:
        """Of the places whose positions are plotted, where anything is clicked."""
        clicked = self.happenings.filter(kind=Kind.CLICKED, place__in=PLOTTED).by("place", "position")
        places = [(name, self.places[name]) for name in PLOTTED if name in self.places and self.places[name].clicks]
        return [self._curve(name, place, clicked) for name, place in places]

    def _curve(self, name: str, place: Place, clicked: dict[tuple[str, int], int]) -> Curve:
        clicks = [clicked.get((name, number), 0) for number in range(1, POSITIONS_PLOTTED + 1)]
        return Curve(place.label, clicks, [100 * number / (place.shown or place.clicks) for number in clicks])

    @cached_property
    def similarities(self) -> list[tuple[str, str, int]]:
        """(place, similarity in percent, clicks) of the clicks whose similarity is known."""
        clicked = self.happenings.filter(kind=Kind.CLICKED).exclude(detail="").by("place", "detail")
        rows = sorted(((place, int(tens), times) for (place, tens), times in clicked.items()), key=_by_likeness)
        return [
            (PLACES.get(place, place), "100" if tens == 100 else f"{tens}–{tens + 9}", times)
            for place, tens, times in rows
        ]

    @cached_property
    def viewed(self) -> list[tuple[Product, int]]:
        return self.product_counts.top("viewed", PRODUCTS_ON_PAGE)

    @cached_property
    def favoured(self) -> list[tuple[Product, int]]:
        return self.product_counts.top("favoured", PRODUCTS_ON_PAGE)

    def day_rows(self) -> Iterable[Sequence[object]]:
        return [(day.day, day.words, day.photos) for day in self.by_day]

    def words_rows(self) -> Iterable[Sequence[object]]:
        return self.searched_words.most_searched().iterator()

    def in_vain_rows(self) -> Iterable[Sequence[object]]:
        return self.searched_words.in_vain().iterator()

    def photo_rows(self) -> Iterable[Sequence[object]]:
        return self.photos.items()

    def place_rows(self) -> Iterable[Sequence[object]]:
        return [(place.label, place.shown, place.followed, place.clicks) for place in self.places.values()]

    def position_rows(self) -> Iterable[Sequence[object]]:
        clicked = self.happenings.filter(kind=Kind.CLICKED).by("place", "position")
        return [(PLACES.get(place, place), position, times) for (place, position), times in clicked.items()]

    def product_rows(self) -> Iterable[Sequence[object]]:
        return self.product_counts.totals().iterator()


def _by_likeness(row: tuple[str, int, int]) -> tuple[str, int]:
    place, tens, _ = row
    return place, -tens


TABLES: dict[str, tuple[tuple[str, ...], Callable[[Report], Iterable[Sequence[object]]]]] = {
    "days": (("day", "by words", "by photo"), Report.day_rows),
    "words": (("words", "searches", "nothing found", "only most of it found"), Report.words_rows),
    "words-without-results": (("words", "searches"), Report.in_vain_rows),
    "photos": (("found", "searches"), Report.photo_rows),
    "places": (("place", "shown", "with a click", "clicks"), Report.place_rows),
    "positions": (("place", "position", "clicks"), Report.position_rows),
    "similarities": (("place", "similarity in percent", "clicks"), lambda report: report.similarities),
    "products": (("sku", "name", "viewed", "made a favourite"), Report.product_rows),
}
"""What can be downloaded: the columns and the rows, by the name of the file."""
