"""The words that a catalogue has, how often, and what they stand for in it; and what else its shoppers say."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from catalog import caching
from catalog.attributes import ATTRIBUTES, BRAND
from catalog.databases import connection_to_read
from catalog.words.index import AND
from catalog.words.reading import read, stem

Phrase = tuple[str, ...]
"""Words that were read"""
KIND, MAKER = "kind", "maker"
COUNT_OF_SAID = 100
LEAST_OF_A_MAKER = 0.6
LEAST_OF_A_KIND = 0.2
"""The share of a word's products that are of the kind it says: sleeves are seldom tablet sleeves"""


@dataclass(frozen=True, eq=False)
class Lexicon:
    """The words of a catalogue."""

    counts: Mapping[str, int]
    """How many products have each word, as it is written"""
    kinds: Mapping[str, int]
    """The stems of words that say what kind of thing a category holds, with how many products each holds"""
    makers: Mapping[str, int]
    """The stems of words that names begin with, or that brands have, with how many do"""
    values: Mapping[str, Set[str]]
    """For each attribute that is searched the stems of words in its values"""
    synonyms: Mapping[Phrase, Sequence[Phrase]]
    """What shoppers say, by its stems, and what the catalogue calls it: words that are all to be found"""
    said: Mapping[str, int] = field(default_factory=dict)
    """Single words of the synonyms, and kinds of two words written as one; with counts like those of `counts`"""
    products: int = 0
    """How many there are"""
    version: str = ""
    """That of the catalogue"""

    @cached_property
    def stems(self) -> Mapping[str, int]:
        stems: Counter[str] = Counter()
        for word, count in self.counts.items():
            stems[stem(word)] += count
        return stems

    @cached_property
    def forms(self) -> Mapping[str, Sequence[str]]:
        """From each stem to the words that have it."""
        forms: dict[str, list[str]] = defaultdict(list)
        for word in self.counts:
            forms[stem(word)].append(word)
        return forms

    @cached_property
    def longest_synonym(self) -> int:
        return max(map(len, self.synonyms), default=0)

    def has(self, word: str) -> bool:
        return stem(word) in self.stems

    def beginning_with(self, letters: str) -> list[str]:
        """The words that begin so, the most common first; where the catalogue has none, what else is said."""
        for counts in (self.counts, self.said):
            if begun := [word for word in counts if word.startswith(letters)]:
                return sorted(begun, key=counts.__getitem__, reverse=True)
        return []

    def pieces(self, code: str) -> Phrase:
        """The fewest words that the code is made of: mtp, 1233d, 1adf; () where it is not."""
        made: dict[int, Phrase] = {0: ()}
        for end in range(1, len(code) + 1):
            starts = [start for start in range(end - 1) if start in made and code[start:end] in self.counts]
            if starts:
                made[end] = min(((*made[start], code[start:end]) for start in starts), key=len)
        return made.get(len(code), ())

    def role(self, word: str) -> str:
        """What a word stands for: `KIND`, `MAKER`, the name of an attribute, or "" for any other word."""
        root, count = stem(word), self.stems.get(stem(word), 0)
        if role := next((name for name, values in self.values.items() if root in values), ""):
            return role
        if self.kinds.get(root, 0) > LEAST_OF_A_KIND * count:
            return KIND
        return MAKER if self.makers.get(root, 0) > LEAST_OF_A_MAKER * count else ""


def lexicon(version: str, *, at_once: bool = False) -> Lexicon:
    """The words of the catalogue of that version; of a large one those that it had, unless it is to be read at once."""
    return LAST.at_once(version) if at_once else LAST.of(version)


def _made(version: str) -> Lexicon:
    counts: Counter[str] = Counter()
    said: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    makers: Counter[str] = Counter()
    values: dict[str, set[str]] = defaultdict(set)
    names = _rows(NAMES)
    for (name,) in names:
        words = read(name)
        counts.update(set(words))
        makers.update(map(stem, words[:1]))
    for role, value, count in _rows(VALUES):
        words = read(value)
        counts.update(dict.fromkeys(words, count))
        values[role].update(map(stem, words))
        if role == BRAND:
            makers.update(dict.fromkeys(map(stem, words), count))
        if role == KIND:
            said.update({"".join(pair): count for pair in pairwise(words) if AND not in pair})
            # Of Perfume and Body Mist it is perfume, and mist.
            kinds.update({stem(word): count for word, after in pairwise([*words, AND]) if after == AND})
    synonyms: dict[Phrase, list[Phrase]] = defaultdict(list)
    for phrase, meanings in _rows(SYNONYMS):
        words = read(phrase)
        synonyms[tuple(map(stem, words))] += [tuple(read(meaning)) for meaning in meanings.split(",")]
        if len(words) == 1:
            said[words[0]] = COUNT_OF_SAID
    values.pop(KIND, None)
    values.pop(BRAND, None)
    return Lexicon(counts, kinds, makers, values, synonyms, said, len(names), version)


LAST = caching.LastMade("lexicon", _made, lambda made: made.products >= caching.LARGE)


def present(queries: list[str]) -> set[str]:
    """Those of these texts of `tsquery` that find something."""
    with connection_to_read("catalog.Product").cursor() as cursor:
        cursor.execute(PRESENT, [queries])
        return {query for (query,) in cursor.fetchall()}


def _rows(query: str) -> Sequence[tuple]:
    with connection_to_read("catalog.Product").cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


PRESENT = """
SELECT query FROM unnest(%s::text[]) AS query
WHERE EXISTS (SELECT FROM catalog_product WHERE archived_at IS NULL AND search_vector @@ query::tsquery)
"""
NAMES = "SELECT name FROM catalog_product WHERE archived_at IS NULL"
KINDS = """
SELECT 'kind', node.name, count(*) FROM (
  WITH RECURSIVE node (id, name, below) AS (
    SELECT id, name, id FROM catalog_category
    UNION ALL SELECT above.id, above.name, node.below
    FROM node JOIN catalog_category here ON here.id = node.id JOIN catalog_category above ON above.id = here.parent_id
  ) SELECT * FROM node
) AS node JOIN catalog_product ON category_id = below AND archived_at IS NULL GROUP BY 2
"""
ATTRIBUTE = "SELECT '{0}', {0}, count(*) FROM catalog_product WHERE archived_at IS NULL AND {0} <> '' GROUP BY 2"
VALUES = " UNION ALL ".join([KINDS, *(ATTRIBUTE.format(one.name) for one in ATTRIBUTES if one.is_searched)])
SYNONYMS = "SELECT phrase, meanings FROM catalog_synonym"
