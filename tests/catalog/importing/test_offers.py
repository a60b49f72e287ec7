"""What products are sold for, from tables of many kinds to the shop, and back by undoing."""

import time
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from catalog.importing import jobs
from catalog.importing.advancing import advance, import_catalog
from catalog.importing.models import ImportJob
from catalog.models import Product, ProductDescription
from tests.catalog.importing.life import previewed, shop
from tests.factories import ProductFactory
from tests.pages import NO_INLINES

pytestmark = pytest.mark.django_db


@pytest.fixture
def take(tmp_path):
    """Imports a table; the job."""

    def take(text: str, name: str = "table.csv") -> ImportJob:
        (tmp_path / name).write_text(text)
        return import_catalog(tmp_path / name, tmp_path)

    return take


def kinds(job: ImportJob) -> list[str]:
    return sorted(set(job.issues.values_list("kind", flat=True)) - {"no picture", "no name"})


def sizes(sku: str) -> list[tuple[str, str]]:
    return list(Product.objects.get(sku=sku).sizes.values_list("label", "availability"))


FEED = """<?xml version="1.0"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>
<item><g:id>1</g:id><title>Tee</title><g:price>1,299.00 INR</g:price><g:sale_price>999.50 INR</g:sale_price>
<g:sale_price_effective_date>2026-11-01T09:00+0100/2026-12-01</g:sale_price_effective_date>
<g:availability>in_stock</g:availability><g:brand>Sorrel</g:brand><g:condition>new</g:condition>
<g:link>https://shop.example.org/1?a=b</g:link><g:size>M</g:size>
<g:description><![CDATA[<p>Soft &amp; warm.</p><ul><li>Wool<li>Silk</ul><script>x(1)</script>]]></g:description></item>
</channel></rss>"""


def test_a_feed_for_google_brings_all_of_it_and_undoing_takes_it_back(take):
    ProductFactory(sku="1", name="Tee", price=5, currency="EUR", brand="Old", availability="preorder")
    before = shop()
    job = take(FEED, "feed.xml")
    product = Product.objects.get()
    assert (product.price, product.sale_price, product.currency) == (Decimal("1299"), Decimal("999.5"), "INR")
    assert product.sale_starts_at == datetime(2026, 11, 1, 8, tzinfo=UTC)
    assert product.sale_ends_at == datetime(2026, 12, 2, tzinfo=UTC)
    assert (product.brand, product.availability, product.condition) == ("Sorrel", "in_stock", "new")
    assert product.link == "https://shop.example.org/1?a=b"
    assert product.description == "Soft & warm.\n\n• Wool\n• Silk"
    assert sizes("1") == [("M", "")]
    assert kinds(job) == []
    assert take(FEED, "feed.xml").unchanged == 1
    jobs.undo(job)
    advance()
    assert shop() == before
    assert sizes("1") == []


def descriptions() -> dict[str, str]:
    return dict(ProductDescription.objects.values_list("product__sku", "text"))


def test_descriptions_come_change_go_and_are_undone(take):
    ProductFactory(sku="2", name="Two", description="As it was")
    take("id,name,description\n1,One,Soft\n2,Two,New\n3,Three,\n")
    assert descriptions() == {"1": "Soft", "2": "New"}
    job = take("id,description\n1,\n2,Newer\n3,Warm\n")
    assert job.updated == 3
    assert descriptions() == {"2": "Newer", "3": "Warm"}
    jobs.undo(job)
    advance()
    assert descriptions() == {"1": "Soft", "2": "New"}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<p>Soft <![if !vml]>wool<![endif]>", "Soft wool"),
        ("<p>Soft<![x[ and ]]>", "Soft"),
        ("<p>Soft <![[![ b", "Soft"),
        ("<p>Soft &amp", "Soft &"),
        ("<p>5 < 6 &amp; 7", "5 < 6 & 7"),
        ("<b>Soft</b> " + "<a " * 30_000, "Soft"),
        ("<b>Soft</b> " + "<!--" * 20_000, "Soft"),
    ],
)
def test_descriptions_in_broken_markup_are_read_as_browsers_do_and_at_once(take, written, read):
    started = time.process_time()
    take(f'id,description\n1,"{written}"\n2,Warm\n')
    assert descriptions() == {"1": read, "2": "Warm"}
    assert time.process_time() - started < 2


