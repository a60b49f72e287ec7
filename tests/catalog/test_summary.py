"""Counts of the catalogue without reading it."""

import itertools
import random
import re
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog import caching, facets, summary
from catalog.facets import Selection
from catalog.models import Category, MerchandisingRule, Product
from tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db
COLOURS, GENDERS, YEARS = ("Blue", "Red", ""), ("Men", "Women"), (2011, 2012, None)


@pytest.fixture
def stock() -> list[Category]:
    """Two hundred products of two categories, one below the other."""
    above = CategoryFactory(name="Shirts")
    categories = [above, CategoryFactory(name="Polos", parent=above), None]
    pick = random.Random(5)
    Product.objects.bulk_create(
        Product(
            sku=f"S{number}",
            category=pick.choice(categories),
            base_colour=pick.choice(COLOURS),
            gender=pick.choice(GENDERS),
            year=pick.choice(YEARS),
        )
        for number in range(200)
    )
    return categories


def counted(selection: Selection) -> dict[str, dict[str, int]]:
    return {facet.name: {one.label: one.count for one in facet.choices} for facet in selection.facets()}


def test_it_counts_as_the_database_does(stock):
    hidden = Product.objects.filter(base_colour="Blue", gender="Men").first()
    MerchandisingRule.objects.create(place="shop", product=hidden, act="hide")
    queries = (
        "",
        "gender=Men",
        "base_colour=Blue&base_colour=Red",
        "gender=Women&year=2012&base_colour=Red",
        "year=None",
    )
    for query, category in itertools.product(queries, stock):
        selection = Selection(QueryDict(query), category)
        assert selection.count == selection.products().count()
        for facet in selection.facets():
            for one in facet.choices:
                if facet.name == "category" or one.is_chosen:
                    continue
                attributes = {**selection.attributes, facet.name: (one.label,)}
                narrowed = Selection(QueryDict(selection.address(attributes=attributes).partition("?")[2]), category)
                assert one.count == narrowed.products().count(), (query, facet.name, one.label)


def test_another_selection_asks_no_count_of_the_database(stock):
    assert Selection(QueryDict("")).count == len(Product.objects.all())
    with CaptureQueriesContext(connection) as asked:
        selection = Selection(QueryDict("gender=Men&base_colour=Red"), stock[0])
        assert selection.count
        assert counted(selection)
    assert not [query["sql"] for query in asked if "count(" in query["sql"].lower()]


def test_what_changes_is_counted_at_once(stock):
    count = Selection(QueryDict("gender=Men")).count
    Product.objects.create(sku="new", gender="Men")
    assert Selection(QueryDict("gender=Men")).count == count + 1


@pytest.fixture
def anew(monkeypatch) -> None:
    """This process has counted nothing yet."""
    monkeypatch.setattr(summary.LAST, "_made", None)


def wait() -> None:
    """Until what is counted aside is counted."""
    for thread in threading.enumerate():
        if thread.name == "summary":
            thread.join()


@pytest.mark.django_db(transaction=True)
def test_of_a_large_catalogue_the_last_counts_are_shown_while_it_is_counted_anew(anew, monkeypatch):
    monkeypatch.setattr(summary, "LARGE", 1)
    monkeypatch.setattr(summary, "SECONDS_BETWEEN_COUNTS", 0)
    Product.objects.create(sku="first")
    assert summary.summary("a version").size == 1
    Product.objects.create(sku="second")
    assert summary.summary("the next version").size == 1
    wait()
    assert summary.summary("the next version").size == 2


@pytest.mark.django_db(transaction=True)
def test_of_a_large_catalogue_counts_are_shown_for_a_minute_however_fast_it_is_counted(anew, monkeypatch):
    monkeypatch.setattr(summary, "LARGE", 1)
    seconds = 1000
    monkeypatch.setattr(caching, "time", SimpleNamespace(monotonic=lambda: seconds))
    Product.objects.create(sku="first")
    assert summary.summary("a version").size == 1
    Product.objects.create(sku="second")
    for waited, shown in ((59, 1), (1, 2)):
        seconds += waited
        summary.summary("the next version")
        wait()
        assert summary.summary("the next version").size == shown


