"""How values are written: what stands for nothing, which writings are one, and what spreadsheets make of ids."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache
from html import unescape
from typing import Literal

from catalog.attributes import CATEGORY_LEVELS
from catalog.vocabulary import VOCABULARY

NOTHING = frozenset(
    {
        *(
            "",
            "na",
            "n/a",
            "n.a.",
            "n.a",
            "<na>",
            "nan",
            "-nan",
            "nat",
            "null",
            "(null)",
            "nil",
            "none",
            "(none)",
            "\\n",
        ),
        *("#n/a", "#na", "#n/a n/a", "#null!", "#ref!", "#value!", "#name?", "#div/0!", "#num!", "#error!"),
        *("-", "--", "---", "–", "—", "\u2212", ".", "?", "\\n"),
        *("undefined", "unknown", "unspecified", "not available", "not applicable", "not specified", "no value"),
        *("empty", "blank", "missing", "tbd", "tba", "to be defined", "to be announced"),
    }
)
"""In small letters"""
ENTRANCES = frozenset(
    {
        *("home", "homepage", "home page", "start", "startseite", "accueil", "page d'accueil", "inicio"),
        *("shop", "store", "online shop", "online store", "onlineshop", "boutique", "tienda", "negozio"),
        *("all", "all products", "all categories", "products", "catalog", "catalogue", "default category", "root"),
        *("alle", "alle produkte", "alle kategorien", "produkte", "katalog", "tous les produits", "produits"),
        *("todos los productos", "productos", "catálogo", "tutti i prodotti", "prodotti", "catalogo"),
    }
)
"""Where breadcrumbs begin, which is no category, in small letters"""
_BRACKETED = re.compile(r"""<(.*)>|\((.*)\)|\[(.*)\]|\{(.*)\}|"(.*)"|''\s*""")
_APOSTROPHES = str.maketrans("\u2018\u2019\u02bc\u00b4`", "'" * 5)
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_PIECE = 256
"""Characters. Putting the accents of a letter in order takes the square of their number."""
_TEXT_FORMULA = re.compile(r'=(?:T\()?"(.*?)"\)?')
_STEP = re.compile(r"(?<![-=])[-=]*>|[\u203a»→]")
_ENTITY = re.compile(r"&(?:[A-Za-z]{2,8}|#[0-9]{2,5}|#[xX][0-9a-fA-F]{2,4});")
LEVELS = tuple(CATEGORY_LEVELS)
GENDERS = frozenset(value.lower() for value in VOCABULARY.written["gender"])


def clean(text: str) -> str:
    """The text in Unicode's composed form, its spaces single ones, without what cannot be seen."""
    if text.isascii():
        return _without_formula(" ".join(text.split()))
    return _without_formula(" ".join(_INVISIBLE.sub("", normalized("NFC", text)).split()))


def unescaped(text: str) -> str:
    """The text with the signs that a web page writes with names or numbers, &amp; and &#39;, as they are read."""
    return _ENTITY.sub(lambda match: unescape(match[0]), text) if "&" in text else text


def normalized(form: Literal["NFC", "NFKC"], text: str) -> str:
    """The text in a form of Unicode's; what is longer than any value may be, piece by piece."""
    pieces = (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))
    return "".join(unicodedata.normalize(form, piece) for piece in pieces)


def _without_formula(text: str) -> str:
    """Exports write ="0012" so that a spreadsheet keeps the zeros."""
    if not text.startswith(('="', '=T("')):
        return text
    match = _TEXT_FORMULA.fullmatch(text)
    return match[1].strip() if match else text


def is_nothing(text: str) -> bool:
    """Whether a clean text says that there is no value."""
    return len(text) < 20 and _means_nothing(text)


@lru_cache(maxsize=10_000)
def _means_nothing(text: str) -> bool:
    text = text.lower().replace(" / ", "/")
    bracketed = _BRACKETED.fullmatch(text)
    return text in NOTHING or (bracketed is not None and "".join(filter(None, bracketed.groups())).strip() in NOTHING)


def key(field: str, text: str) -> str:
    """The same for all writings of one value of a field: whatever the case, the spaces and the form of the letters."""
    folded = normalized("NFKC", text.translate(_APOSTROPHES)).casefold().replace(" / ", "/")
    return VOCABULARY.writings.get(field, {}).get(folded, folded)


def steps(text: str, is_list: bool = False) -> list[str]:
    """The categories of a path like "Apparel > Topwear > Shirts", from the top; of a list of paths the deepest one.

    A slash is no step: "Tops/Blouses" is one category. Commas separate paths only where `is_list` says so, as they are
    within Google's categories too.
    """
    if is_nothing(clean(text)):
        return []
    text = unescaped(text)
    paths = [path.replace("\\,", ",") for path in re.split(r"(?<!\\),", text)] if is_list else [text]
    return max(([step for step in map(clean, _STEP.split(path)) if step] for path in paths), key=len)


def entrances(paths: Collection[list[str]]) -> int:
    """How many steps at the beginning of all these paths are no category, as that of "Home > Women > Shoes"."""
    number, deepest = 0, max(map(len, paths), default=0)
    while number + 1 < deepest and all(_is_entrance(path[number]) for path in paths if len(path) > number):
        number += 1
    return number


def inside(path: list[str], entrances: int) -> list[str]:
    """The path without so many steps at its beginning, as far as they are no category."""
    return [step for place, step in enumerate(path) if place >= entrances or not _is_entrance(step)]


def _is_entrance(step: str) -> bool:
    return step.translate(_APOSTROPHES).lower() in ENTRANCES


def gender_in(path: Iterable[str]) -> str:
    """The one step of a path that says for whom things are, as Women of Women > Tops; "" where none or several do.

    Of Kids > Girls it is the narrower one.
    """
    found = {gender: step for step in path if len(step) > 1 and (gender := key("gender", step)) in GENDERS}
    told = [step for gender, step in found.items() if found.keys().isdisjoint(VOCABULARY.narrower.get(gender, ()))]
    return told[0] if len(told) == 1 else ""


def path_of(levels: dict[str, list[str]]) -> list[str]:
    """One path from what the columns of categories say, each a list of steps.

    A path in a deeper column is a whole one. Of more than three levels the first two and the deepest count.
    """
    path: list[str] = []
    for level in LEVELS:
        found = levels.get(level, [])
        path = found if len(found) > 1 else [*path, *found]
    return [*path[:2], path[-1]] if len(path) > len(LEVELS) else path
