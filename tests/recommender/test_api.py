"""What looks like what, over REST."""

import pytest

from catalog.models import ProductSize
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


def test_photo_search_over_rest_is_narrowed_as_on_the_page(client):
    products = searchable_products(10)
    for number, product in enumerate(products):
        product.gender, product.price, product.currency = "Men" if number % 2 else "Women", 10 * number, "EUR"
        product.save()
    ProductSize.objects.create(product=products[7], label="M", position=0)

    def skus(**asked: object) -> set[str]:
        answer = client.post("/api/search/photo/", {"photo": photo_of(products[4]), **asked})
        return {match["product"]["sku"] for match in answer.json()}

    def fitting(*numbers: int) -> set[str]:
        return {products[number].sku for number in numbers}

    assert skus(min_price="50", max_price="70") == fitting(5, 6, 7)
    assert skus(min_price="50", gender=["Men"]) == fitting(5, 7, 9)
    assert skus(gender=["Men", "Women"], size="M") == fitting(7)
    assert skus(category="Nothing") == set()
    refused = client.post("/api/search/photo/", {"photo": photo_of(products[4]), "min_price": "much"})
    assert refused.status_code == 400
    assert "min_price" in refused.json()