class TestLarge:
    @pytest.fixture(autouse=True)
    def large(self, anew, monkeypatch):
        monkeypatch.setattr(summary, "LARGE", 1)
        monkeypatch.setattr(facets, "MOST_COUNTED", 10)

    def test_words_that_find_much_are_answered_by_the_first_and_said_to_be_about_so_many(self, client):
        products = [ProductFactory(name="Polo shirt", gender="Men") for _ in range(12)]
        page = client.get("/products/?q=shirt").content.decode()
        assert re.search(r"About [\d,]+ products", page)
        shown = re.findall(r'data-sku="(\w+)"', page)
        assert shown == [product.sku for product in reversed(products[2:])]
        (gender,) = [facet for facet in Selection(QueryDict("q=shirt")).facets() if facet.name == "gender"]
        assert gender.choices[0].count >= 10

    def test_words_that_find_little_are_counted_exactly(self, client):
        for number in range(12):
            ProductFactory(name="Polo shirt" if number % 4 else "Silk tie")
        page = client.get("/products/?q=tie").content.decode()
        assert "3 products" in page
        assert not re.search(r"About \d", page)

    def test_prices_are_counted_among_the_first(self):
        for number in range(20):
            ProductFactory(price=10 + number, currency="EUR")
        facet = Selection(QueryDict("")).price_facet
        assert sum(bar.count for bar in facet.bars) == 20
        assert Selection(QueryDict("min_price=28")).count == 2

    @pytest.mark.parametrize("sort", ["price-up", "price-down", "discount"])
    def test_the_first_by_price_are_read_from_indexes_and_are_those_of_a_sort(self, sort):
        """With sales that are on, over and to come, other currencies, none, and what comes last."""
        pick, now = random.Random(7), timezone.now()
        for _ in range(60):
            sale = pick.choice([{}, {"sale_price": 4}, {"sale_price": 1, "sale_ends_at": now - timedelta(1)}])
            ProductFactory(price=pick.randrange(5, 20), currency="EUR", **sale | pick.choice([{}, {"gender": "Men"}]))
        ProductFactory(price=1, currency="USD")
        ProductFactory(price=1, currency="EUR", availability="out_of_stock")
        ProductFactory(price=1, currency="EUR", archived_at=now)
        bare = ProductFactory(price=1, currency="EUR", image="", image_digest="")
        ProductFactory()
        category = CategoryFactory()
        Product.objects.filter(pk__in=Product.objects.filter(gender="Men")[:12]).update(category=category)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE catalog_product")
        for query, within, index in (
            ("", None, "foremost"),
            ("gender=Men", None, "foremost"),
            ("", category, "within"),
        ):
            asked_for = Selection(QueryDict(f"sort={sort}&{query}"), within)
            every = [product.sku for product in asked_for.products()]
            with CaptureQueriesContext(connection) as asked:
                first = [product.sku for product in asked_for.products(last=3)[:3]]
            assert first == every[:3]
            assert f"product_{index}_by" in plans_of(asked)
            assert bare.sku not in first

    def test_where_few_have_a_price_all_are_sorted(self):
        ProductFactory.create_batch(3)
        cheap = ProductFactory(price=1, currency="EUR", sale_price="0.5")
        for sort in ("price-up", "discount"):
            found = Selection(QueryDict(f"sort={sort}")).products(last=4)[:4]
            assert found[0] == cheap
            assert len(found) == 4


def plans_of(asked: CaptureQueriesContext) -> str:
    """How PostgreSQL answers the queries for ids of products, where it sorts only what it must."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        plans = []
        for query in asked:
            if query["sql"].startswith('SELECT "catalog_product"."id" AS "pk"'):
                cursor.execute(f"EXPLAIN {query['sql']}")
                plans += [line for (line,) in cursor]
    return "\n".join(plans)
