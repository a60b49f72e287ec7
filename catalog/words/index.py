"""How a product's words lie in the search index, and how they are asked for there.

The index is a `tsvector` of lexemes that only this module makes: the stems of words as `read` has them, `+` and the
stem of two words that stand side by side as one (so that flip flops, flip-flops and flipflops are one), `=` and a whole
text as one word (a sku or a title, however it is written). No dictionary of PostgreSQL's takes part.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain, pairwise, repeat, zip_longest

from catalog.words.reading import read, stem

KIND, FACT, MAKER, WHOLE = "A", "B", "C", "D"
"""Weights: of categories; of attributes and of the name; of the name's first word, mostly a maker's; of whole texts."""
AND = "and"
"""What parts kinds, as in Perfume and Body Mist"""
EVERYTHING = "!'='"
"""The `tsquery` of all products: none has an empty text"""
LONGEST_LEXEME = 200
LEXEME = re.compile(r"'[^']*'(?::\*)?")


def lexemes(name: str, kinds: Iterable[str], facts: Iterable[str], sku: str) -> str:
    """A product's `tsvector` as PostgreSQL reads it; `kinds` are its categories' names, `facts` its attributes."""
    weights: dict[str, set[str]] = defaultdict(set)
    shared = (_weighed_once(text, weight) for text, weight in chain(zip(kinds, repeat(KIND)), zip(facts, repeat(FACT))))
    for lexeme, weight in chain(*shared, _weighed(name, MAKER)):
        weights[lexeme].add(weight)
    for text in (name, sku):
        weights[_whole(read(text))].add(WHOLE)
    weights.pop("=", None)
    return " ".join(f"{_quoted(lexeme)}:{_places(sorted(of))}" for lexeme, of in weights.items())


def _weighed(text: str, weight: str) -> list[tuple[str, str]]:
    """The lexemes of a text's words, and of every two side by side, with their weights."""
    weighed: list[tuple[str, str]] = []
    words = read(text)
    for place, (word, after) in enumerate(zip_longest(words, words[1:], fillvalue="")):
        here = weight
        # Shoe accessories are no shoes, and the words after a maker are none.
        if (weight == KIND and after not in ("", AND)) or (weight == MAKER and place > 0):
            here = FACT
        weighed.append((stem(word), here))
        if after:
            weighed.append((_side_by_side((word, after)), here))
    return weighed


# Many products share a category and the values of attributes.
_weighed_once = lru_cache(maxsize=10_000)(_weighed)


def standing_alone(word: str) -> str:
    """The `tsquery` of a word that was read: written so, as two, or the whole of a sku or a title."""
    return " | ".join(map(_quoted, (stem(word), _side_by_side([word]), _whole([word]))))


def beginning(letters: str, words: Iterable[str]) -> str:
    """The `tsquery` of all words that begin so, of which the catalogue has these."""
    # Of deodorant and running the stems are shorter than what was typed of them may be.
    stems = [root for root in sorted(set(map(stem, words))) if not root.startswith(letters)]
    return " | ".join([f"{_quoted(letters)}:*", *map(_quoted, stems)])


def whole(words: Sequence[str]) -> str:
    """The `tsquery` of a sku or a title that has these words and no others."""
    return _quoted(_whole(words))


def neighbours(words: Sequence[str]) -> list[str]:
    """The lexemes of every two of the words side by side."""
    return [_quoted(_side_by_side(pair)) for pair in pairwise(words)]


def lexemes_of(queries: Iterable[str]) -> list[str]:
    """The lexemes that these texts of `tsquery` ask for, each once."""
    return list(dict.fromkeys(lexeme for query in queries for lexeme in LEXEME.findall(query)))


def _side_by_side(words: Sequence[str]) -> str:
    return "+" + stem("".join(words))


def _whole(words: Sequence[str]) -> str:
    return "=" + "".join(words)


def _places(weights: Sequence[str]) -> str:
    return ",".join(f"{number}{weight}" for number, weight in enumerate(weights, 1))


def _quoted(lexeme: str) -> str:
    """Words have neither quotation marks nor backslashes."""
    return f"'{lexeme[:LONGEST_LEXEME]}'"
