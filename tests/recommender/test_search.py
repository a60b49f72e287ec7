"""Visually similar products and photo search, from the database to the page and the API."""

import re

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image
from sklearn.neighbors import NearestNeighbors

from catalog.models import Product
from recommender import registry
from recommender.models import Embedding
from recommender.neighbours import similar_to_product, similar_to_vector
from tests.factories import ProductFactory, searchable_products
from tests.pictures import as_file, drawing

pytestmark = pytest.mark.django_db


def photo_of(product: Product) -> SimpleUploadedFile:
    """The product's picture, slightly cropped and compressed again."""
    picture = Image.open(product.image)
    width, height = picture.size
    cropped = picture.crop((width // 25, height // 25, width - width // 25, height - height // 25))
    return SimpleUploadedFile("photo.jpg", as_file(cropped, quality=70))


def cards(response) -> list[str]:
    return re.findall(r'data-sku="([^"]*)"', response.content.decode())


def upload(client: Client, file: SimpleUploadedFile | None):
    return client.post("/search/photo/", {"photo": file} if file else {})


def test_neighbours_are_those_of_an_exact_search():
    searchable_products(60)
    rows = list(Embedding.objects.select_related("product"))
    vectors = np.stack([row.vector for row in rows])
    exact = NearestNeighbors(n_neighbors=13, metric="cosine", algorithm="brute").fit(vectors)
    distances, neighbours = exact.kneighbors(vectors)
    for position, row in enumerate(rows):
        matches = similar_to_product(row.product, 12)
        expected = [(rows[n].product, d) for n, d in zip(neighbours[position], distances[position], strict=True)]
        expected = [pair for pair in expected if pair[0] != row.product][:12]
        found = [1 - match.similarity for match in matches]
        assert found == pytest.approx([distance for _, distance in expected], abs=2e-3)
        assert len({match.product for match in matches} & {product for product, _ in expected}) >= 11
        assert row.product not in {match.product for match in matches}


def test_a_search_for_more_than_there_is_finds_all():
    products = searchable_products(5)
    vector = Embedding.objects.first().vector
    assert len(similar_to_vector(registry.active_encoder(), vector, 100)) == len(products)


def test_the_panel_shows_twelve_others_best_first(client):
    product = searchable_products(20)[7]
    response = client.get(f"/products/{product.sku}/")
    assert cards(response) == [match.product.sku for match in similar_to_product(product, 12)]
    assert product.sku not in cards(response)
    percents = [int(number) for number in re.findall(r"(\d+) % similar", response.content.decode())]
    assert len(percents) == 12
    assert percents == sorted(percents, reverse=True)


def test_a_product_that_is_not_embedded_yet_says_so(client):
    searchable_products(2)
    assert "still looking" in client.get(f"/products/{ProductFactory().sku}/").content.decode()
    without = ProductFactory(image="", image_digest="")
    assert "has a picture" in client.get(f"/products/{without.sku}/").content.decode()


def test_a_product_whose_picture_changed_is_in_no_panel(client):
    first, second = searchable_products(2)
    Product.objects.filter(pk=second.pk).update(image_digest="f" * 64)
    assert cards(client.get(f"/products/{first.sku}/")) == []


def test_a_photo_of_a_product_finds_it_first(client):
    for product in searchable_products(30)[::3]:
        response = upload(client, photo_of(product))
        assert response.status_code == 200
        assert cards(response)[0] == product.sku
        assert len(cards(response)) == 24


def test_the_photo_page_invites(client):
    page = client.get("/search/photo/").content.decode()
    assert 'name="photo"' in page
    assert "multipart/form-data" in page


@pytest.mark.parametrize(
    ("file", "status", "message"),
    [
        (None, 400, "Choose a picture first."),
        (SimpleUploadedFile("a.jpg", b"<html>"), 400, "not a JPEG"),
        (SimpleUploadedFile("a.jpg", b""), 400, "not a JPEG"),
        (SimpleUploadedFile("a.png", as_file(drawing(1), "PNG")[:200]), 400, "damaged"),
        (SimpleUploadedFile("a.jpg", bytes((20 << 20) + 1)), 413, "up to 20 MB"),
    ],
)
def test_a_bad_upload_gets_a_clear_message_on_the_page_and_in_the_api(client, file, status, message):
    searchable_products(1)
    response = upload(client, file)
    assert response.status_code == status
    assert message in response.content.decode()
    if file:
        file.seek(0)
        answer = client.post("/api/search/photo/", {"photo": file})
        assert answer.status_code == status
        assert message in answer.json()["photo"][0]


def test_a_shop_with_nothing_searchable_says_so(client):
    ProductFactory()
    page = upload(client, SimpleUploadedFile("a.jpg", as_file(drawing(1)))).content.decode()
    assert "no product of the shop is searchable" in page


def test_similar_products_over_rest(client):
    product = searchable_products(20)[3]
    answer = client.get(f"/api/products/{product.sku}/similar/?count=5").json()
    assert [match["product"]["sku"] for match in answer] == [
        match.product.sku for match in similar_to_product(product, 5)
    ]
    assert len(client.get(f"/api/products/{product.sku}/similar/").json()) == 12
    assert client.get(f"/api/products/{product.sku}/similar/?count=0").status_code == 400
    assert client.get(f"/api/products/{product.sku}/similar/?count=many").status_code == 400
    assert client.get("/api/products/none/similar/").status_code == 404


def test_photo_search_over_rest(client):
    product = searchable_products(10)[4]
    answer = client.post("/api/search/photo/", {"photo": photo_of(product), "count": 3}).json()
    assert len(answer) == 3
    assert answer[0]["product"]["sku"] == product.sku
    assert answer[0]["similarity"] > answer[1]["similarity"]
    assert "photo" in client.post("/api/search/photo/", {}).json()
    assert client.get("/api/search/photo/").status_code == 405


def test_the_index_answers_and_not_a_sort_of_all_distances():
    product = searchable_products(5)[0]
    with CaptureQueriesContext(connection) as queries:
        similar_to_product(product, 3)
    settings = [query["sql"] for query in queries if query["sql"].startswith("SET LOCAL")]
    search = next(query["sql"] for query in queries if "<=>" in query["sql"])
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (*settings, f"EXPLAIN {search}"):
            cursor.execute(statement)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert f"Index Scan using embedding_hnsw_{registry.active_encoder().pk}" in plan
