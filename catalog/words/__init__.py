"""Search by words: what a shopper typed as a full-text query, and what else may have been meant."""

import re
from difflib import get_close_matches

from django.contrib.postgres.search import SearchQuery
from django.db import connection

from catalog.caching import kept
from catalog.vocabulary import VOCABULARY

TOKEN = re.compile(r"(-?)(\w+)")
SHORTEST_GUESSED = 3
LEAST_ALIKE = 0.72
SECONDS_KEPT = 3600


class Words:
    """What a shopper typed: all words must be found, in any of their forms; -word must not be."""

    def __init__(self, text: str):
        self._text = text.strip()
        joined = re.sub(r"\bt[ -]?shirt", "tshirt", self._text.lower()).replace("'", "")
        self._tokens = [(bool(minus), word) for minus, word in TOKEN.findall(joined)]

    def __str__(self) -> str:
        return self._text

    def __bool__(self) -> bool:
        return bool(self._tokens)

    def query(self) -> SearchQuery:
        """The last word may be the beginning of one, as it may not be typed to its end."""
        last = len(self._tokens) - 1
        terms = [
            ("!" if is_unwanted else "") + _term(word, may_go_on=number == last)
            for number, (is_unwanted, word) in enumerate(self._tokens)
        ]
        return SearchQuery(" & ".join(terms), config="english", search_type="raw")

    def guess(self, version: str) -> str:
        """The words, those that the catalogue of that version lacks replaced by the most alike; "" without any."""
        known = _known_words(version)
        guessed = [_most_alike(word, known) for _, word in self._tokens]
        return " ".join(guessed) if all(guessed) and guessed != [word for _, word in self._tokens] else ""


def _term(word: str, may_go_on: bool) -> str:
    """A word, or what else it may mean. Words are letters, digits and underscores, so that nothing needs quoting."""
    said = f"{word}:*" if may_go_on else word
    meant = [" & ".join(phrase.split()) for phrase in VOCABULARY.meanings.get(word, ())]
    return "(" + " | ".join(f"({term})" for term in (said, *meant)) + ")"


def _most_alike(word: str, known: frozenset[str]) -> str:
    if word in known or word in VOCABULARY.meanings or len(word) < SHORTEST_GUESSED:
        return word
    return next(iter(get_close_matches(word, known, n=1, cutoff=LEAST_ALIKE)), "")


def _known_words(version: str) -> frozenset[str]:
    return kept(f"words:{version}", _read_known_words, SECONDS_KEPT)


def _read_known_words() -> frozenset[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            r"SELECT DISTINCT regexp_split_to_table(lower(search_words), '\W+') FROM catalog_product "
            "WHERE archived_at IS NULL"
        )
        return frozenset(word for (word,) in cursor.fetchall() if len(word) >= SHORTEST_GUESSED)
