"""The shop's pages, and the pictures in them."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Product
from tests.factories import ProductFactory, searchable_products
from tests.pages import skus

pytestmark = pytest.mark.django_db


def test_a_page_asks_few_queries(client, shop, django_assert_max_num_queries):
    client.get("/products/")
    for address in ("/products/", "/products/?gender=Men&q=shirt", "/c/apparel/topwear/", "/products/4/"):
        Product.objects.filter(sku="1").update(year=2000)
        with django_assert_max_num_queries(12):
            client.get(address)


def test_pages_follow_each_other_and_keep_the_filter(client):
    ProductFactory.create_batch(50, gender="Men")
    ProductFactory(gender="Women")
    first = client.get("/products/?gender=Men").content.decode()
    assert first.count("data-sku") == 48
    assert 'rel="next"' in first
    assert "gender=Men&amp;page=2" in first
    second = skus(client, "/products/?gender=Men&page=2")
    assert len(second) == 2
    assert not second & set(re.findall(r'data-sku="([^"]*)"', first))


def test_the_product_page_says_what_the_product_is(client, shop):
    page = client.get("/products/4/").content.decode()
    assert "Pumps" in page
    assert [
        word for word in ("Footwear", "Shoes", "Heels", "Men", "Navy Blue", "Fall", "Casual") if word not in page
    ] == []


def test_names_from_a_catalogue_are_no_markup(client):
    ProductFactory(sku="x", name="<script>alert(1)</script>")
    for address in ("/", "/products/", "/products/x/"):
        assert "<script>alert" not in client.get(address).content.decode()


def test_what_is_not_there_is_not_found(client):
    assert client.get("/products/none/").status_code == 404
    assert client.get("/media/products/none.jpg").status_code == 404
    assert client.get("/media/products/../../manage.py").status_code == 400


def test_pictures_may_be_kept_for_good_and_can_do_nothing(client):
    response = client.get(f"/{ProductFactory().image.url.lstrip('/')}")
    assert response.status_code == 200
    assert response["Content-Type"] == "image/jpeg"
    assert "immutable" in response["Cache-Control"]
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_an_empty_shop_says_so(client):
    assert "The shop is empty" in client.get("/").content.decode()
    assert "Nothing matches" in client.get("/products/").content.decode()


def test_an_archived_product_offers_what_looks_like_it(client):
    first, second = searchable_products(2)
    Product.objects.filter(pk=first.pk).update(archived_at=timezone.now())
    response = client.get(first.get_absolute_url())
    assert response.status_code == 404
    assert f'data-sku="{second.sku}"' in response.content.decode()


@pytest.mark.parametrize("address", ["/", "/products/", "/products/?q=tee", "/suggestions/?q=te", "/favourites/"])
def test_descriptions_are_read_where_they_are_shown_alone(client, address):
    product = ProductFactory(name="Tee", description="Soft and warm")
    client.post(f"/products/{product.sku}/favourite/")
    with CaptureQueriesContext(connection) as asked:
        assert "Soft and warm" not in client.get(address).content.decode()
    assert not [one["sql"] for one in asked if "productdescription" in one["sql"]]
    with CaptureQueriesContext(connection) as asked:
        assert "Soft and warm" in client.get(product.get_absolute_url()).content.decode()
    assert len([one["sql"] for one in asked if "productdescription" in one["sql"]]) == 1


def test_programs_that_read_no_page_are_led_to_the_icon(client):
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer["Location"].rpartition(".")[2]) == (302, "svg")
