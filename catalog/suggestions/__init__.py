"""What the search field suggests while somebody types: words, categories, brands and products.

An index of the catalogue lies in every web process, made in one pass over the products and asked without a query. That
of a large catalogue is somewhat behind it; the products that are suggested are read anew.
"""

from dataclasses import replace

from django.db.models import Q

from catalog import caching
from catalog.attributes import ATTRIBUTES, BRAND
from catalog.models import CatalogVersion, Category, Product
from catalog.suggestions.entries import fold
from catalog.suggestions.index import Index, Suggestions
from catalog.words.correcting import corrector
from catalog.words.lexicon import lexicon
from catalog.words.understanding import understand

MOST_PRODUCTS = 100_000
"""The newest: a process keeps 1 kB of each"""
ROWS_AT_ONCE = 2_000
FEWEST_LETTERS = 2
LONGEST_TEXT = 200
MOST_WORDS = 12
"""The last so many words of a text count."""
SECONDS_KEPT = 60


def suggest(text: str, category: Category | None = None) -> Suggestions:
    """What may be meant, in a category or the whole shop, by a text that is still typed; nothing before two letters."""
    text = text[-LONGEST_TEXT:]
    parts = _parts(text)
    if len(fold("".join(parts))) < FEWEST_LETTERS or parts[-1].startswith("-"):
        return Suggestions()
    version = CatalogVersion.now()
    index = LAST.of(version).within(category) if category else LAST.of(version)
    ended = index.next_words(parts) if text[-1].isspace() else Suggestions()
    return ended or index.completions(parts) or _corrected(index, version, parts)


def prepare() -> None:
    """Begins to make, in a process that starts, what the first keystroke would wait for."""
    LAST.make_aside(CatalogVersion.now)


def _corrected(index: Index, version: str, parts: list[str]) -> Suggestions:
    """What the words before the last may have been to be, or all of them."""
    before = _parts(understand(" ".join(parts[:-1]), version).shown)
    if before and (found := index.completions([*before, parts[-1]])):
        return found
    shown = _parts(understand(" ".join(parts), version).shown)
    found = index.completions(shown) if shown else Suggestions()
    return replace(found, words=[*index.searches("", [" ".join(shown)]), *found.words]) if found else found


def _parts(text: str) -> list[str]:
    return [part for part in text.split() if fold(part)][-MOST_WORDS:]


def _made(version: str) -> Index:
    """The index of the newest products of the catalogue of that version."""
    attributes = [attribute.name for attribute in ATTRIBUTES if attribute.is_searched and attribute.name != BRAND]
    products = Product.objects.in_the_shop().order_by("-id").annotate(has_picture=~Q(image_digest=""))
    columns = products.values_list("pk", "sku", "category", "has_picture", BRAND, "name", *attributes)[:MOST_PRODUCTS]
    # A process keeps the memory that this takes: so it comes row by row, and values that are the same lie there once.
    known: dict[str, str] = {}
    rows = [
        (*row[:4], known.setdefault(row[4], row[4]), row[5], *(known.setdefault(value, value) for value in row[6:]))
        for row in columns.iterator(chunk_size=ROWS_AT_ONCE)
    ]
    categories = list(Category.objects.select_related("parent__parent"))
    return Index(rows, categories, corrector(lexicon(version, at_once=True)).slip_of)


LAST = caching.LastMade("index for suggestions", _made, lambda made: made.count >= caching.LARGE)
