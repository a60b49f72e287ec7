"""Ids that a spreadsheet took for numbers, as they were before; never so that two ids become one unseen."""

import re
from collections.abc import Iterable, Set

FLOAT = re.compile(r"([0-9]+)\.0+")
FRACTION = re.compile(r"[0-9]+\.[0-9]+")
EXPONENT = re.compile(r"([0-9])(?:[.,]([0-9]+))?[eE]\+([0-9]+)")
"""As spreadsheets and notebooks write large numbers, with a sign; 1E5 is an id."""
GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+")
EXACT_DIGITS = 15
"""So many digits of a number survive a spreadsheet."""

Damages = tuple[str, ...]
"""What happened to the ids of a file: "floats", "exponents", "groups"."""


class LostDigits(Exception):
    """What a spreadsheet left of the id does not tell which one it was."""


def kind_of(text: str) -> str:
    """What an id looks like: "float", "fraction", "exponent", "group", "short" number, "number" or "other"."""
    if text.isdigit():
        return "short" if len(text) < 4 else "number"
    kinds = (("float", FLOAT), ("fraction", FRACTION), ("exponent", EXPONENT), ("group", GROUPED))
    return next((kind for kind, pattern in kinds if pattern.fullmatch(text)), "other")


def damages(kinds: Set[str], known: Iterable[str]) -> Damages:
    """What happened to ids of these kinds; `known` are ids of the shop.

    A single 1.0 beside a 1.1 is a version, and 12,345 beside 12345 an id of its own. What the shop knows just so
    is none of it either.
    """
    kinds_known = set(map(kind_of, known))
    found = {
        "floats": "float" in kinds and "fraction" not in kinds and "float" not in kinds_known,
        "exponents": "exponent" in kinds and "exponent" not in kinds_known,
        "groups": "group" in kinds and kinds <= {"group", "short"} and "group" not in kinds_known,
    }
    return tuple(name for name, is_so in found.items() if is_so)


def repaired(text: str, damages: Damages) -> str:
    """The id as it was before. Raises LostDigits."""
    if not damages or not text[:1].isdigit():
        return text
    if "floats" in damages and (match := FLOAT.fullmatch(text)):
        return match[1]
    if "groups" in damages and GROUPED.fullmatch(text):
        return text.replace(",", "")
    if "exponents" in damages and (match := EXPONENT.fullmatch(text)):
        return _written_out(match[1], match[2] or "", int(match[3]))
    return text


def _written_out(first: str, decimals: str, exponent: int) -> str:
    digits, fraction = decimals[:exponent], decimals[exponent:]
    if len(digits) < exponent or exponent >= EXACT_DIGITS or fraction.strip("0"):
        raise LostDigits
    return first + digits
