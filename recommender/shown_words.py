"""Words that search the pictures: what a word looks like is learnt by `recommender.measuring.shown_words`."""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext

import numpy as np

from catalog.querysets import ProductQuerySet
from catalog.words.reading import stem
from recommender import neighbours
from recommender.cards import Card, cards_of, fold
from recommender.diversity import unit
from recommender.models import ShownWord
from recommender.vectors import VectorsAway

CANDIDATES = 48
MOST = 12
SORTED = 4000


def shown_words(words: Iterable[str]) -> dict[str, ShownWord]:
    """Those of the words that pictures show, as the active encoder sees it."""
    stems = {word: stem(word) for word in words}
    known = ShownWord.objects.filter(encoder__state="active", stem__in=stems.values()).select_related("encoder")
    by_stem = {word.stem: word for word in known}
    return {word: by_stem[stem] for word, stem in stems.items() if stem in by_stem}


def showing(words: Sequence[ShownWord], among: ProductQuerySet) -> list[Card]:
    """Those of the products whose pictures show all of the words, the clearest first; none while that is not told."""
    encoder, directions = words[0].encoder, np.array([word.vector for word in words])
    among_those = encoder.embeddings.filter(product__in=among)
    # Among a few sorting is faster, as the index would go through all the others to find them.
    try:
        with neighbours.index_settings() if among.count() > SORTED else nullcontext():
            found = neighbours.nearest(encoder, among_those, unit(directions.sum(axis=0)), CANDIDATES)
    except VectorsAway:
        return []
    least = [word.least for word in words]
    shows = (neighbours.vectors_of(encoder, found) @ directions.T >= least).all(axis=1)
    return cards_of(fold(near for near, shows_them in zip(found, shows, strict=True) if shows_them)[:MOST])
