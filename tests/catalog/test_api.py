"""The REST API of the catalogue."""

import pytest

from catalog.attributes import NAMES
from tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db


def test_products_are_listed_page_by_page_and_narrowed(client):
    ProductFactory.create_batch(50, gender="Men")
    ProductFactory(gender="Women")
    answer = client.get("/api/products/?gender=Men").json()
    assert answer["count"] == 50
    assert len(answer["results"]) == 48
    assert "page=2" in answer["next"]
    assert len(client.get(answer["next"]).json()["results"]) == 2


def test_a_product_tells_everything_it_has(client):
    category = CategoryFactory(name="Shirts", parent=CategoryFactory(name="Topwear"))
    product = ProductFactory(sku="7", category=category, base_colour="Red", year=2012)
    answer = client.get("/api/products/7/").json()
    assert answer.pop("image").endswith(product.image.url)
    assert answer == {
        **dict.fromkeys(NAMES, ""),
        "sku": "7",
        "name": product.name,
        "category": ["Topwear", "Shirts"],
        "base_colour": "Red",
        "year": 2012,
        "url": "/products/7/",
    }


def test_what_is_not_there_is_not_found(client):
    assert client.get("/api/products/none/").status_code == 404
    assert client.get("/api/products/?page=99").status_code == 404


def test_the_schema_names_every_address(client):
    schema = client.get("/api/schema/").content.decode()
    for address in ("/api/products/", "/api/products/{sku}/", "/api/products/{sku}/similar/", "/api/search/photo/"):
        assert f"{address}:" in schema
