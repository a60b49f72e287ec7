"""How much of what is truly nearest the index finds: each answer of the index against an exact one."""

import time

import numpy as np

from catalog.monitoring.metrics import INDEX_RECALL, INDEX_RECALL_AT
from recommender.models import Embedding, Encoder
from recommender.neighbours import exact_search, index_settings, nearest, others_than

SAMPLE = 50
NEIGHBOURS = 12
"""As many as a panel shows"""


def measure(encoder: Encoder) -> float | None:
    """The mean share of the twelve nearest pictures that the index finds, over 50 random products; the metric is set.

    None, and no metric, while there are too few products.
    """
    sample = list(encoder.embeddings.in_the_shop().order_by("?")[:SAMPLE])
    if len(sample) <= NEIGHBOURS:
        return None
    recall = float(np.mean([_recall(encoder, one) for one in sample]))
    INDEX_RECALL.set(recall)
    INDEX_RECALL_AT.set(time.time())
    return recall


def _recall(encoder: Encoder, one: Embedding) -> float:
    with exact_search():
        right = _distances(encoder, one)
    with index_settings():
        return share_found(right, _distances(encoder, one))


def share_found(right: list[float], found: list[float]) -> float:
    """How many of the right distances, nearest first, were found: what is no farther than the last is as good."""
    return min(1.0, sum(distance <= right[-1] for distance in found) / len(right))


def _distances(encoder: Encoder, one: Embedding) -> list[float]:
    return [near.distance for near in nearest(encoder, others_than(one), one.vector, NEIGHBOURS)]
