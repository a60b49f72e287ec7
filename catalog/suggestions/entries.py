"""What can be suggested of one kind, found by the beginnings of its words, with the products behind it."""

import unicodedata
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

MOST_CHOICES = 4
AROUND_WORDS = "\"'()[]{},;:!?*-"
LONGEST_ENDING = 2
"""In letters: "dress" and "dresses" come to the same."""
SELDOM = 0.03
"""An entry counts with more than this share of what the one counts that counts most."""
MOST_TELLING = 2.0


def fold(written: str) -> str:
    """The letters and digits alone, small and without accents: "T-Shirt" is "tshirt"."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", written.casefold())))


class Entries:
    """What can be suggested of one kind: labels, the keys by which each is found, and the products that have it."""

    def __init__(
        self, labels: Sequence[str], keys: Iterable[tuple[str, int]], having: Iterable[tuple[int, int]], products: int
    ):
        """`keys` are (key, entry); `having` are (entry, row of a product), of so many products."""
        self.labels = labels
        self._count = products
        pairs = np.sort(np.fromiter((entry * products + row for entry, row in having), int))
        pairs = pairs[np.diff(pairs, prepend=-1) > 0]
        self._rows = (pairs % max(products, 1)).astype(np.int32)
        self._starts = np.searchsorted(pairs, np.arange(len(labels) + 1) * products)
        ordered = sorted(keys)
        self._keys = [key for key, _ in ordered]
        self._entries = np.array([entry for _, entry in ordered], int)

    def beginning_with(self, letters: str) -> np.ndarray:
        """int (e,): the entries that have a key that begins with these."""
        first = bisect_left(self._keys, letters)
        return np.unique(self._entries[first : bisect_left(self._keys, letters + chr(0x10FFFF), first)])

    def having_key(self, key: str) -> np.ndarray:
        """int (e,): the entries that have this key."""
        first = bisect_left(self._keys, key)
        return self._entries[first : bisect_right(self._keys, key, first)]

    def products(self, entries: np.ndarray) -> np.ndarray:
        """bool (products,): those that have one of the entries."""
        having = np.zeros(self._count, bool)
        for entry in entries:
            having[self._rows[self._starts[entry] : self._starts[entry + 1]]] = True
        return having

    def counts(self, among: np.ndarray) -> np.ndarray:
        """int (entries,): how many of the products (bool) have each."""
        return np.diff(np.concatenate([[0], np.cumsum(among[self._rows])])[self._starts])

    def best(self, entries: np.ndarray, counts: np.ndarray) -> list[int]:
        """Of the entries those that count, first what many of the products counted have, and few others."""
        entries = entries[counts[entries] > counts[entries].max(initial=0) * SELDOM]
        telling = np.minimum(np.log1p(self._count / np.diff(self._starts)[entries]), MOST_TELLING)
        return entries[np.argsort(-counts[entries] * telling, kind="stable")].tolist()

    def first(
        self, entries: Iterable[int], without: Iterable[str] = (), longest_ending: int | None = LONGEST_ENDING
    ) -> list[int]:
        """The first of the entries that are fit to be shown, without those that repeat another or one of `without`.

        An entry repeats what it goes on from by an ending of so many letters; None: by any.
        """
        chosen: list[int] = []
        keys = [fold(text) for text in without]
        for entry in entries:
            key = fold(self.labels[entry])
            if key and not key.isdigit() and not any(_repeats(key, other, longest_ending) for other in keys):
                chosen.append(entry)
                keys.append(key)
            if len(chosen) == MOST_CHOICES:
                break
        return chosen


def _repeats(key: str, other: str, longest_ending: int | None) -> bool:
    short, long = sorted((key, other), key=len)
    return long.startswith(short) and (longest_ending is None or len(long) - len(short) <= longest_ending)


def words_of(texts: Sequence[str], others: Sequence[str]) -> Entries:
    """The words of texts, labelled as they are written most often, and those of other texts, which have no label.

    For each product there is one text of either.
    """
    labels: dict[str, str] = {}
    key_of: dict[str, str] = {}
    for written, _ in Counter(word for text in texts for word in text.split()).most_common():
        key_of[written] = fold(written)
        labels.setdefault(key_of[written], written.strip(AROUND_WORDS))
    for written in {word for text in others for word in text.split()}:
        key_of[written] = fold(written)
        labels.setdefault(key_of[written], "")
    number = {key: entry for entry, key in enumerate(labels)}
    number_of = {written: number[key] for written, key in key_of.items()}
    rows = enumerate(zip(texts, others, strict=True))
    having = ((number_of[word], row) for row, pair in rows for text in pair for word in text.split())
    return Entries(list(labels.values()), number.items(), having, len(texts))


def named(labels: Sequence[str], having: Iterable[tuple[int, int]], products: int) -> Entries:
    """Entries of several words, found by the beginning of each."""
    keys = {
        (key, entry)
        for entry, words in enumerate(label.split() for label in labels)
        for start in range(len(words))
        if (key := fold("".join(words[start:])))
    }
    return Entries(labels, keys, having, products)
