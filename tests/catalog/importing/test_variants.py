"""Rows that are sizes and colours of one product, as the exports of shops and feeds have them."""

import random
import time
from decimal import Decimal

import pytest

from catalog.importing import jobs
from catalog.importing.advancing import advance, import_catalog
from catalog.importing.models import ImportJob
from catalog.models import Product
from tests.catalog.importing.life import counts, previewed

pytestmark = pytest.mark.django_db


@pytest.fixture
def take(tmp_path, settings):
    settings.CURRENCY = "EUR"

    def take(text: str, name: str = "table.csv") -> ImportJob:
        (tmp_path / name).write_text(text)
        return import_catalog(tmp_path / name, tmp_path)

    return take


def product(sku: str) -> Product:
    return Product.objects.get(sku=sku)


def sizes(sku: str) -> dict[str, str]:
    return dict(product(sku).sizes.values_list("label", "availability"))


def addresses(sku: str) -> list[str]:
    return list(product(sku).picture_addresses.order_by("position").values_list("address", flat=True))


SHOPIFY = """\
Handle,Title,Body (HTML),Vendor,Type,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,\
Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,\
Variant Price,Variant Compare At Price,Image Src,Variant Image
gown,Gown,<p>Soft</p>,Sorrel,Dresses,Size,M,Color,Red,G-R-M,shopify,0,deny,80.00,100.00,https://a.example/1.jpg,{red}
gown,,,,,,L,,Red,G-R-L,shopify,3,deny,90.00,,https://a.example/2.jpg,{red}
gown,,,,,,S,,Blue,G-B-S,shopify,0,continue,70.00,,,{blue}
gown,,,,,,,,,,,,,,,https://a.example/3.jpg,
hat,Hat,,Sorrel,Hats,Title,Default Title,,,H,,0,deny,15.00,,https://a.example/h.jpg,
"""


def test_shopifys_rows_of_a_handle_are_one_product(take):
    job = take(SHOPIFY.format(red="", blue=""))
    assert counts(job) == (2, 2, 0, 0, 0)
    assert job.merged == 3
    gown = product("gown")
    assert (gown.name, gown.brand, gown.description, gown.base_colour) == ("Gown", "Sorrel", "Soft", "")
    assert (gown.price, gown.sale_price, gown.has_lowest_price) == (70, None, True)
    assert gown.availability == "in_stock"
    assert sizes("gown") == {"S": "backorder", "M": "out_of_stock", "L": "in_stock"}
    assert list(sizes("gown")) == ["S", "M", "L"]
    assert addresses("gown") == [f"https://a.example/{number}.jpg" for number in (1, 2, 3)]
    assert (product("hat").price, product("hat").availability, sizes("hat")) == (15, "in_stock", {})


def test_shopify_says_in_which_order_pictures_stand(take):
    take(
        "Handle,Title,Option1 Name,Option1 Value,Image Src,Image Position\n"
        "gown,Gown,Size,M,https://a.example/b.jpg,2\ngown,,,L,https://a.example/c.jpg,3\n"
        "gown,,,,https://a.example/a.jpg,1\n"
    )
    assert addresses("gown") == [f"https://a.example/{letter}.jpg" for letter in "abc"]


def test_columns_of_one_picture_each_follow_their_numbers(take):
    take(
        "id,title,image_3,image_url,image_2,item_group_id\n"
        "1,Hat,https://a.example/c.jpg,https://a.example/a.jpg,https://a.example/b.jpg,\n"
    )
    assert addresses("1") == [f"https://a.example/{letter}.jpg" for letter in "abc"]


def test_colours_with_pictures_of_their_own_are_products_of_their_own(take):
    take(SHOPIFY.format(red="https://a.example/red.jpg", blue="https://a.example/blue.jpg"))
    assert set(Product.objects.values_list("sku", flat=True)) == {"gown-Red", "gown-Blue", "hat"}
    red, blue = product("gown-Red"), product("gown-Blue")
    assert (red.name, red.brand, red.description, red.base_colour) == ("Gown", "Sorrel", "Soft", "Red")
    assert (blue.name, blue.brand, blue.description, blue.base_colour) == ("Gown", "Sorrel", "Soft", "Blue")
    assert red.design == blue.design
    # The cheaper one is sold out.
    assert (red.price, red.has_lowest_price, blue.price) == (90, True, 70)
    assert addresses("gown-Red")[0] == "https://a.example/red.jpg"
    assert addresses("gown-Blue") == ["https://a.example/blue.jpg"]
    assert (sizes("gown-Red"), sizes("gown-Blue")) == ({"M": "out_of_stock", "L": "in_stock"}, {"S": "backorder"})


WOO = """\
ID,Type,SKU,Name,Published,Visibility in catalog,Description,In stock?,Regular price,Sale price,Categories,Images,\
Parent,Brands,Attribute 1 name,Attribute 1 value(s),Attribute 2 name,Attribute 2 value(s)
10,variable,V,Hoodie,1,visible,Warm,1,,,Clothing > Hoodies,"https://a.example/1.jpg, \
https://a.example/2.jpg",,Sorrel,Color,"Blue, Green",Size,"S, M"
20,simple,T,Tee,1,visible,,1,12,,Clothing,https://a.example/t.jpg,,,Size,"S, M",,
11,variation,V-B,Hoodie - Blue,1,visible,,1,45,40,,https://a.example/b.jpg,V,,Color,Blue,Size,S
12,variation,V-G,Hoodie - Green,1,visible,,0,45,,,{green},V,,Color,Green,Size,M
30,variable,,Cap,1,visible,,1,,,Clothing,https://a.example/c.jpg,,,Size,"One, Two",,
31,variation,,Cap - One,1,visible,,1,9,,,,id:30,,Size,One,,
"""


