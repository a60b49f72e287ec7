"""Prices in what a shopper types: under 2000, below $50, between 20 and 40, ab 100 euro."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from catalog import money
from catalog.money import COMMA, POINT, Amount, Doubtful, NoMoney, Range

SIGN = r"(?:rs\.?|inr|usd|eur|gbp|rupees|dollars?|euros?|pounds?|[$€£₹])"
CURRENCY, ROUND = r"(?:(?:rs\.?|[$€£₹])\s*)?", r"[1-9]\d{1,3}[09]"
"""Of 500-1000, which is a price, where 1242-0105 is a code"""
NUMBER = rf"(?:{SIGN}\s*)?\d[\d.,]*k?(?:\s*{SIGN})?"
AMOUNT = re.compile(rf"(?:{SIGN}\s*)?\d[\d.,]*k?(?:\s*{SIGN}(?!\w))?", re.IGNORECASE)
MOST = (
    r"under|below|within|up\s?to|(?:less|cheaper)\s+than|at\s+most"
    r"|unter|bis(?:\s+zu)?|höchstens|weniger\s+als|günstiger\s+als|moins\s+de|jusqu'à"
)
LEAST = r"over|above|more\s+than|at\s+least|über|mindestens|mehr\s+als|plus\s+de"
NO_PRICE = r"(?!\s*(?:y(?:ea)?rs?|months?|inch(?:es)?|cms?|jahren?|ans)\b)"
"""Under 5 years is an age."""
PRICE = re.compile(
    rf"(?<![\w-])(?:(?:between|zwischen|entre)\s+{NUMBER}\s+(?:and|und|et)\s+{NUMBER}"
    rf"|{CURRENCY}{ROUND}\s*(?:[-\u2013]|to)\s*{CURRENCY}{ROUND}(?!-)|[<>\u2264\u2265]=?\s*{NUMBER}"
    rf"|(?:{MOST}|{LEAST})\s+{NUMBER}"
    rf"|ab\s+(?:{SIGN}\s*\d[\d.,]*|\d[\d.,]*\s*{SIGN})"
    rf"|(?:rs\.?|[$€£₹])\s*\d[\d.,]*)(?!\w){NO_PRICE}",
    re.IGNORECASE,
)
_LEAST = re.compile(rf"(?:{LEAST}|ab\b|[>\u2265])", re.IGNORECASE)


@dataclass(frozen=True)
class Wish:
    """A price that was asked for."""

    said: str
    range: Range


def wishes(text: str) -> Iterator[Wish]:
    """The prices in a text; without an amount that can be read there is no limit."""
    for match in PRICE.finditer(text):
        said = match.group().strip()
        yield Wish(said, _range(said))


def _range(said: str) -> Range:
    amounts = [amount for match in AMOUNT.finditer(said) if (amount := _amount(match.group()))]
    numbers = sorted(amount.number for amount in amounts)
    currency = next((amount.currency for amount in amounts if amount.currency), "")
    if len(numbers) > 1:
        return Range(numbers[0], numbers[-1], currency)
    number = numbers[0] if numbers else None
    return Range(number, None, currency) if _LEAST.match(said) else Range(None, number, currency)


def _amount(text: str) -> Amount | None:
    """Nobody types three decimals: of 1.299 it is the thousands."""
    thousands = re.search(r"\dk(?![a-z])", text, re.IGNORECASE)
    text = re.sub(r"(?<=\d)k(?![a-z])", "", text, flags=re.IGNORECASE)
    try:
        amount = money.parse(text, own=settings.CURRENCY)
    except Doubtful:
        amount = money.parse(text, POINT if COMMA in text else COMMA, settings.CURRENCY)
    except NoMoney:
        return None
    return Amount(amount.number * Decimal(1000), amount.currency) if thousands else amount
