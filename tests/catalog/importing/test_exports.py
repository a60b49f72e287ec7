"""Shopify's and WooCommerce's exports and Google's feeds, as their documentation has them, to the shop."""

from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from catalog.importing import jobs
from catalog.importing.models import ImportJob, ImportSource
from catalog.importing.scheduling import look_at_due
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


@pytest.mark.parametrize("export", [exports.woocommerce, exports.german_woocommerce])
def test_woocommerces_columns_are_known(take, export):
    job = take(export())
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


@pytest.fixture
def desk(tmp_path, settings, monkeypatch, admin_client):
    """Reads a file, with a pattern of links where one is given, and returns its import and its page."""
    settings.CURRENCY = "EUR"
    monkeypatch.setattr("catalog.importing.admin.wake_importer", lambda: None)

    def desk(text: str, links: str | None = None) -> tuple[ImportJob, str]:
        (tmp_path / "export.csv").write_text(text)
        job = previewed(tmp_path / "export.csv", tmp_path)
        if links is None:
            response = admin_client.get(job.get_absolute_url())
        else:
            columns = {f"column{number}": field for field, number in job.mapping.items()}
            chosen = {"action": "remap", "links": links, **columns}
            response = admin_client.post(job.get_absolute_url(), chosen, follow=True)
            job = finished(job)
        return job, " ".join(unescape(response.content.decode()).split())

    return desk


def taken(job: ImportJob) -> ImportJob:
    jobs.confirm(job, repair=True, archive_missing=False)
    return finished(job)


def links() -> dict[str, str]:
    return dict(Product.objects.values_list("sku", "link"))


@pytest.mark.parametrize("export", [exports.shopify, exports.old_shopify])
def test_products_of_shopify_are_bought_where_a_pattern_with_their_handles_leads(desk, client, export):
    _, page = desk(export())
    assert "does not say where the products of 7 rows are bought" in page
    assert 'placeholder="https://shop.example.com/products/{handle}"' in page
    first, _ = desk(export(), "https://gowns.example.com/products/{handle}")
    taken(first)
    assert links()["wrap-dress"] == "https://gowns.example.com/products/wrap-dress"
    assert "Buy it" in client.get("/products/cap/").content.decode()
    # The next file with the header has the same, until it is chosen otherwise.
    again, page = desk(export().replace("cap,", "r\u00e9sum\u00e9 & cap,"))
    assert 'value="https://gowns.example.com/products/{handle}"' in page
    assert "does not say where" not in page
    taken(again)
    assert links()["r\u00e9sum\u00e9 & cap"] == "https://gowns.example.com/products/r%C3%A9sum%C3%A9%20%26%20cap"
    other, _ = desk(export(), "https://gowns.example.com/de/{ HANDLE }?from={title}")
    taken(other)
    assert links()["cap"] == "https://gowns.example.com/de/cap?from=Cap"
    jobs.undo(other)
    finished(other)
    assert links()["cap"] == "https://gowns.example.com/products/cap"


def test_products_of_woocommerce_are_bought_by_the_number_of_the_parent(desk):
    _, page = desk(exports.woocommerce())
    assert "does not say where the products of 7 rows are bought" in page
    assert 'placeholder="https://shop.example.com/?p={id}"' in page
    job, _ = desk(exports.woocommerce(), "https://shop.example.com/?p={id}")
    taken(job)
    assert links()["vneck"] == "https://shop.example.com/?p=100"
    assert links()["hoodie"] == "https://shop.example.com/?p=102"
    # What is sold elsewhere says so itself.
    assert links()["pennant"] == "https://shop.example.org/p"


@pytest.mark.parametrize(
    ("links", "told"),
    [
        ("https://shop.example.com/{colour}", "No column of the file is called {colour}."),
        ("https://shop.example.com/products/", "Name the column that tells products apart in braces"),
        ("https://shop.example.com/{handle}/{", "Name the column that tells products apart in braces"),
        ("javascript:alert({handle})", "an address of the web that begins with https://"),
        ("{handle}", "an address of the web that begins with https://"),
        ("https://shop.example.com/{handle}" + "x" * 2000, "at most 2000 characters"),
    ],
)
def test_a_pattern_that_leads_nowhere_is_refused(desk, links, told):
    job, page = desk(exports.shopify(), links)
    assert told in page
    assert job.links == ""