def test_woocommerces_variations_belong_to_their_parent(take):
    job = take(WOO.format(green=""))
    assert (job.created, job.merged) == (3, 3)
    hoodie = product("V")
    assert (hoodie.name, hoodie.description, hoodie.brand) == ("Hoodie", "Warm", "Sorrel")
    assert (hoodie.price, hoodie.sale_price, hoodie.has_lowest_price) == (45, 40, True)
    assert sizes("V") == {"S": "in_stock", "M": "out_of_stock"}
    assert addresses("V")[:2] == ["https://a.example/1.jpg", "https://a.example/2.jpg"]
    assert (product("T").price, list(sizes("T"))) == (12, ["S", "M"])
    assert (product("id:30").name, product("id:30").price, list(sizes("id:30"))) == ("Cap", 9, ["One"])


def test_woocommerces_colours_with_pictures_are_products(take):
    take(WOO.format(green="https://a.example/g.jpg"))
    green = product("V-Green")
    assert (green.name, green.description, green.base_colour, green.brand) == ("Hoodie", "Warm", "Green", "Sorrel")
    assert str(green.category) == "Clothing > Hoodies"
    assert (green.availability, sizes("V-Green")) == ("out_of_stock", {"M": "out_of_stock"})
    assert (product("V-Blue").sale_price, addresses("V-Green")) == (40, ["https://a.example/g.jpg"])


def feed(items: list[str]) -> str:
    return f"<rss xmlns:g='http://base.google.com/ns/1.0'><channel>{''.join(items)}</channel></rss>"


def item(sku: str, group: str, colour: str, size: str, price: str, picture: str) -> str:
    values = {"id": sku, "item_group_id": group, "color": colour, "size": size, "price": price, "image_link": picture}
    values |= {"title": "Gown", "availability": "in_stock"}
    return f"<item>{''.join(f'<g:{name}>{value}</g:{name}>' for name, value in values.items() if value)}</item>"


def test_googles_groups_are_products_wherever_their_items_stand(take):
    items = [
        item(
            f"{group}-{colour}-{size}",
            f"G{group}",
            colour,
            size,
            f"{10 + group} EUR",
            f"https://a.example/{group}{colour}",
        )
        for group in range(30)
        for colour in ("Red", "Blue")
        for size in ("S", "M")
    ]
    items.append(item("alone", "", "Red", "M", "5 EUR", "https://a.example/alone"))
    random.Random(7).shuffle(items)
    job = take(feed(items), "feed.xml")
    assert (job.lines, job.created, job.merged) == (122, 61, 60)
    assert list(sizes("G7-Red")) == ["S", "M"]
    assert (product("G7-Blue").price, product("G7-Blue").has_lowest_price) == (17, False)
    assert product("alone").price == 5


def test_a_groups_colours_with_one_picture_are_one_product(take):
    items = [item(colour, "G", colour, "M", "9 EUR", "https://a.example/1") for colour in ("Red", "Blue")]
    take(feed(items), "feed.xml")
    assert list(Product.objects.values_list("sku", "price")) == [("G", Decimal(9))]


def test_an_atom_feed_has_groups_too(take):
    entries = [item(size, "G", "Red", size, "9 EUR", "").replace("item>", "entry>") for size in "SM"]
    take(feed(entries).replace("<rss ", "<feed ").replace("</rss>", "</feed>").replace("channel>", "x>"), "feed.xml")
    assert list(sizes("G")) == ["S", "M"]


def test_the_preview_says_what_the_import_does_and_undoing_takes_it_back(tmp_path, settings, admin_client):
    settings.CURRENCY = "EUR"
    (tmp_path / "t.csv").write_text(SHOPIFY.format(red="", blue="").replace("90.00", "dear"))
    job = previewed(tmp_path / "t.csv", tmp_path)
    page = " ".join(admin_client.get(job.get_absolute_url()).content.decode().split())
    assert "2 rows below the names of the columns" in page
    assert "3 more rows are sizes or colours of these products" in page
    assert "bad price: 1" in page
    jobs.confirm(job, repair=True, archive_missing=False)
    while advance():
        pass
    job.refresh_from_db()
    (issue,) = job.issues.filter(kind="bad price")
    assert (issue.line, issue.sku) == (3, "gown")
    assert job.created == 2
    jobs.undo(job)
    advance()
    assert not Product.objects.exists()


def test_rows_are_the_same_product_when_the_copy_is_made_again(tmp_path, settings):
    settings.CURRENCY = "EUR"
    (tmp_path / "t.csv").write_text(SHOPIFY.format(red="", blue=""))
    job = previewed(tmp_path / "t.csv", tmp_path)
    job.table.path.unlink()
    jobs.confirm(job, repair=True, archive_missing=False)
    while advance():
        pass
    assert Product.objects.count() == 2


def test_very_many_colours_of_a_product_take_no_more_time_than_as_many_rows(tmp_path, settings):
    settings.CURRENCY = "EUR"
    rows = (
        f"{group}-{colour},{group},Scarf,Colour {colour},1,http://x.example/{group}-{colour}.jpg"
        for group in range(4)
        for colour in range(500)
    )
    styles = tmp_path / "table.csv"
    styles.write_text("\n".join(["id,item_group_id,title,color,price,image_link", *rows]))
    started = time.process_time()
    assert previewed(styles, tmp_path).preview.outcome.counts.new == 2000
    assert time.process_time() - started < 3


def test_the_same_id_twice_in_another_table_is_still_told(take):
    job = take("id,name,size\n1,Tee,M\n1,Tee,L\n")
    assert (job.created, job.rejected) == (1, 1)
    assert job.issues.filter(kind="repeated id").exists()
