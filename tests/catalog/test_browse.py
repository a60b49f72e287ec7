"""Browsing: filters, words, pages, single products, the pictures."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from catalog.importing.jobs import import_catalog
from catalog.models import Category, Product
from tests.factories import CategoryFactory, ProductFactory
from tests.pictures import style, write_catalogue, write_styles

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(tmp_path):
    """Four products: three shirts and a shoe."""
    _, images = write_catalogue(tmp_path, 4)
    rows = [
        style("1", gender="Women", productDisplayName="Striped Shirt"),
        style("2", baseColour="Red", season="Summer", productDisplayName="Plain Shirt"),
        style("3", usage="Formal", productDisplayName="Office Shirt"),
        style("4", masterCategory="Footwear", subCategory="Shoes", articleType="Heels", productDisplayName="Pumps"),
    ]
    import_catalog(write_styles(tmp_path / "styles.csv", rows), images)


def skus(client: Client, address: str) -> set[str]:
    response = client.get(address)
    assert response.status_code == 200
    return set(re.findall(r'data-sku="([^"]*)"', response.content.decode()))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "1234"),
        ("gender=Women", "1"),
        ("base_colour=Red", "2"),
        ("season=Summer", "2"),
        ("usage=Formal", "3"),
        ("gender=Men&season=Fall", "34"),
        ("q=shirts", "123"),
        ("q=shirt+red", "2"),
        ("q=navy+-office", "14"),
        ("q=heels", "4"),
        ("q=striped&gender=Men", ""),
        ("gender=Nobody", ""),
        ("q=%00&gender=%00", "1234"),
        ("category=999999999999999999999", "1234"),
        ("page=999", "1234"),
    ],
)
def test_filters_and_words_narrow_the_shop(client, shop, query, expected):
    assert skus(client, f"/products/?{query}") == set(expected)


def test_a_category_shows_what_is_anywhere_below_it(client, shop):
    for name, expected in (("Apparel", "123"), ("Topwear", "123"), ("Heels", "4")):
        category = Category.objects.get(name=name)
        assert skus(client, f"/products/?category={category.pk}") == set(expected)


def test_facets_count_within_the_other_choices(client, shop):
    page = client.get("/products/?gender=Men").content.decode()
    found = re.findall(r"<span>([\w ]+)</span>\s*<span class=\"count\">(\d+)</span>", page)
    assert {("Men", "3"), ("Women", "1"), ("Navy Blue", "2"), ("Red", "1"), ("Footwear", "1")} <= set(found)


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
    assert response["Content-Security-Policy"] == "default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_an_empty_shop_says_so(client):
    assert "The shop is empty" in client.get("/").content.decode()
    assert "Nothing matches" in client.get("/products/").content.decode()


def test_the_database_holds_what_must_hold():
    parent = CategoryFactory(name="Apparel")
    product = ProductFactory(sku="1")
    for make in (
        lambda: CategoryFactory(name="Apparel"),
        lambda: Category.objects.filter(pk=parent.pk).update(parent=parent),
        lambda: ProductFactory(sku="1"),
        lambda: Product.objects.filter(pk=product.pk).update(image_digest=""),
        lambda: Product.objects.create(sku=""),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make()


def test_the_category_tree_stays_a_tree_of_three_levels():
    top = CategoryFactory()
    middle = CategoryFactory(parent=top)
    bottom = CategoryFactory(parent=middle)
    with pytest.raises(ValidationError, match="deeper"):
        Category(name="Too deep", parent=bottom).full_clean()
    other = CategoryFactory()
    top.parent = other
    with pytest.raises(ValidationError, match="deeper"):
        top.full_clean()
    top.parent = bottom
    with pytest.raises(ValidationError, match="below itself"):
        top.full_clean()
