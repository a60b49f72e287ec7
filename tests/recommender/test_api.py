"""What looks like what, over REST."""

import pytest

from recommender import embedding
from recommender.neighbours import similar_to_product
from tests.factories import give_further, searchable_products
from tests.photos import photo_of
from tests.pictures import drawing

pytestmark = pytest.mark.django_db


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


def test_a_match_tells_which_picture_is_the_nearest(client):
    product, other = searchable_products(2)
    give_further(other, drawing(100), drawing(0, (91, 121)))
    embedding.embed_products([other.pk])
    (match,) = client.get(f"/api/products/{product.sku}/similar/").json()
    assert match["picture"] == 3
    assert match["similarity"] > 0.9
    assert len(match["product"]["images"]) == 3


def test_photo_search_over_rest(client):
    product = searchable_products(10)[4]
    answer = client.post("/api/search/photo/", {"photo": photo_of(product), "count": 3}).json()
    assert len(answer) == 3
    assert answer[0]["product"]["sku"] == product.sku
    assert answer[0]["similarity"] > answer[1]["similarity"]
    assert "photo" in client.post("/api/search/photo/", {}).json()
    assert client.get("/api/search/photo/").status_code == 405
