"""Which words of products' names their pictures show, learnt and measured on the shop's own products.

A word's direction in the space of embeddings is a ridge regression from pictures to whether the name has the word. It
is measured first, on products whose names it has not seen: of the pictures that are farthest along, how many names
have the word? A word that says nothing of the look finds as many as chance does, and a maker's is told by its makers.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

import numpy as np
from django.db import transaction

from catalog.attributes import NAMES
from catalog.models import Category, Product
from catalog.words.reading import read, stem
from recommender.measuring.catalogue import Catalogue
from recommender.models import ShownWord

FEWEST_PRODUCTS = 60
FEWEST_HELD_OUT = 6
FEWEST_LETTERS = 3
FEWEST_MAKERS = 4.0
"""A maker is the first word of a name; how many a word has is 1 / sum(share²) of their shares of its products."""
HELD_OUT_SHARE = 10
"""One picture in so many is held out."""
FOUND = 12
LEAST_PRECISION = 0.4
LEAST_LIFT = 3
"""How many times as many as chance it finds"""
UNCLEAR = 0.5
"""The share of a word's pictures that do not show it clearly enough to be found"""
RIDGE = 10.0
"""As if the pictures varied by so much in every direction, summed over all of them"""
ROWS_AT_ONCE = 2000
LEAST = 1e-9
"""What is divided by where a word is in no picture that is learnt from"""


def learn_shown_words(catalogue: Catalogue) -> list[ShownWord]:
    """Measures the words of the names, learns those that pictures show, and keeps them in place of those before."""
    words = list(_words(catalogue))
    shown = list(_shown(catalogue, words)) if words else []
    with transaction.atomic():
        catalogue.encoder.shown_words.all().delete()
        ShownWord.objects.bulk_create(shown)
    return shown


def _shown(catalogue: Catalogue, words: Iterable[tuple[str, np.ndarray]]) -> Iterator[ShownWord]:
    """Those of the words that prove themselves on held-out pictures, learnt from all; not yet saved."""
    # The first picture is seen, so that there always is one.
    held_out = catalogue.picture_numbers % HELD_OUT_SHARE == HELD_OUT_SHARE - 1
    test = _Learner(catalogue.vectors, ~held_out)
    whole = _Learner(catalogue.vectors, np.ones(len(catalogue), bool))
    unseen = catalogue.vectors[held_out]
    for word, has in words:
        scores, has_unseen = unseen @ test.direction(has), has[held_out]
        precision = _precision(scores, has_unseen)
        if precision >= max(LEAST_PRECISION, LEAST_LIFT * has_unseen.mean()):
            yield ShownWord(
                encoder=catalogue.encoder,
                stem=word,
                vector=whole.direction(has),
                least=float(np.quantile(scores[has_unseen], UNCLEAR)),
                precision=precision,
            )


class _Learner:
    """Ridge regression on the embeddings (n, d) that are learnt from (bool (n,)), solved once for all words."""

    def __init__(self, vectors: np.ndarray, learnt: np.ndarray):
        self._vectors, self._learnt = vectors, learnt
        self._mean = vectors.mean(axis=0, where=learnt[:, None])
        variance = np.zeros((vectors.shape[1],) * 2)
        # A copy of all of them, without their mean, would be as much memory again.
        for start in range(0, len(vectors), ROWS_AT_ONCE):
            chunk = slice(start, start + ROWS_AT_ONCE)
            centred = vectors[chunk][learnt[chunk]] - self._mean
            variance += centred.T @ centred
        self._solution = np.linalg.inv(variance + RIDGE * np.eye(len(variance)))

    def direction(self, has: np.ndarray) -> np.ndarray:
        """float32 (d,), of length one: where the pictures of the chosen (bool (n,)) lie, as far as they are learnt."""
        direction = self._solution @ (self._vectors[has & self._learnt] - self._mean).sum(axis=0)
        return (direction / max(np.linalg.norm(direction), LEAST)).astype(np.float32)


def _precision(scores: np.ndarray, has: np.ndarray) -> float:
    """How many of the first found have it, of as many as there are."""
    found = min(FOUND, int(has.sum()))
    return float(has[np.argsort(-scores)[:found]].mean()) if found >= FEWEST_HELD_OUT else 0.0


def _words(catalogue: Catalogue) -> Iterator[tuple[str, np.ndarray]]:
    """(stem, bool (n,): whose name has it) of words that many makers use, but for those that products are found by."""
    names = dict(Product.objects.filter(pk__in=catalogue.ids.tolist()).values_list("pk", "name"))
    makers: dict[str, Counter[str]] = defaultdict(Counter)
    rows: dict[str, list[int]] = defaultdict(list)
    for row, pk in enumerate(catalogue.ids.tolist()):
        words = list(map(stem, read(names.get(pk, ""))))
        for word in set(words):
            rows[word].append(row)
            makers[word][words[0]] += 1
    known = _known_words()
    for word, having in rows.items():
        shares = np.array(list(makers[word].values())) / len(having)
        is_word = word.isalpha() and len(word) >= FEWEST_LETTERS and word not in known
        if is_word and len(having) >= FEWEST_PRODUCTS and 1 / (shares**2).sum() >= FEWEST_MAKERS:
            has = np.zeros(len(catalogue), bool)
            has[having] = True
            yield word, has


def _known_words() -> set[str]:
    """The stems in the values of attributes and the names of categories."""
    texts = set(Category.objects.values_list("name", flat=True))
    for name in NAMES:
        texts.update(str(value) for value in Product.objects.order_by().values_list(name, flat=True).distinct())
    return {stem(word) for text in texts for word in read(text)}
