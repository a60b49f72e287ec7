"""Prices to choose from: a range, and how many products cost how much, drawn as bars."""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from django.http import QueryDict
from django.utils.translation import gettext

from catalog import money
from catalog.money import POINT, NoMoney, Range

LIMITS = ("min_price", "max_price")

MOST_BARS = 24
TAIL = 0.97
"""The last bar takes all products beyond this share, so that a few dear ones do not flatten the rest."""
STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5))
HEIGHT = 40
BAR_WIDTH = 10
GAP = 2


@dataclass(frozen=True)
class Bar:
    """How many products cost so much; its place in the drawing is in units of the drawing."""

    label: str
    count: int
    x: int
    y: int
    height: int
    is_chosen: bool


@dataclass(frozen=True)
class PriceFacet:
    """The range that is chosen, and what the products cost that the other choices leave."""

    currency: str
    chosen: Range
    lowest: Decimal
    highest: Decimal
    bars: Sequence[Bar]

    bar_width = BAR_WIDTH - GAP
    height = HEIGHT

    @property
    def width(self) -> int:
        return len(self.bars) * BAR_WIDTH

    @property
    def shown_lowest(self) -> str:
        return money.formatted(self.lowest, self.currency)

    @property
    def shown_highest(self) -> str:
        return money.formatted(self.highest, self.currency)

    @property
    def least(self) -> str:
        return _typed(self.chosen.least)

    @property
    def most(self) -> str:
        return _typed(self.chosen.most)


def asked(query: QueryDict) -> Range:
    """The price that an address asks for; its limits may be the wrong way round."""
    least, most = (_limit(query.get(name, "")) for name in LIMITS)
    return Range(most, least) if least and most and least > most else Range(least, most)


def pairs(price: Range) -> Iterator[tuple[str, str]]:
    """The same for an address, as names and values."""
    for name, limit in zip(LIMITS, (price.least, price.most), strict=True):
        if limit is not None:
            yield name, _typed(limit)


def _limit(text: str) -> Decimal | None:
    """A price as a form or a program sends it; None where it is none."""
    with suppress(NoMoney):
        return money.parse(text.strip(), mark=POINT).number
    return None


def bars(counts: Mapping[Decimal, int], chosen: Range, currency: str) -> list[Bar]:
    """The bars of what many products cost, of one width in money; those of the chosen range are marked."""
    ordered = sorted(counts.items())
    lowest, ends = ordered[0][0], _ends(ordered)
    step = _step(ends - lowest)
    start = (lowest // step) * step
    number = int((ends - start) // step) + 1
    sums = [0] * number
    for price, count in ordered:
        sums[min(int((price - start) // step), number - 1)] += count
    highest = max(sums)
    drawn = []
    for place, count in enumerate(sums):
        least, most = start + place * step, start + (place + 1) * step
        height = math.ceil(HEIGHT * count / highest)
        is_last = place == number - 1 and ordered[-1][0] >= most
        shown_least, shown_most = money.formatted(least, currency), money.formatted(most, currency)
        label = gettext("{least} and more") if is_last else gettext("{least} to {most}")
        is_chosen = (chosen.least is None or most > chosen.least or is_last) and (
            chosen.most is None or least <= chosen.most
        )
        drawn.append(
            Bar(
                label.format(least=shown_least, most=shown_most),
                count,
                place * BAR_WIDTH,
                HEIGHT - height,
                height,
                is_chosen,
            )
        )
    return drawn


def _ends(ordered: Sequence[tuple[Decimal, int]]) -> Decimal:
    """The price that all but the dearest products keep to."""
    left = TAIL * sum(count for _, count in ordered)
    for price, count in ordered:
        left -= count
        if left <= 0:
            return price
    return ordered[-1][0]


def _step(span: Decimal) -> Decimal:
    """A round step, so that no more than so many make up the span."""
    least = max(span / (MOST_BARS - 1), Decimal("0.01"))
    power = Decimal(10) ** math.floor(math.log10(least))
    return next((step * power for step in STEPS if step * power >= least), 10 * power)


def _typed(number: Decimal | None) -> str:
    """As a field of a form has it."""
    return "" if number is None else f"{number.normalize():f}"
