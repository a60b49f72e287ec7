"""Recommendations for a browser, from the products that it has looked at and nothing else."""

from contextlib import suppress
from itertools import chain, zip_longest

import numpy as np

from recommender import explore, neighbours
from recommender.cards import Card, cards_of, fold
from recommender.diversity import farthest_points, unit
from recommender.models import Embedding
from recommender.vectors import VectorsAway

INTERESTS = 3
CANDIDATES = 40
PRODUCTS = 24


def for_you(seen: list[int]) -> list[Card]:
    """Products near what those ids have in common, taking turns between the interests; none of them seen already.

    `seen` has the latest first. Without any, or while nothing tells what is near, it is a diverse choice.
    """
    known = neighbours.embeddings_of(seen) if seen else {}
    if known:
        with suppress(VectorsAway):
            return _near(known, seen)
    return [Card(product) for product in explore.diverse_products(PRODUCTS)]


def _near(known: dict[int, Embedding], seen: list[int]) -> list[Card]:
    looked_at = [known[pk] for pk in seen if pk in known]
    digests = {row.image_digest for row in looked_at}
    interests = _interests(np.stack([row.vector for row in looked_at]).astype(np.float32))
    turns = neighbours.similar_to_vectors(looked_at[0].encoder, interests, CANDIDATES)
    found = filter(None, chain.from_iterable(zip_longest(*turns)))
    others = (near for near in found if near.own_digest not in digests)
    # Whichever picture was nearest, the shop presents a product by its own.
    return cards_of(fold(near._replace(image_digest=near.own_digest) for near in others)[:PRODUCTS])


def _interests(vectors: np.ndarray) -> list[np.ndarray]:
    """Up to three directions: the embeddings (n, d) gather around the latest one and those that differ most from it."""
    centres = vectors[farthest_points(vectors, INTERESTS)]
    nearest = (vectors @ centres.T).argmax(axis=1)
    return [
        unit(vectors[nearest == number].mean(axis=0)) for number in range(len(centres)) if (nearest == number).any()
    ]