def test_rows_without_a_description_write_none(take):
    with CaptureQueriesContext(connection) as asked:
        take("id,name,description\n1,One,\n2,Two,n/a\n")
    written = [one["sql"] for one in asked if one["sql"].startswith(("INSERT", "DELETE"))]
    assert not [statement for statement in written if "productdescription" in statement]


def test_a_table_with_prices_alone_leaves_the_rest(take):
    take("id,name,price,currency,size,description\n1,Tee,12.90,EUR,S;M,Soft\n")
    take("id,price,currency\n1,15,EUR\n")
    product = Product.objects.get()
    assert (product.price, product.name, product.description) == (15, "Tee", "Soft")
    assert sizes("1") == [("S", ""), ("M", "")]
    take("id,price,currency\n1,,EUR\n")
    product.refresh_from_db()
    assert (product.price, product.currency) == (None, "")


@pytest.mark.parametrize(
    ("columns", "cells", "prices"),
    [
        ("Variant Price,Variant Compare At Price", "80.00,100.00", ("100", "80")),
        ("Variant Price,Variant Compare At Price", "80.00,80.00", ("80", None)),
        ("Variant Price,Variant Compare At Price", "80.00,", ("80", None)),
        ("Regular price,Sale price", "100,80", ("100", "80")),
        ("price,sale price", "100,100", ("100", None)),
        ("MRP,selling price", "100,80", ("100", "80")),
        ("MRP", "100", ("100", None)),
    ],
)
def test_what_shops_call_the_old_price_and_the_new_one(take, settings, columns, cells, prices):
    settings.CURRENCY = "EUR"
    assert kinds(take(f"id,{columns}\n1,{cells}\n")) == []
    product = Product.objects.get()
    assert (product.price, product.sale_price) == tuple(price and Decimal(price) for price in prices)


def test_the_dates_of_a_sale_in_two_columns(take):
    header = "id,Regular price,Sale price,currency,Date sale price starts,Date sale price ends"
    take(f"{header}\n1,9,8,EUR,2026-11-01,30.11.2026\n")
    product = Product.objects.get()
    assert product.sale_starts_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert product.sale_ends_at == datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("price", "others", "number"),
    [("1.299", "12,50", 1299), ("1.299", "12.50", Decimal("1.299")), ("1,299", "12.50", 1299), ("1 299", "5", 1299)],
)
def test_a_doubtful_price_is_read_as_the_others_of_its_file(take, price, others, number):
    job = take(f"id;price;currency\n1;{price};EUR\n2;{others};EUR\n")
    assert kinds(job) == []
    assert Product.objects.get(sku="1").price == number


@pytest.mark.parametrize(
    ("row", "kind", "says"),
    [
        ("1.299;EUR;;", "doubtful price", "may be a number with three decimals or one of thousands"),
        ("cheap;EUR;;", "bad price", "'cheap' is no price"),
        ("-3;EUR;;", "bad price", "'-3' is no price"),
        ("12;;;", "no currency", "name it in the setting CURRENCY"),
        ("12;XYZ;;", "no currency", "'XYZ' is no currency"),
        ("$12;EUR;€11;", "bad price", "is in EUR and USD"),
        ("12;EUR;13;", "bad price", "13.00 is not lower than the price, 12.00;"),
        ("12;EUR;11;2026-12-01/2026-11-01", "bad date", "ends before it starts"),
        ("12;EUR;11;tomorrow", "bad date", "is no date"),
    ],
)
def test_what_cannot_be_read_of_a_price_is_told_and_the_row_taken(take, row, kind, says):
    ProductFactory(sku="1", price=7, currency="EUR")
    job = take(f"id;name;price;currency;sale price;sale dates\n1;Renamed;{row}\n")
    assert kinds(job) == [kind]
    assert says in job.issues.get(kind=kind).reason
    product = Product.objects.get()
    assert (product.name, product.sale_price) == ("Renamed", None)
    assert product.price == (12 if "date" in kind or "lower" in says else 7)


