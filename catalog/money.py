"""Amounts of money: read as people of any country write them, and written in the language of the site."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_currency, get_currency_precision, list_currencies
from django.utils.translation import get_language, gettext, to_locale

from catalog.numbers import grouped

MOST = Decimal("999999999")
STEP = Decimal("0.001")
"""No currency has smaller parts; what a spreadsheet's fractions add is rounded away."""
POINT, COMMA = ".", ","
SIGNS: dict[str, tuple[str, ...]] = {
    "€": ("EUR",),
    "£": ("GBP", "EGP"),
    "₹": ("INR",),
    "rs": ("INR", "PKR", "LKR", "NPR", "MUR"),
    "rupees": ("INR", "PKR", "LKR", "NPR", "MUR"),
    "$": ("USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN", "ARS", "CLP", "COP", "TWD"),
    "us$": ("USD",),
    "a$": ("AUD",),
    "au$": ("AUD",),
    "c$": ("CAD",),
    "ca$": ("CAD",),
    "nz$": ("NZD",),
    "s$": ("SGD",),
    "hk$": ("HKD",),
    "r$": ("BRL",),
    "mx$": ("MXN",),
    "dollar": ("USD", "AUD", "CAD", "NZD", "SGD", "HKD"),
    "dollars": ("USD", "AUD", "CAD", "NZD", "SGD", "HKD"),
    "euro": ("EUR",),
    "euros": ("EUR",),
    "pound": ("GBP",),
    "pounds": ("GBP",),
    "¥": ("JPY", "CNY"),
    "円": ("JPY",),
    "元": ("CNY",),
    "₩": ("KRW",),
    "₽": ("RUB",),
    "₺": ("TRY",),
    "tl": ("TRY",),
    "₴": ("UAH",),
    "₪": ("ILS",),
    "₫": ("VND",),
    "฿": ("THB",),
    "₱": ("PHP",),
    "₦": ("NGN",),
    "zł": ("PLN",),
    "kč": ("CZK",),
    "ft": ("HUF",),
    "lei": ("RON",),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "fr": ("CHF",),
    "sfr": ("CHF",),
    "rm": ("MYR",),
    "rp": ("IDR",),
    "dh": ("AED", "MAD"),
}
"""The currencies that a sign, in small letters, may mean: the first one, unless the shop's is another of them."""
CURRENCIES = frozenset(list_currencies())
COMMAS_GROUP = frozenset({"USD", "GBP", "INR", "AUD", "NZD", "JPY", "CNY", "HKD", "SGD", "PKR", "LKR", "NPR", "MYR"})
"""The currencies of countries where a comma groups the digits of a number."""
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009']|\u2019")
_WHOLE = re.compile(r"[,.]\s*[-\u2013\u2014]{1,2}$")
"""9,- is nine"""
_AMOUNT = re.compile(r"(?P<before>(?:[^\d+\-.,]+\.?)?)(?P<number>\d[\d.,]*)(?P<after>[^\d]*)")
_GROUPED = {
    mark: re.compile(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{2,3}})*{re.escape(mark)}\d{{3}}") for mark in (POINT, COMMA)
}


class NoMoney(ValueError):
    """The text is no amount of money; the message goes on from it and says why."""


class Doubtful(NoMoney):
    """The text may be two amounts: 1.299 is one and a bit, or a thousand and more."""


@dataclass(frozen=True)
class Amount:
    """A number and the currency that stands beside it; "" where none does."""

    number: Decimal
    currency: str = ""


@dataclass(frozen=True)
class Range:
    """Prices from the least to the most, both included; None for no limit."""

    least: Decimal | None = None
    most: Decimal | None = None
    currency: str = ""
    """"" where nobody says it"""

    def __bool__(self) -> bool:
        return self.least is not None or self.most is not None

    def includes(self, amount: Decimal | None) -> bool:
        """Whether an amount of the same currency is within it; none that is unknown is."""
        if amount is None:
            return False
        return (self.least is None or amount >= self.least) and (self.most is None or amount <= self.most)

    def shown(self, currency: str) -> str:
        """For shoppers, in that currency where it says none."""
        least, most = (
            "" if number is None else formatted(number, self.currency or currency) for number in (self.least, self.most)
        )
        if least and most:
            return gettext("{least} to {most}").format(least=least, most=most)
        return gettext("from {least}").format(least=least) if least else gettext("up to {most}").format(most=most)


