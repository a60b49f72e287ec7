"""The index finds what an exact search finds, for one vector and for many in one statement."""

import numpy as np
import pytest
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from sklearn.neighbors import NearestNeighbors

from recommender import embedding, neighbours, registry
from recommender.models import Embedding
from recommender.neighbours import similar_to_product, similar_to_vector
from tests.factories import give_further, searchable_products
from tests.pictures import drawing

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


def test_a_large_index_is_asked_for_more_candidates(monkeypatch):
    def candidates(told: int | None = None) -> str:
        with neighbours.index_settings(told), connection.cursor() as cursor:
            cursor.execute("SELECT '[1]'::vector; SHOW hnsw.ef_search")
            return cursor.fetchone()[0]

    assert (candidates(), candidates(24)) == ("100", "24")
    # Nobody has counted the rows yet, which PostgreSQL tells as -1.
    monkeypatch.setattr(neighbours, "MANY", -2)
    assert (candidates(), candidates(24)) == ("300", "24")


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


@pytest.fixture
def with_further():
    """60 searchable products, of which every other one has one to five further pictures."""
    products = searchable_products(60)
    random = np.random.default_rng(3)
    for product in products[::2]:
        give_further(product, *map(drawing, random.integers(1000, 1000_000, random.integers(1, 6))))
    embedding.embed_products([product.pk for product in products])
    return products


def nearest_by_hand(vector: np.ndarray, without: int = 0) -> list[tuple[float, int, str]]:
    """(cosine, product, digest of its nearest picture) of every product, the nearest first."""
    cosines: dict[int, tuple[float, str]] = {}
    for product, digest, own in Embedding.objects.exclude(product=without).values_list(
        "product", "image_digest", "vector"
    ):
        cosines[product] = max(cosines.get(product, (-1, "")), (float(own @ vector), digest))
    return sorted(((cosine, pk, digest) for pk, (cosine, digest) in cosines.items()), reverse=True)


def test_a_product_is_as_near_as_the_nearest_of_its_pictures(with_further):
    encoder = registry.active_encoder()
    vectors = np.stack(list(Embedding.objects.values_list("vector", flat=True)))
    random = np.random.default_rng(5)
    for _ in range(15):
        mixed = vectors[random.choice(len(vectors), 2)].sum(axis=0) + random.normal(size=vectors.shape[1]) / 40
        vector = mixed / np.linalg.norm(mixed)
        count = int(random.integers(1, 50))
        expected = nearest_by_hand(vector)[:count]
        found = similar_to_vector(encoder, vector, count)
        assert len({match.product for match in found}) == count
        assert [match.similarity for match in found] == pytest.approx([cosine for cosine, *_ in expected], abs=2e-3)
        shown = {match.product.pk: match.image_digest for match in found}
        agreed = sum(shown.get(pk) == digest for _, pk, digest in expected)
        assert agreed >= count - 1
        rows = neighbours.look_alikes(encoder, vector, ())
        assert len({row[0] for row in rows}) == len(rows) == len(with_further)
        assert [1 - row[2] for row in rows[:count]] == pytest.approx([cosine for cosine, *_ in expected], abs=2e-3)


def test_no_further_picture_of_a_product_is_beside_it_and_none_that_is_gone_is_found(with_further):
    product, _, gone, *_ = with_further
    own = np.asarray(Embedding.objects.get(product=product, image_digest=product.image_digest).vector)
    vanished = Embedding.objects.exclude(image_digest=gone.image_digest).filter(product=gone).first()
    gone.further_pictures.all().delete()
    found = similar_to_product(product, 70)
    assert len(found) == len(with_further) - 1
    assert product not in {match.product for match in found}
    assert vanished.image_digest not in {match.image_digest for match in found}
    kept = [row for row in nearest_by_hand(own, product.pk) if row[1] != gone.pk]
    similarities = {match.product.pk: match.similarity for match in found}
    assert [similarities[pk] for _, pk, _ in kept] == pytest.approx([cosine for cosine, *_ in kept], abs=2e-3)


def test_one_picture_each_takes_one_query_of_the_index(django_assert_num_queries):
    products = searchable_products(20)
    own = neighbours.embedding_of(products[0])
    with django_assert_num_queries(4):  # a savepoint, the settings, the search, and the end of the savepoint
        neighbours.around(own, 12)


def test_only_where_a_further_picture_was_found_anybody_asks_whether_it_is_still_there(with_further):
    product, *_ = with_further
    own = neighbours.embedding_of(product)

    def asked(count: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            neighbours.around(own, count)
        return sum("catalog_furtherpicture" in query["sql"] for query in queries)

    assert asked(50) > 0
    Embedding.objects.exclude(image_digest=F("product__image_digest")).delete()
    assert asked(50) == 0


def test_products_of_many_pictures_are_passed_in_one_query():
    shown, *_ = searchable_products(4)
    give_further(shown, *(drawing(0, (91 + number, 120)) for number in range(12)))
    embedding.embed_products([shown.pk])
    own = neighbours.embedding_of(shown)
    with CaptureQueriesContext(connection) as queries:
        found = similar_to_vector(own.encoder, own.vector, 3)
    assert len(found) == 3
    assert len({match.product.pk for match in found}) == 3
    assert sum("<=>" in query["sql"] for query in queries) == 1
