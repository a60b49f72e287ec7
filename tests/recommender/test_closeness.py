"""How close the nearest product is, for many vectors in one statement."""

import numpy as np
import pytest

from recommender import neighbours, registry
from recommender.models import Embedding
from tests.factories import searchable_products

pytestmark = pytest.mark.django_db


def test_closeness_is_the_cosine_to_the_nearest_embedding():
    searchable_products(20)
    own = np.stack(list(Embedding.objects.values_list("vector", flat=True)))
    random = np.random.default_rng(0).normal(size=(7, own.shape[1]))
    asked = np.concatenate([own[:3], random / np.linalg.norm(random, axis=1, keepdims=True)])
    found = neighbours.closeness(registry.active_encoder(), asked)
    assert found.shape == (10,)
    assert found.dtype == np.float32
    assert found == pytest.approx((asked @ own.T).max(axis=1), abs=2e-3)


def test_nothing_is_close_in_an_empty_shop():
    encoder = registry.active_encoder()
    assert neighbours.closeness(encoder, np.eye(3, encoder.dimensions)).tolist() == [-1, -1, -1]
