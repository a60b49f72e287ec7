"""Sizes in what a shopper types, size m, uk 9, XL, 5 years, and which of the catalogue's they mean."""

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

LETTERED = r"(?:\d{0,2}x[sl]|x{1,4}[sl])"
SIZE = re.compile(
    r"(?<!\w)(?:sizes?[\s:]+(?:no\.?\s+|number\s+)?(?:(?:uk|us|eu)\s*)?"
    rf"(?:\d+(?:[.,]5)?|{LETTERED}|[sml]|small|medium|large)"
    rf"|(?:\d+(?:[.,]5)?|{LETTERED}|[sml]|small|medium|large|free|one|plus)\s+size(?!\s+\d)"
    r"|waist\s+\d+|\d+\s+waist|\d{1,2}\s+(?:number|no)"
    rf"|{LETTERED}"
    r"|(?:uk|eu)\s*\d+(?:[.,]5)?|us\s*\d{1,2}(?:[.,]5)?"
    r"|(?:(?:under|aged?)\s+)?\d+(?:[.,]\d+)?(?:\s*(?:-|to)\s*\d+)?[\s-]*"
    r"(?:inch(?:es)?|cms?|y(?:ea)?rs?|months?)(?:[\s-]+olds?)?)(?!\w)",
    re.IGNORECASE,
)
"""Of clothes and shoes, of heels and straps, and children's in years. A number alone is none."""
SAID_BESIDE = re.compile(r"\b(?:sizes?|number|no|aged?|olds?)\b|:")
SYSTEM = r"(?P<system{}>uk|us|eu|eur|waist|w)"
WRITTEN = re.compile(
    rf"(?:{SYSTEM.format('')}\s*)?(?P<value>\d+(?:\.\d+)?|\d*x+[sl]|small|medium|large|[sml])"
    rf"(?:\s*{SYSTEM.format('_after')})?(?:\s*x?\s*l\s*\d+)?"
)
AGE = re.compile(r"(?P<from>\d+)(?:\s*(?:-|\u2013|to)\s*(?P<until>\d+))?[\s-]*(?P<unit>y|m)(?:ea)?(?:onth)?r?s?")
WORDS = {"small": "s", "medium": "m", "large": "l", "free": "one", "onesize": "one", "os": "one", "o/s": "one"}
SYSTEMS = {"eur": "eu", "waist": "w"}


class Size(NamedTuple):
    """A size as all its writings have it; `system` is whose number it is, "" where nobody says."""

    system: str
    value: str


def sizes(text: str) -> Iterator[str]:
    """The sizes in a text, as they are typed."""
    yield from (match.group() for match in SIZE.finditer(text))


def meant(said: str, labels: Collection[str]) -> list[str]:
    """Those of the labels that the size is: of its system where one is named, else where no label names that one."""
    wanted = next(_read(said), None)
    if wanted is None:
        return []
    known = {label: {size for size in _read(label) if size.value == wanted.value} for label in labels}
    if not wanted.system:
        return [label for label, found in known.items() if found]
    own = [label for label, found in known.items() if wanted in found]
    return own or [label for label, found in known.items() if wanted._replace(system="") in found]


def _read(text: str) -> Iterator[Size]:
    """The sizes that a label is, or what was typed: several in S/M and UK 6 / EU 39."""
    folded = " ".join(SAID_BESIDE.sub(" ", text.lower().replace(",", ".")).split())
    for part in filter(None, map(str.strip, (folded, *folded.split("/")))):
        if age := AGE.fullmatch(part):
            yield Size(age["unit"], "-".join(filter(None, (age["from"], age["until"]))))
        elif size := WRITTEN.fullmatch(part):
            system = size["system"] or size["system_after"] or ""
            yield Size(SYSTEMS.get(system, system), _value(size["value"]))
        else:
            yield Size("", WORDS.get(part, part))


def _value(written: str) -> str:
    if written[0].isdigit() and written[-1].isdigit():
        return f"{float(written):g}"
    if "x" not in written:
        return WORDS.get(written, written)
    times, letter = written.rstrip("slx"), written[-1]
    count = int(times) if times else written.count("x")
    return f"{count}x{letter}"
