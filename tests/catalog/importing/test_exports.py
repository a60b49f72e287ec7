"""Shopify's and WooCommerce's exports and Google's feeds, as their documentation has them, to the shop."""

import pytest

from catalog.importing import jobs
from catalog.importing.models import ImportJob
from catalog.models import Product
from tests.catalog.importing import exports
from tests.catalog.importing.life import finished, previewed
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def take(tmp_path, settings):
    settings.CURRENCY = "EUR"

    def take(text: str, name: str = "export.csv") -> ImportJob:
        (tmp_path / name).write_text(text)
        job = previewed(tmp_path / name, tmp_path)
        jobs.confirm(job, repair=True, archive_missing=False)
        return finished(job)

    return take


def product(sku: str) -> Product:
    return Product.objects.get(sku=sku)


def sizes(sku: str) -> dict[str, str]:
    return dict(product(sku).sizes.values_list("label", "availability"))


def shown() -> set[str]:
    return set(Product.objects.in_the_shop().values_list("sku", flat=True))


@pytest.mark.parametrize("export", [exports.shopify, exports.old_shopify])
def test_shopifys_columns_old_and_new_are_known(take, export):
    job = take(export())
    dress = product("wrap-dress")
    assert (dress.name, dress.brand, dress.gender) == ("Women's Wrap Dress & Belt", "H&M", "Women")
    assert str(dress.category) == "Apparel & Accessories > Clothing > Dresses"
    assert (dress.description, dress.condition) == ("Soft & light", "new")
    assert (dress.price, dress.sale_price, dress.currency, dress.has_lowest_price) == (99, 79, "EUR", True)
    assert sizes("wrap-dress") == {"S": "out_of_stock", "M": "backorder", "L": "in_stock"}
    assert product("boots").gender == "Boys"
    assert shown() == {"wrap-dress", "cap", "boots"}
    assert set(job.issues.values_list("kind", flat=True)) == {"no picture"}


def test_woocommerces_columns_are_known(take):
    job = take(exports.woocommerce())
    vneck, hoodie = product("vneck"), product("hoodie")
    assert (vneck.name, vneck.base_colour) == ("V-Neck Tee \u2013 Soft", "Red")
    assert str(vneck.category) == "Clothing > Tops & Tees"
    # A variation of any size has all that there are.
    assert sizes("vneck") == {"Small": "in_stock", "Medium": "in_stock", "Large": "in_stock"}
    assert (hoodie.price, hoodie.is_on_sale, list(sizes("hoodie"))) == (45, False, ["S", "L"])
    scarf = product("scarf")
    assert (scarf.price_now, scarf.availability, scarf.base_colour) == (9, "backorder", "")
    assert product("pennant").link == "https://shop.example.org/p"
    assert shown() == {"vneck", "hoodie", "scarf", "pennant", "found"}
    assert set(job.issues.values_list("kind", flat=True)) == {"no picture"}


def test_a_handle_as_long_as_shopify_has_them_is_an_id(take, client):
    handle = "organic-cotton-" * 16
    take(f"Handle,Title,Option1 Name,Option1 Value,Variant Price\n{handle},Shirt,Size,S,10\n")
    assert client.get(f"/products/{handle}/").status_code == 200


def test_googles_feed_in_atom_is_known(take):
    job = take(exports.GOOGLE, "feed.xml")
    parka = product("parka")
    assert (parka.name, parka.gender, parka.description) == ("Kids' Parka & Hood", "Girls", "Warm & dry")
    assert (parka.price, parka.price_now, parka.currency) == (120, 90, "USD")
    assert (parka.link, sizes("parka")) == ("https://shop.example.org/parka", {"S": "out_of_stock", "M": "in_stock"})
    assert (product("skate").availability, product("clog").availability) == ("preorder", "backorder")
    assert set(job.issues.values_list("kind", flat=True)) == {"no picture"}


def test_what_an_export_does_not_publish_leaves_the_shop_and_comes_back(take, admin_client, client):
    ProductFactory(sku="drafted")
    job = take(exports.shopify())
    page = " ".join(admin_client.get(job.get_absolute_url()).content.decode().split())
    assert job.preview.outcome.unpublished == 4
    assert job.preview.outcome.leaving == 1
    assert client.get("/products/drafted/").status_code == 404
    assert "Done" in page
    again = take(exports.shopify().replace("Draft,", "Active,"))
    assert (again.updated, again.unchanged) == (1, 6)
    assert client.get("/products/drafted/").status_code == 200
    assert list(sizes("drafted")) == ["S", "M"]
    jobs.undo(again)
    finished(again)
    assert "drafted" not in shown()
    jobs.undo(job)
    finished(job)
    assert shown() == {"drafted"}


def test_the_preview_counts_what_is_not_published(tmp_path, admin_client):
    ProductFactory(sku="secret")
    (tmp_path / "export.csv").write_text(exports.woocommerce())
    job = previewed(tmp_path / "export.csv", tmp_path)
    page = " ".join(admin_client.get(job.get_absolute_url()).content.decode().split())
    told = "products that the file does not publish: 3, hidden from the shop and from search; in the shop now: 1"
    assert told in page


def test_pictures_are_not_fetched_for_what_is_not_published(take):
    text = "id,name,published,image_link\n1,Tee,0,https://a.example/1.jpg\n2,Cap,1,https://a.example/2.jpg\n"
    job = take(text)
    assert list(job.picture_addresses.values_list("product__sku", flat=True)) == ["2"]
    job = take(text.replace("Tee,0", "Tee,1"))
    assert set(job.picture_addresses.values_list("product__sku", flat=True)) == {"1", "2"}
