"""Searches over REST."""

import base64
import json

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile

from catalog.models import ProductSize
from recommender.registry import active_encoder
from tests.factories import ProductFactory, searchable_products
from tests.photos import photo_of, scene
from tests.pictures import as_file, drawing

pytestmark = pytest.mark.django_db
PHOTO, VECTOR, EMBED = "/api/v1/search/photo/", "/api/v1/search/vector/", "/api/v1/embed/"


def skus(answer) -> list[str]:
    return [match["product"]["sku"] for match in answer.json()["results"]]


def ask(client, where: str, **body: object):
    return client.post(where, body, content_type="application/json")


def as_text(upload) -> str:
    return base64.b64encode(upload.read()).decode()


def test_words_find_products_and_it_is_told_how_they_were_understood(client):
    ProductFactory(sku="1", name="Red Shirt")
    ProductFactory(sku="2", name="Blue Shirt")
    answer = client.get("/api/v1/search/?q=red+shrit").json()
    assert [product["sku"] for product in answer["results"]] == ["1", "2"]
    assert answer["understood"]["shown"] == "red shirt"
    assert answer["lacking"] == [{"sku": "2", "lacks": ["red"]}]
    assert client.get("/api/v1/search/").json()["errors"] == [
        {"pointer": "/q", "code": "required", "detail": "This field is required."}
    ]


@pytest.mark.parametrize("way", ["multipart", "multipart and address", "base64", "body"])
def test_a_photo_finds_its_product_however_it_is_sent(client, way):
    product = searchable_products(10)[4]
    photo = photo_of(product)
    if way == "multipart":
        answer = client.post(PHOTO, {"photo": photo, "limit": 3, "box": "0,0,100,100"})
    elif way == "base64":
        answer = ask(client, PHOTO, photo=as_text(photo), limit=3)
    elif way == "multipart and address":
        answer = client.post(f"{PHOTO}?limit=3", {"photo": photo})
    else:
        answer = client.post(f"{PHOTO}?limit=3", photo.read(), content_type="image/jpeg")
    assert answer.status_code == 200, answer.content
    assert len(skus(answer)) == 3
    assert skus(answer)[0] == product.sku
    assert answer.json()["verdict"] == "close"
    assert answer.json()["count"] == 10
    assert answer.json()["results"][0]["similarity"] > answer.json()["results"][1]["similarity"]


def test_a_photo_is_answered_with_its_parts_and_facets_and_what_was_searched_with(client, products):
    product = products[4]
    photo = as_file(scene(product))
    answer = client.post(f"{PHOTO}?box=60,50,40,50", photo, content_type="image/jpeg").json()
    assert answer["box"] == [60, 50, 40, 50]
    assert answer["results"][0]["product"]["sku"] == product.sku
    assert {facet["name"] for facet in answer["facets"]} >= {"category", "gender", "base_colour", "year"}
    again = ask(client, VECTOR, look=answer["look"], gender=["Men"])
    assert skus(again)[0] == product.sku
    assert {match["product"]["gender"] for match in again.json()["results"]} == {"Men"}


def test_a_photo_of_nothing_says_so(client):
    searchable_products(3)
    noise = as_file(drawing(1, (64, 64)).resize((2, 2)).resize((300, 300)))
    answer = client.post(PHOTO, noise, content_type="image/jpeg").json()
    assert (answer["verdict"], answer["results"], answer["look"]) == ("none", [], None)


def test_photo_search_is_narrowed_as_on_the_page(client):
    products = searchable_products(10)
    for number, product in enumerate(products):
        product.gender, product.price, product.currency = "Men" if number % 2 else "Women", 10 * number, "EUR"
        product.save()
    ProductSize.objects.create(product=products[7], label="M", position=0)

    def found(**asked: object) -> set[str]:
        return set(skus(client.post(PHOTO, {"photo": photo_of(products[4]), **asked})))

    def fitting(*numbers: int) -> set[str]:
        return {products[number].sku for number in numbers}

    assert found(min_price="50", max_price="70") == fitting(5, 6, 7)
    assert found(min_price="50", gender=["Men"]) == fitting(5, 7, 9)
    assert found(gender=["Men", "Women"], size="M") == fitting(7)
    assert found(category="Nothing") == set()
    refused = client.post(PHOTO, {"photo": photo_of(products[4]), "min_price": "much"}).json()
    assert [error["pointer"] for error in refused["errors"]] == ["/min_price"]


def test_an_embedding_is_made_and_searched_with(client):
    product = searchable_products(5)[2]
    embedding = client.post(EMBED, product.image.read(), content_type="image/jpeg").json()
    assert embedding["digest"] == active_encoder().digest
    assert sum(number**2 for number in embedding["vector"]) == pytest.approx(1, abs=1e-3)
    assert skus(ask(client, VECTOR, vector=embedding["vector"], limit=2))[0] == product.sku
    assert len(skus(ask(client, VECTOR, vector=embedding["vector"], limit=2))) == 2


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"vector": [1.0, 2.0]}, 422, "unusable"),
        ({"vector": [0.0] * 256}, 422, "unusable"),
        ({"vector": []}, 400, "invalid"),
        ({"vector": ["a"]}, 400, "invalid"),
        ({"look": "forged"}, 410, "gone"),
        ({"vector": [1.0], "look": "forged"}, 400, "invalid"),
        ({}, 400, "invalid"),
        ([], 400, "invalid"),
    ],
)
def test_what_is_no_embedding_of_this_shop_is_refused(client, body, status, code):
    searchable_products(1)
    answer = client.post(VECTOR, json.dumps(body), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("address", [PHOTO, EMBED])
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"photo": "no base64!"}, 400, "invalid"),
        ({"photo": base64.b64encode(b"no picture").decode()}, 422, "unusable"),
        ({"photo": 7}, 400, "invalid"),
        ({"address": "http://127.0.0.1/a.jpg"}, 422, "unusable"),
        ({"photo": "QQ==", "address": "http://a.example.com/a.jpg"}, 422, "unusable"),
        ({"photo": "QQ==", "box": [1, 2]}, 400, "invalid"),
        ({}, 422, "unusable"),
    ],
)
def test_what_is_no_photo_is_refused(client, address, body, status, code):
    searchable_products(1)
    answer = ask(client, address, **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_address_is_fetched_where_the_shop_does_that(client, settings):
    searchable_products(1)
    settings.PHOTO_FROM_ADDRESS = True
    answer = ask(client, PHOTO, address="http://127.0.0.1/a.jpg")
    assert "not on the public internet" in answer.json()["detail"]
    settings.LIMITS = {**settings.LIMITS, "costly": "1/min"}
    caches["limits"].clear()
    assert [ask(client, PHOTO, address="http://127.0.0.1/a.jpg").status_code for _ in range(2)] == [422, 429]
    assert client.post(PHOTO, {"photo": SimpleUploadedFile("a.jpg", as_file(drawing(0)))}).status_code == 200
    caches["limits"].clear()
