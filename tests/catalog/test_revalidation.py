"""A page that a browser has, and that is as it was, is not written again."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.appearance import KEPT
from catalog.models import Appearance, Category, MerchandisingRule, Product, ProductDescription
from tests.factories import CategoryFactory, ProductFactory
from tests.processes import eventually

pytestmark = pytest.mark.django_db
BROWSER = "Mozilla/5.0"


@pytest.fixture
def browser() -> Client:
    return Client(headers={"User-Agent": BROWSER})


@pytest.fixture
def product() -> Product:
    return ProductFactory(category=CategoryFactory(name="Shirts"), base_colour="Blue")


def is_known(browser: Client, address: str, etag: str) -> bool:
    return browser.get(address, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize(
    "address", ["/products/", "/products/?base_colour=Blue&page=1", "/c/shirts/", "/products/?sort=name"]
)
def test_a_page_as_it_was_asks_for_no_product(browser, product, address):
    etag = browser.get(address)["ETag"]
    with CaptureQueriesContext(connection) as asked:
        answer = browser.get(address, headers={"If-None-Match": etag})
    assert answer.status_code == 304
    assert not answer.content
    assert answer["Cache-Control"] == "public, max-age=0"
    assert answer["ETag"] == etag
    assert not [query for query in asked if 'FROM "catalog_product"' in query["sql"]]


@pytest.mark.parametrize("address", ["/products/?page=1", "/c/shirts/", "/products/?base_colour=Blue&sort=name"])
def test_a_list_that_somebody_else_has_seen_asks_for_no_product(client, browser, product, address):
    first = client.get(address, headers={"User-Agent": "Another", "DNT": "1"}).content.decode()
    with CaptureQueriesContext(connection) as asked:
        second = browser.get(address).content.decode()
    assert f'data-sku="{product.sku}"' in second
    assert first[first.index("<main") : first.index("</main")] == second[second.index("<main") : second.index("</main")]
    assert not [query for query in asked if 'FROM "catalog_product"' in query["sql"]]


@pytest.mark.parametrize(("date", "is_on_sale"), [("sale_starts_at", True), ("sale_ends_at", False)])
def test_pages_change_at_the_moment_when_a_sale_begins_or_ends(client, product, date, is_on_sale):
    # Late enough for a busy machine to have asked for three pages before.
    changes_at = timezone.now() + timedelta(seconds=3)
    Product.objects.update(price=20, currency="EUR", sale_price=15, **{date: changes_at})

    def shows(address: str) -> bool:
        return 'class="on-sale"' in client.get(address).content.decode()

    assert shows(product.get_absolute_url()) != is_on_sale
    assert shows("/products/") != is_on_sale
    assert ("sort=discount" in client.get("/c/shirts/").content.decode()) != is_on_sale
    eventually(lambda: shows("/products/") == is_on_sale, seconds=10)
    assert shows(product.get_absolute_url()) == is_on_sale
    assert ("sort=discount" in client.get("/c/shirts/").content.decode()) == is_on_sale


def test_a_product_that_somebody_else_has_seen_is_not_written_again(client, browser, product):
    client.get(product.get_absolute_url())
    with CaptureQueriesContext(connection) as asked:
        page = browser.get(product.get_absolute_url()).content.decode()
    assert f"<h1>{product.title}</h1>" in page
    assert f'<meta property="og:title" content="{product.title}">' in page
    assert not [query for query in asked if "furtherpicture" in query["sql"] or "productsize" in query["sql"]]


@pytest.mark.parametrize("change", ["name", "size", "category", "picture", "description"])
def test_a_products_page_follows_what_the_product_has(client, product, change):
    assert "Another" not in client.get(product.get_absolute_url()).content.decode()
    match change:
        case "name":
            Product.objects.update(name="Another name")
        case "size":
            product.sizes.create(label="Another size", position=1)
        case "category":
            Category.objects.update(name="Another kind")
        case "description":
            ProductDescription.objects.write({product: "Another description"})
        case "picture":
            product.further_pictures.create(position=1, image="Another.jpg", image_digest="1" * 64)
    assert "Another" in client.get(product.get_absolute_url()).content.decode()


def test_each_host_of_the_shop_names_itself(client, product):
    for host in ("localhost", "127.0.0.1"):
        page = client.get(product.get_absolute_url(), headers={"Host": host}).content.decode()
        assert f'<link rel="canonical" href="http://{host}{product.get_absolute_url()}">' in page


def test_whatever_the_page_shows_makes_it_another(browser, product):
    def change_product() -> None:
        Product.objects.update(name="Another name")

    def change_appearance() -> None:
        Appearance.objects.update_or_create(pk=Appearance.ONLY, defaults={"name": "Another shop"})
        KEPT.forget()

    def change_rules() -> None:
        MerchandisingRule.objects.create(place="shop", product=product, act="pin")

    for change in (change_product, change_appearance, change_rules):
        etag = browser.get("/products/")["ETag"]
        assert is_known(browser, "/products/", etag)
        change()
        assert not is_known(browser, "/products/", etag), change


def test_another_address_or_who_is_not_counted_has_another_page(browser, product):
    etag = browser.get("/products/")["ETag"]
    assert not is_known(browser, "/products/?page=1", etag)
    assert not is_known(browser, "/c/shirts/", etag)
    assert not is_known(Client(headers={"User-Agent": BROWSER, "DNT": "1"}), "/products/", etag)


def test_what_is_for_one_person_is_never_known(browser, product, admin_user):
    etag = browser.get("/products/")["ETag"]
    browser.cookies["messages"] = "said"
    assert not is_known(browser, "/products/", etag)
    del browser.cookies["messages"]
    browser.force_login(admin_user)
    assert settings.SESSION_COOKIE_NAME in browser.cookies
    assert "ETag" not in browser.get("/products/")


def test_the_page_of_words_is_written_each_time(browser, product):
    """What pictures show may change without the catalogue."""
    assert "ETag" not in browser.get("/products/?q=shirt")
    assert "ETag" not in browser.get("/nowhere/")
