"""The index finds what an exact search finds, for one vector and for many in one statement."""

import numpy as np
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from sklearn.neighbors import NearestNeighbors

from recommender import neighbours, registry
from recommender.models import Embedding
from recommender.neighbours import similar_to_product, similar_to_vector
from tests.factories import searchable_products

pytestmark = pytest.mark.django_db


def test_neighbours_are_those_of_an_exact_search():
    searchable_products(60)
    rows = list(Embedding.objects.select_related("product"))
    vectors = np.stack([row.vector for row in rows])
    exact = NearestNeighbors(n_neighbors=13, metric="cosine", algorithm="brute").fit(vectors)
    distances, nearest = exact.kneighbors(vectors)
    for position, row in enumerate(rows):
        matches = similar_to_product(row.product, 12)
        expected = [(rows[n].product, d) for n, d in zip(nearest[position], distances[position], strict=True)]
        expected = [pair for pair in expected if pair[0] != row.product][:12]
        found = [1 - match.similarity for match in matches]
        assert found == pytest.approx([distance for _, distance in expected], abs=2e-3)
        assert len({match.product for match in matches} & {product for product, _ in expected}) >= 11
        assert row.product not in {match.product for match in matches}


def test_a_search_for_more_than_there_is_finds_all():
    products = searchable_products(5)
    vector = Embedding.objects.first().vector
    assert len(similar_to_vector(registry.active_encoder(), vector, 100)) == len(products)


def test_the_index_answers_and_not_a_sort_of_all_distances():
    product = searchable_products(5)[0]
    with CaptureQueriesContext(connection) as queries:
        similar_to_product(product, 3)
    (settings,) = [query["sql"] for query in queries if "set_config" in query["sql"]]
    search = next(query["sql"] for query in queries if "<=>" in query["sql"])
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (settings, f"EXPLAIN {search}"):
            cursor.execute(statement)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert f"Index Scan using embedding_hnsw_{registry.active_encoder().pk}" in plan


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
