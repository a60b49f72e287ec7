"""What a mistyped word was to be: by how people mistype, and by how common a word is."""

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import log

import jellyfish
from rapidfuzz import process
from rapidfuzz.distance import OSA, Indel

from catalog.words.lexicon import COUNT_OF_SAID, Lexicon, Phrase
from catalog.words.reading import stem

SHORTEST = 3
LONGEST = 24
MOST_EDITS = 3
MOST_CANDIDATES = 8
"""Of one length"""
MOST_CHANGED = 0.5
"""How much of a word may be other than it was typed, even where it sounds alike"""

SWAPPED, TWICE, SILENT, VOWEL, ALIKE, NEAR, OTHER = 0.6, 0.3, 0.5, 0.6, 0.55, 0.8, 1.0
"""What a mistake costs: two letters the wrong way round; one twice or once in three; an h too few or many; a vowel
likewise, or for another; letters that sound alike; that lie side by side on the keyboard; any other"""
OTHER_BEGINNING = 0.4
RARE = 20
"""How often a word may be in the catalogue that is one of its own slips"""
MORE_COMMON = 8
"""How many times as common the word is that a rare one is a slip of"""
SHORTEST_SLIP = 5
VOWELS_TOGETHER = re.compile("[aeiouy]+")
COST_OF_SLIP, COST_OF_LEFT_OUT = 0.6, 1.0
"""How unlike its word a slip may be: of one mistake, and of letters left out"""
FAR_BETWEEN = 0.0005
"""How often a word is at most, as a share of the most common one, that only a long word very much like it is to be"""
LIKE_RARE, SHORTEST_LIKE_RARE = 0.1, 6
"""How unlike it that may be, by letter; and its letters"""
SAME_SOUND = 0.5
TWO_WORDS = 0.7
WORTH_OF_COMMON = 0.08
COMMON, COMMON_THOUGH_SHORT = 0.001, 0.01
"""How often a part of two words that are written as one is to be there, as a share of the most common word"""
VOWELS = frozenset("aeiouy")
SOUNDS = tuple(map(frozenset, ("ckqx", "csz", "gj", "vw", "bv", "fp", "dt", "mn", "eiy", "ou")))
KEYS = frozenset(frozenset(keys) for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm") for keys in pairwise(row))


class Corrector:
    """Corrects words to those of a lexicon."""

    def __init__(self, lexicon: Lexicon):
        self._written = lexicon.counts
        self._synonyms = lexicon.synonyms
        self._counts = {
            word: count
            for word, count in (dict(lexicon.said) | dict(lexicon.counts)).items()
            if SHORTEST <= len(word) <= LONGEST and word.isalpha()
        }
        self._most_common = max(self._counts.values(), default=0)
        self._of_length: dict[int, list[str]] = defaultdict(list)
        self._of_sound: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._counts, key=self._counts.__getitem__, reverse=True):
            self._of_length[len(word)].append(word)
            self._of_sound[_sound(word)].append(word)

    def correct(self, word: str) -> Phrase:
        """The word or the two words that this one most probably was to be; () where there is nothing like it."""
        if not SHORTEST <= len(word) <= LONGEST or not word.isalpha():
            return ()
        costs = {meant: _cost(word, meant) for meant in self._like(word)}
        likely: dict[Phrase, float] = {
            (meant,): cost for meant, cost in costs.items() if cost <= self._most_cost(word, meant)
        }
        likely |= dict.fromkeys(self._pairs(word), TWO_WORDS)
        by_likelihood = sorted(likely, key=lambda meant: likely[meant] - WORTH_OF_COMMON * log(self._count(meant)))
        return next((meant for meant in by_likelihood if not any(map(self.slip_of, meant))), ())

    def parted(self, word: str) -> Phrase:
        """The two common words that are written as one; () for none."""
        return max(self._pairs(word), key=self._count, default=())

    def slip_of(self, word: str) -> str:
        """The much more common word that a rare one of the catalogue is a slip of: running of Runng; "" for none."""
        count = self._written.get(word, 0)
        if not 0 < count <= RARE or len(word) < SHORTEST_SLIP:
            return ""
        common = [meant for meant in self._like(word) if self._written.get(meant, 0) >= MORE_COMMON * count]
        others = [meant for meant in common if stem(meant) != stem(word)]
        costs = {meant: _cost(word, meant) for meant in others}
        likely = [meant for meant, cost in costs.items() if cost <= _most_cost_of_slip(word, meant)]
        return min(likely, key=costs.__getitem__, default="")

    def _count(self, words: Phrase) -> int:
        return min(self._counts.get(word, COUNT_OF_SAID) for word in words)

    def _most_cost(self, word: str, meant: str) -> float:
        if self._counts[meant] <= FAR_BETWEEN * self._most_common:
            return LIKE_RARE * len(word) if len(word) >= SHORTEST_LIKE_RARE else 0.0
        has_left_out_one = Indel.distance(word, meant) == len(meant) - len(word) == 1
        return _most_cost(meant if has_left_out_one else word)

    def _is_common(self, word: str) -> bool:
        if (stem(word),) in self._synonyms:
            return True
        share = COMMON_THOUGH_SHORT if len(word) == SHORTEST else COMMON
        return self._counts.get(word, 0) > share * self._most_common

    def _like(self, word: str) -> set[str]:
        edits = min(MOST_EDITS, 1 + len(word) // 4)
        sounding = self._of_sound.get(_sound(word), ())
        most = int(MOST_CHANGED * len(word))
        alike = process.extract(word, sounding, scorer=OSA.distance, score_cutoff=most, limit=MOST_CANDIDATES)
        like = {meant for meant, _, _ in alike}
        for length in range(len(word) - 2, len(word) + 3):
            of_length = self._of_length.get(length, ())
            near = process.extract(word, of_length, scorer=OSA.distance, score_cutoff=edits, limit=MOST_CANDIDATES)
            like.update(meant for meant, _, _ in near)
        return like

    def _pairs(self, word: str) -> Sequence[Phrase]:
        places = range(SHORTEST, len(word) - SHORTEST + 1)
        pairs: list[Phrase] = [(word[:place], word[place:]) for place in places]
        return [pair for pair in pairs if all(map(self._is_common, pair))]


@lru_cache(maxsize=2)
def corrector(lexicon: Lexicon) -> Corrector:
    return Corrector(lexicon)


def _sound(word: str) -> str:
    syllables = VOWELS_TOGETHER.findall(word.rstrip("e"))
    return f"{jellyfish.metaphone(word)}{len(syllables)}"


def _most_cost(word: str) -> float:
    return 0.7 if len(word) == SHORTEST else min(1.7, 0.2 * len(word) + 0.05)


def _most_cost_of_slip(word: str, meant: str) -> float:
    if Indel.distance(word, meant) == len(meant) - len(word):
        return COST_OF_LEFT_OUT
    return COST_OF_SLIP if OSA.distance(word, meant) == 1 else 0.0


def _cost(typed: str, meant: str) -> float:
    """How unlikely it is that somebody who means the one types the other; an edit distance with other prices."""
    before: list[float] = []
    row = [OTHER * number for number in range(len(meant) + 1)]
    for i, sign in enumerate(typed, 1):
        before, above, row = row, before, [row[0] + _price_of_one(typed, i - 1)]
        for j, wanted in enumerate(meant, 1):
            least = min(
                before[j - 1] + _price(sign, wanted),
                before[j] + _price_of_one(typed, i - 1),
                row[j - 1] + _price_of_one(meant, j - 1),
            )
            if i > 1 and j > 1 and sign != wanted and sign == meant[j - 2] and typed[i - 2] == wanted:
                least = min(least, above[j - 2] + SWAPPED)
            row.append(least)
    cost = row[-1] + (0 if _begins_like(typed, meant) else OTHER_BEGINNING)
    is_plausible = cost <= 0.36 * len(typed)
    return cost * SAME_SOUND if is_plausible and _sound(typed) == _sound(meant) else cost


def _begins_like(typed: str, meant: str) -> bool:
    """Whether the first letter is the same, swapped with the next, or left out."""
    return typed[0] == meant[0] or (typed[0] == meant[1] and typed[1] in (meant[0], *meant[2:3]))


def _price(sign: str, wanted: str) -> float:
    """Of one letter for another."""
    if sign == wanted:
        return 0.0
    pair = frozenset((sign, wanted))
    if any(pair <= sounds for sounds in SOUNDS):
        return ALIKE
    if pair <= VOWELS:
        return VOWEL
    return NEAR if pair in KEYS else OTHER


def _price_of_one(word: str, place: int) -> float:
    """Of a letter that one of the two has and the other lacks."""
    sign = word[place]
    if sign in word[max(0, place - 2) : place] + word[place + 1 : place + 3]:
        return TWICE
    if sign == "h":
        return SILENT
    return VOWEL if sign in VOWELS else OTHER