def parse(text: str, mark: str = "", own: str = "") -> Amount:
    """The amount that a text says.

    `mark` is the decimal mark where that is known, and `own` the shop's currency, which a sign of several means.
    Raises NoMoney, and Doubtful where the mark would tell.
    """
    written = _WHOLE.sub("", text.strip())
    match = _AMOUNT.fullmatch(_SPACES.sub("", written))
    if not match:
        raise NoMoney(gettext("is no price"))
    said = [sign.lower().strip(".:") for sign in (match["before"], match["after"]) if sign.strip(".:,")]
    currencies = {_currency(sign, own) for sign in said}
    if len(currencies) > 1:
        raise NoMoney(gettext("names two currencies"))
    currency = currencies.pop() if currencies else ""
    number = Decimal(_plain(match["number"].rstrip(".,"), mark, currency or own))
    if number > MOST:
        raise NoMoney(gettext("is more than {most}").format(most=grouped(MOST)))
    return Amount(number.quantize(STEP), currency)


def marks(text: str) -> set[str]:
    """The decimal marks that a text can only have been written with; mostly one, or none where it leaves it open."""
    match = _AMOUNT.fullmatch(_SPACES.sub("", _WHOLE.sub("", text.strip())))
    number = match["number"].rstrip(".,") if match else ""
    found = set()
    for mark, other in ((POINT, COMMA), (COMMA, POINT)):
        whole, has_mark, decimals = number.rpartition(mark)
        if has_mark and mark not in whole and other not in decimals and (len(decimals) != 3 or other in whole):
            found.add(mark)
        elif number.count(mark) > 1 and _GROUPED[mark].fullmatch(number):
            found.add(other)
    return found


def mark_of(found: Iterable[str]) -> str:
    """The decimal mark of numbers that were written with these; "" where they do not agree."""
    several = set(found)
    return several.pop() if len(several) == 1 else ""


def formatted(number: Decimal, currency: str) -> str:
    """The amount in the language of the page: €12.99."""
    return _formatted(number, currency, get_language() or "en")


@lru_cache(maxsize=10_000)
def _formatted(number: Decimal, currency: str, language: str) -> str:
    return format_currency(number, currency, locale=to_locale(language))


def plain(number: Decimal, currency: str) -> str:
    """The amount for programs: 12.99, with as many decimals as the currency has."""
    return f"{number:.{get_currency_precision(currency)}f}"


def is_currency(code: str) -> bool:
    return code in CURRENCIES


def _currency(sign: str, own: str) -> str:
    if sign.upper() in CURRENCIES:
        return sign.upper()
    known = SIGNS.get(sign)
    if not known:
        raise NoMoney(gettext("is no price"))
    return own if own in known else known[0]


def _plain(number: str, mark: str, currency: str) -> str:
    """The number as a computer writes it."""
    found = mark_of(marks(number))
    single = [sign for sign in (POINT, COMMA) if number.count(sign) == 1]
    if not found and single and not (POINT in number and COMMA in number):
        found = mark or _by_length(number, single[0], currency)
    other = COMMA if found == POINT else POINT
    whole, _, decimals = number.partition(found) if found else (number, "", "")
    if other in whole and not _GROUPED[other].fullmatch(whole):
        raise NoMoney(gettext("is no price"))
    whole = whole.replace(other, "")
    if not whole.isascii() or not whole.isdigit() or not (decimals.isdigit() or not decimals):
        raise NoMoney(gettext("is no price"))
    return f"{whole}.{decimals or 0}"


def _by_length(number: str, sign: str, currency: str) -> str:
    """The decimal mark of a number with one sign before three digits, by the country."""
    if sign == COMMA and currency in COMMAS_GROUP:
        return POINT
    if number.startswith("0") or number.index(sign) > 3:
        return sign
    raise Doubtful(gettext("may be a number with three decimals or one of thousands"))
