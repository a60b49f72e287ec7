"""The REST API of the catalogue."""

import pytest

from catalog.attributes import NAMES
from tests.factories import CategoryFactory, ProductFactory, give_further
from tests.pictures import drawing

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
    further = give_further(product, drawing(100), drawing(101))
    answer = client.get("/api/products/7/").json()
    assert answer["image"].endswith(product.image.url)
    assert answer.pop("images") == [answer.pop("image"), *(f"http://testserver{one.image.url}" for one in further)]
    assert answer == {
        **dict.fromkeys(NAMES, ""),
        "sku": "7",
        "name": product.name,
        "category": ["Topwear", "Shirts"],
        "base_colour": "Red",
        "year": 2012,
        "url": "/products/7/",
        **dict.fromkeys(("price", "sale_price", "price_now", "sale_starts_at", "sale_ends_at")),
        **dict.fromkeys(("currency", "availability", "condition", "link", "description"), ""),
        "has_lowest_price": False,
        "sizes": [],
    }


def test_what_a_product_is_sold_for_is_told_in_texts_and_narrows(client):
    product = ProductFactory(
        sku="7", price="1299.5", sale_price=999, currency="INR", brand="Sorrel", description="Soft"
    )
    product.sizes.create(label="M", position=1, availability="in_stock")
    product.sizes.create(label="L", position=2, availability="out_of_stock")
    ProductFactory(sku="8", price=2000, currency="INR")
    answer = client.get("/api/products/7/").json()
    assert (answer["price"], answer["sale_price"], answer["price_now"]) == ("1299.50", "999.00", "999.00")
    assert answer["sizes"] == [
        {"label": "M", "availability": "in_stock"},
        {"label": "L", "availability": "out_of_stock"},
    ]
    for query, found in {
        "max_price=999": ["7"],
        "min_price=999.01": ["8"],
        "size=M": ["7"],
        "size=L": [],
        "brand=Sorrel": ["7"],
        "sort=price-down": ["8", "7"],
        "min_price=much": ["8", "7"],
    }.items():
        assert [one["sku"] for one in client.get(f"/api/products/?{query}").json()["results"]] == found
    schema = client.get("/api/schema/").content.decode()
    assert all(f"name: {name}\n" in schema for name in ("min_price", "max_price", "size"))


def test_what_is_not_there_is_not_found(client):
    assert client.get("/api/products/none/").status_code == 404
    assert client.get("/api/products/?page=99").status_code == 404


def test_the_schema_names_every_address(client):
    schema = client.get("/api/schema/").content.decode()
    for address in ("/api/products/", "/api/products/{sku}/", "/api/products/{sku}/similar/", "/api/search/photo/"):
        assert f"{address}:" in schema
