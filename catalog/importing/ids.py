"""Ids that a spreadsheet took for numbers, as they were before; never so that two ids become one unseen."""

import re
from collections.abc import Iterable, Set

EXACT_DIGITS = 15
"""So many digits of a number survive a spreadsheet."""
FORMS = {
    "float": re.compile(r"([0-9]+)(?:\.0+|,00?)"),
    "group": re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+)"),
    "dot": re.compile(r"([0-9]{1,3}(?:\.[0-9]{3})+)"),
    "space": re.compile(r"([0-9]{1,3}(?: [0-9]{3})+)"),
    "apostrophe": re.compile(r"([0-9]{1,3}(?:['\u2019][0-9]{3})+)"),
    "amount": re.compile(r"([0-9]{1,3}(?:[,'\u2019 ][0-9]{3})+)\.0+|([0-9]{1,3}(?:[.'\u2019 ][0-9]{3})+),0+"),
    "fraction": re.compile(r"[0-9]+[.,][0-9]+"),
    "exponent": re.compile(r"([0-9])(?:[.,]([0-9]+))?[eE]\+([0-9]+)"),
    "power": re.compile(r"([0-9])[.,]([0-9]+)[eE]([0-9]+)"),
}
"""What a spreadsheet, of whatever country, makes of a number. 1E5, without a sign or a fraction, is an id."""
DOUBTFUL = frozenset({"dot", "space", "apostrophe", "power"})
"""The kinds that many a shop's own ids are of: they are numbers only where the shop has one of these."""
_MONTHS = "Jan|Feb|Mar|Mrz|Mär|Apr|May|Mai|Jun|Jul|Aug|Sep|Oct|Okt|Nov|Dec|Dez"
_DATE = re.compile(rf"(?:{_MONTHS})[-. ]\d{{2}}|\d{{1,2}}[-.] ?(?:{_MONTHS})")

Damages = tuple[str, ...]
"""What happened to the ids of a file, by their kinds: "floats", "groups", "dots" …"""


class LostDigits(Exception):
    """What a spreadsheet left of the id does not tell which one it was."""


def kind_of(text: str) -> str:
    """What an id looks like: one of FORMS, a "short" number, a "number" or "other"."""
    if text.isdigit():
        return "short" if len(text) < 4 else "number"
    if not text[:1].isdigit():
        return "other"
    return next((kind for kind, pattern in FORMS.items() if pattern.fullmatch(text)), "other")


def damages(kinds: Set[str], known: Iterable[str], proven: Set[str] = frozenset()) -> Damages:
    """What happened to ids of these kinds; `known` are ids of the shop, `proven` kinds whose numbers it has.

    A single 1.0 beside a 1.1 is a version, and 12,345 beside 12345 an id of its own. What the shop knows just so
    is none of it either.
    """
    found = kinds - set(map(kind_of, known)) - (DOUBTFUL - proven)
    is_damaged = {
        "float": not kinds & {"fraction", "dot"},
        "exponent": True,
        "power": True,
        "amount": kinds <= {"amount", "float"},
        **{kind: kinds <= {kind, "short"} for kind in ("group", "dot", "space", "apostrophe")},
    }
    return tuple(f"{kind}s" for kind, is_so in is_damaged.items() if is_so and kind in found)


def repaired(text: str, damages: Damages) -> str:
    """The id as it was before. Raises LostDigits."""
    return as_number(text) if damages and f"{kind_of(text)}s" in damages else text


def as_number(text: str) -> str:
    """The digits of an id that looks like a number; any other one as it is. Raises LostDigits."""
    kind = kind_of(text)
    match = FORMS[kind].fullmatch(text) if kind in FORMS and kind != "fraction" else None
    if not match:
        return text
    if kind in ("exponent", "power"):
        return _written_out(match[1], match[2] or "", int(match[3]))
    return re.sub("[^0-9]", "", next(filter(None, match.groups())))


def is_rounded(text: str) -> bool:
    """Whether it is a number of more digits than survive a spreadsheet, the others zeros."""
    return text.isdigit() and len(text) > EXACT_DIGITS and not text[EXACT_DIGITS:].strip("0")


def is_date(text: str) -> bool:
    """Whether it is what a spreadsheet makes of ids like 3-2012."""
    return _DATE.fullmatch(text) is not None


def _written_out(first: str, decimals: str, exponent: int) -> str:
    digits, fraction = decimals[:exponent], decimals[exponent:]
    if len(digits) < exponent or exponent >= EXACT_DIGITS or fraction.strip("0"):
        raise LostDigits
    return first + digits