@pytest.mark.parametrize(
    ("column", "cell", "field", "value"),
    [
        *(
            ("availability", cell, "availability", "in_stock")
            for cell in ("in stock", "in_stock", "In Stock", "auf Lager")
        ),
        ("availability", "https://schema.org/OutOfStock", "availability", "out_of_stock"),
        ("availability", "preorder", "availability", "preorder"),
        *(("In stock?", cell, "availability", value) for cell, value in (("1", "in_stock"), ("0", "out_of_stock"))),
        ("In stock?", "backorder", "availability", "backorder"),
        *(
            ("Stock", cell, "availability", value)
            for cell, value in (("3", "in_stock"), ("0", "out_of_stock"), ("", ""))
        ),
        ("Variant Inventory Qty", "-2", "availability", "out_of_stock"),
        ("condition", "gebraucht", "condition", "used"),
        ("url", "http://a.example/x", "link", "http://a.example/x"),
        ("Body (HTML)", "One<br>two &lt;b&gt;<!-- no -->", "description", "One\ntwo <b>"),
        ("description", "One\\ntwo", "description", "One\ntwo"),
        ("description", "  a <  b  ", "description", "a < b"),
    ],
)
def test_how_files_write_the_rest(take, column, cell, field, value):
    assert kinds(take(f"id,{column}\n1,{cell}\n")) == []
    assert getattr(Product.objects.get(), field) == value


@pytest.mark.parametrize(
    ("column", "cell", "says"),
    [
        ("availability", "perhaps", "availability 'perhaps' is none of: in_stock, out_of_stock"),
        ("stock", "many", "stock 'many' is no number of pieces"),
        ("condition", "shiny", "condition 'shiny' is none of: new, refurbished, used"),
        ("link", "javascript:alert(1)", "is no address of the web"),
        ("link", "/products/1", "is no address of the web"),
        ("link", f"https://a.example/{'x' * 2000}", "is longer than 2,000 characters"),
        ("size", "x" * 41, "is longer than 40 characters"),
    ],
)
def test_the_rest_that_cannot_be_read_is_told(take, column, cell, says):
    job = take(f"id,name,{column}\n1,Tee,{cell}\n")
    assert job.created == 1
    assert says in job.issues.exclude(kind="no picture").get().reason


def test_a_long_description_is_cut_at_a_word(take):
    take(f"id,description\n1,{'word ' * 2000}\n")
    description = Product.objects.get().description
    assert len(description) <= 5000
    assert description.endswith("word…")


@pytest.mark.parametrize(
    ("cell", "labels"),
    [('"S, M,L"', ["S", "M", "L"]), ("36|37|37.5", ["36", "37", "37.5"]), ('"37,5"', ["37,5"]), ("S/M", ["S/M"])],
)
def test_several_sizes_stand_in_one_cell(take, cell, labels):
    take(f"id,size\n1,{cell}\n")
    assert [label for label, _ in sizes("1")] == labels


def test_the_preview_tells_the_prices_and_the_issues_of_the_import(tmp_path, admin_client):
    (tmp_path / "t.csv").write_text("id,name,price,size,link\n1,Tee,€12.50,S|M,nowhere\n2,Tee,12,,\n")
    job = previewed(tmp_path / "t.csv", tmp_path)
    page = admin_client.get(job.get_absolute_url()).content.decode()
    assert "€12.50 · S, M" in page
    assert "no currency: 1" in page
    assert "bad link: 1" in page


@pytest.mark.parametrize(
    "values",
    [
        {"price": -1, "currency": "EUR"},
        {"price": 1, "currency": ""},
        {"price": 1, "currency": "eur"},
        {"price": 1, "sale_price": 1, "currency": "EUR"},
        {"sale_price": 1, "currency": "EUR"},
        {"price": 1, "currency": "EUR", "sale_ends_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {"link": "javascript:alert(1)"},
    ],
)
def test_the_database_refuses_what_cannot_be(values):
    product = ProductFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(pk=product.pk).update(**values)


def test_staff_are_told_what_a_price_lacks(admin_client):
    product = ProductFactory()
    address = f"/admin/catalog/product/{product.pk}/change/"
    form = {**NO_INLINES, "sku": product.sku, "sizes-TOTAL_FORMS": "1"}
    size = {"sizes-0-label": "M", "sizes-0-position": "1", "sizes-0-availability": "in_stock"}
    page = admin_client.post(address, {**form, **size, "price": "12"}).content.decode()
    assert "A price needs its currency." in page
    admin_client.post(address, {**form, **size, "price": "12", "currency": "EUR", "brand": "Sorrel"})
    product.refresh_from_db()
    assert (product.price, product.brand, sizes(product.sku)) == (12, "Sorrel", [("M", "in_stock")])
    assert "€12.00" in admin_client.get("/admin/catalog/product/").content.decode()
