"""What can be suggested of one kind, found by the beginnings of its words, with the products behind it."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from catalog.words.reading import read, stem

MOST_CHOICES = 4
AROUND_WORDS = "\"'()[]{},;:!?*-"
SELDOM = 0.03
"""An entry counts with more than this share of what the one counts that counts most."""
MOST_TELLING = 2.0


def fold(written: str) -> str:
    """The words of what is written as one: "T-Shirt" is "tshirt"."""
    return "".join(read(written))


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
        return np.unique(self._entries[self._beginning_with(letters)])

    def forms_of(self, word: str) -> np.ndarray:
        """int (e,): the entries that have a form of the word for a key: shirts of shirt."""
        # The last letter of a stem may be another in the word: happi of happy.
        root = stem(word)
        keys = range(len(self._keys))[self._beginning_with(root[:-1] if len(root) > 2 else root)]
        return self._entries[[number for number in keys if stem(self._keys[number]) == root]]

    def _beginning_with(self, letters: str) -> slice:
        first = bisect_left(self._keys, letters)
        return slice(first, bisect_left(self._keys, letters + chr(0x10FFFF), first))

    def products(self, entries: Iterable[int]) -> np.ndarray:
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

    def first(self, entries: Iterable[int], without: Iterable[str] = (), *, with_longer: bool = True) -> list[int]:
        """The first of the entries that are fit to be shown, each but a form of another or of one `without`.

        Without the longer ones none only goes on from another: a line of a brand's is not shown beside the brand.
        """
        chosen: list[int] = []
        keys = [stem(fold(text)) for text in without]
        for entry in entries:
            key = stem(fold(self.labels[entry]))
            is_repeated = key in keys if with_longer else key.startswith(tuple(keys))
            if key and not key.isdigit() and not is_repeated:
                chosen.append(entry)
                keys.append(key)
            if len(chosen) == MOST_CHOICES:
                break
        return chosen


def words_of(texts: Sequence[str], others: Sequence[str]) -> Entries:
    """The words of texts, labelled as they are written most often, and those of other texts, which have no label.

    For each product there is one text of either. "black/white" is found by both of its words, too; "t-shirt" is one.
    """
    labels: dict[str, str] = {}
    for written, _ in Counter(word for text in texts for word in text.split()).most_common():
        labels.setdefault(fold(written), written.strip(AROUND_WORDS))
    keys_of = {written: _keys(written) for written in {word for text in (*texts, *others) for word in text.split()}}
    number = {key: entry for entry, key in enumerate(sorted({key for keys in keys_of.values() for key in keys}))}
    numbers_of = {written: [number[key] for key in keys] for written, keys in keys_of.items()}
    rows = enumerate(zip(texts, others, strict=True))
    having = (
        (entry, row) for row, pair in rows for text in pair for word in text.split() for entry in numbers_of[word]
    )
    return Entries([labels.get(key, "") for key in number], number.items(), having, len(texts))


def _keys(written: str) -> set[str]:
    parts = read(written)
    return {"".join(parts), *(parts if all(len(part) > 1 for part in parts) else ())}


def named(labels: Sequence[str], having: Iterable[tuple[int, int]], products: int) -> Entries:
    """Entries of several words, found by the beginning of each."""
    keys = {
        (key, entry)
        for entry, words in enumerate(label.split() for label in labels)
        for start in range(len(words))
        if (key := fold("".join(words[start:])))
    }
    return Entries(labels, keys, having, products)
