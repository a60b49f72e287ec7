"""What the search field suggests while somebody types: words, categories, brands and products.

An index of the catalogue lies in every web process, made in one pass over the products and asked without a query. It
is a minute behind the catalogue at most; the products that are suggested are read anew.
"""

from functools import lru_cache

from catalog.attributes import ATTRIBUTES
from catalog.caching import kept
from catalog.models import CatalogVersion, Category, Product
from catalog.suggestions.entries import fold
from catalog.suggestions.index import Index, Suggestions

FEWEST_LETTERS = 2
LONGEST_TEXT = 200
MOST_WORDS = 12
"""The last so many words of a text count."""
SECONDS_KEPT = 60


def suggest(text: str) -> Suggestions:
    """What may be meant by a text that is still being typed; nothing before its second letter."""
    text = text[-LONGEST_TEXT:]
    parts = [part for part in text.split() if fold(part)][-MOST_WORDS:]
    if len(fold("".join(parts))) < FEWEST_LETTERS or parts[-1].startswith("-"):
        return Suggestions()
    index = _index(kept("suggestions", CatalogVersion.now, SECONDS_KEPT))
    return index.next_words(parts) if text[-1].isspace() else index.completions(parts)


@lru_cache(maxsize=1)
def _index(version: str) -> Index:
    """The index of the catalogue of that version."""
    attributes = [attribute.name for attribute in ATTRIBUTES if attribute.is_searched]
    products = Product.objects.in_the_shop().order_by("-id")
    columns = products.values_list("pk", "sku", "category", "image_digest", "name", *attributes)
    return Index(list(columns), list(Category.objects.select_related("parent__parent")))