def test_a_row_without_the_value_has_no_link_and_one_too_long_is_an_issue(desk):
    text = f"id,name,page\n1,Tee,\n2,Cap,n/a\n3,Hat,hat\n4,Sock,{'x' * 2000}\n"
    job, _ = desk(text, "https://shop.example.com/{page}")
    job = taken(job)
    assert links() == {"1": "", "2": "", "3": "https://shop.example.com/hat", "4": ""}
    assert list(job.issues.filter(kind="bad link").values_list("line", flat=True)) == [5]


def test_colours_that_are_products_are_bought_at_the_handle_they_share(desk):
    text = (
        "Handle,Title,Option1 Name,Option1 Value,Variant Price,Variant Image\n"
        "gown,Gown,Color,Red,10,https://a.example/red.jpg\ngown,,,Blue,10,https://a.example/blue.jpg\n"
    )
    job, _ = desk(text, "https://shop.example.com/products/{handle}")
    taken(job)
    assert links() == dict.fromkeys(("gown-Red", "gown-Blue"), "https://shop.example.com/products/gown")


def test_split_colours_of_woocommerce_are_bought_at_their_parent(desk):
    text = (
        "ID,Type,SKU,Name,Visibility in catalog,Regular price,Images,Parent,Attribute 1 name,Attribute 1 value(s)\n"
        '7,variable,tee,Tee,visible,,,,Color,"Red, Blue"\n'
        "8,variation,tee-r,Tee,visible,9,https://a.example/red.jpg,tee,Color,Red\n"
        "9,variation,tee-b,Tee,visible,9,https://a.example/blue.jpg,tee,Color,Blue\n"
    )
    job, _ = desk(text, "https://shop.example.com/?p={id}")
    taken(job)
    assert links() == dict.fromkeys(("tee-Red", "tee-Blue"), "https://shop.example.com/?p=7")


def test_a_scheduled_import_has_the_links_that_were_chosen_for_its_header(desk, tmp_path, settings):
    desk(exports.shopify(), "https://shop.example.com/products/{handle}")
    ImportJob.objects.all().delete()
    settings.IMPORT_ROOT = tmp_path
    (tmp_path / "nightly").mkdir()
    (tmp_path / "nightly" / "export.csv").write_text(exports.shopify())
    now = timezone.now()
    source = ImportSource.objects.create(name="Nightly", folder="nightly", due_at=now)
    for minutes in range(3):
        look_at_due(now + timedelta(minutes=minutes))
    finished(source.jobs.get())
    assert links()["cap"] == "https://shop.example.com/products/cap"


@pytest.mark.parametrize(
    ("path", "gender"),
    [
        ("Women > Tops", "Women"),
        ("Damen > Kleider", "Women"),
        ("Kleidung > Herren > Hemden", "Men"),
        ("Kinder > Schuhe", "Kids"),
        ("Kinder > Mädchen > Schuhe", "Girls"),
        ("Bambini > Bambino > Scarpe", "Boys"),
        ("Enfants > Fille", "Girls"),
        ("Mujer > Vestidos", "Women"),
        ("Girls > Boys", ""),
        ('"Damen, Damen > Mäntel"', "Women"),
        ("Women > Men's wear", "Women"),
        ("Tops > M", ""),
    ],
)
def test_a_category_says_for_whom_a_product_is_where_nothing_else_does(take, path, gender):
    job = take(f"sku,name,categories\n1,Thing,{path}\n")
    assert product("1").gender == gender
    assert job.preview.outcome.genders_of_paths == bool(gender)


def test_a_gender_of_a_category_is_written_as_the_shops_and_gives_way_to_the_rows_own(take, admin_client):
    ProductFactory(gender="Ladies")
    job = take("sku,name,gender,categories\n1,Top,,Damen > Tops\n2,Top,Herren,Damen > Tops\n")
    assert (product("1").gender, product("2").gender) == ("Ladies", "Men")
    assert job.preview.outcome.genders_of_paths == 1
    assert take("sku,name\n1,Tops\n").updated == 1
    assert product("1").gender == "Ladies"
