"""Narrowing the shop: by attributes, categories and words, with how many products each choice would leave."""

import re

import pytest
from django.db import connection
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.facets import Selection
from catalog.models import Category, Product
from tests.factories import CategoryFactory, ProductFactory
from tests.pages import skus

pytestmark = pytest.mark.django_db


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
        ("q=shirt+red", "123"),
        ("q=navy+-office", "14"),
        ("q=heels", "4"),
        ("q=striped&gender=Men", ""),
        ("gender=Nobody", ""),
        ("gender=Men&gender=Women", "1234"),
        ("gender=Women&gender=Nobody&season=Fall", "1"),
        ("year=2011", "1234"),
        ("year=2012&year=soon", ""),
        ("year=soon", ""),
        ("year=2_011", ""),
        ("year=99999", ""),
        ("q=str", "1"),
        ("q=red+plain+shi", "123"),
        ("q=crimson+-shirt", ""),
        ("q=%27%26%7C%21%28", ""),
        ("sort=nonsense", "1234"),
        ("page=999", "1234"),
    ],
)
def test_filters_and_words_narrow_the_shop(client, shop, query, expected):
    assert skus(client, f"/products/?{query}") == set(expected)


def test_words_that_find_nothing_offer_nothing_to_narrow_or_to_order(client, shop):
    nothing = client.get("/products/?q=xylophone").content.decode()
    assert "data-filter-sheet" not in nothing
    assert 'class="orders"' not in nothing
    assert "data-filter-sheet" in client.get("/products/?q=xylophone&gender=Men").content.decode(), "to be taken away"


def test_a_category_shows_what_is_anywhere_below_it(client, shop):
    for name, expected in (("Apparel", "123"), ("Topwear", "123"), ("Heels", "4")):
        category = Category.objects.get(name=name)
        assert skus(client, category.get_absolute_url()) == set(expected)
    assert skus(client, "/c/apparel/topwear/shirts/?base_colour=Red") == {"2"}
    for nowhere in ("/c/shirts/", "/c/topwear/", "/c/apparel/topwear/shirts/more/", "/c/apparel//"):
        assert client.get(nowhere).status_code == 404


def test_facets_count_within_the_other_choices(client, shop):
    page = client.get("/products/?gender=Men").content.decode()
    found = re.findall(r"<span>([\w ]+)</span>\s*<span class=\"count\">(\d+)</span>", page)
    assert {("Men", "3"), ("Women", "1"), ("Navy Blue", "2"), ("Red", "1"), ("Footwear", "1")} <= set(found)


COLOURS, GENDERS = ("Red", "Blue", "Green", ""), ("Men", "Women", "")
CHOICES = st.fixed_dictionaries(
    {},
    optional={
        "gender": st.lists(st.sampled_from([*GENDERS[:2], "Nobody"]), min_size=1, max_size=2),
        "base_colour": st.lists(st.sampled_from(COLOURS[:3]), min_size=1, max_size=3),
        "year": st.lists(st.sampled_from(["2011", "2012"]), min_size=1, max_size=2),
        "q": st.sampled_from(["shirt", "red", "men -blue", "striped"]),
    },
)


@pytest.fixture
def many() -> list[Category]:
    """Two categories that hold 60 products of mixed attributes."""
    top = CategoryFactory(name="Apparel")
    leaves = [CategoryFactory(name=name, parent=top) for name in ("Shirts", "Belts")]
    for number in range(60):
        product = ProductFactory.build(
            name="Striped" if number % 7 else "Plain",
            category=leaves[number % 2],
            gender=GENDERS[number % 3],
            base_colour=COLOURS[number % 4],
            year=(2011, 2012, None)[number % 5 % 3],
        )
        product.derive()
        product.save()
    return leaves


@given(choices=CHOICES, leaf=st.sampled_from([None, 0, 1]))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_count_of_every_value_is_what_choosing_it_alone_would_leave(many, choices, leaf):
    query = QueryDict(mutable=True)
    for name, values in choices.items():
        query.setlist(name, [values] if isinstance(values, str) else values)
    category = None if leaf is None else many[leaf]
    selection = Selection(query, category)
    assert selection.count == selection.products().count()
    for facet in selection.facets():
        for choice in facet.choices:
            alone = query.copy()
            if facet.name == "category":
                chosen = Category.objects.get(name=choice.label)
            else:
                alone.setlist(facet.name, [choice.label])
                chosen = category
            assert choice.count == Selection(alone, chosen).products().count()


def test_counts_follow_the_catalogue(client, shop):
    def women() -> int:
        (facet,) = [facet for facet in Selection(QueryDict()).facets() if facet.name == "gender"]
        return {choice.label: choice.count for choice in facet.choices}.get("Women", 0)

    assert women() == 1
    Product.objects.filter(sku="2").update(gender="Women")
    assert women() == 2
    Product.objects.filter(sku="1").delete()
    assert women() == 1


def test_orders(client):
    for name in ("Blouse", "Anorak red", "Red red coat"):
        ProductFactory(name=name)

    def names(query: str) -> list[str]:
        page = client.get(f"/products/?{query}").content.decode()
        return re.findall(r'class="card-name">([^<]*)<', page)

    assert names("") == ["Red red coat", "Anorak red", "Blouse"]
    assert names("sort=name") == ["Anorak red", "Blouse", "Red red coat"]
    assert names("q=red") == ["Red red coat", "Anorak red"]
    assert names("q=red&sort=name") == ["Anorak red", "Red red coat"]


@pytest.mark.parametrize("query", ["", "sort=name", "sort=price-up", "q=shirt"])
def test_products_without_a_picture_come_last(query):
    shown = {"name": "Blue Shirt", "price": 20, "currency": "EUR"}
    ProductFactory(sku="pictured", **shown | {"name": "Green Shirt", "price": 30})
    ProductFactory(sku="bare", image="", image_digest="", **shown)
    found = Selection(QueryDict(query)).products()
    assert [product.sku for product in found] == ["pictured", "bare"]


def test_whoever_searches_by_id_finds_a_product_without_a_picture_first():
    ProductFactory(name="Shirt like ab12")
    bare = ProductFactory(sku="ab12", image="", image_digest="")
    assert Selection(QueryDict("q=ab12")).products()[0] == bare


@pytest.mark.parametrize("sold_out", ["last", "hide", "mixed"])
def test_the_newest_are_read_from_an_index(settings, sold_out):
    settings.SOLD_OUT = sold_out
    ProductFactory.create_batch(2)
    with connection.cursor() as cursor:
        for other_way in ("seqscan", "bitmapscan", "sort", "incremental_sort"):
            cursor.execute(f"SET LOCAL enable_{other_way} = off")
    assert "Sort" not in Selection(QueryDict()).products()[:48].explain()


def plan_of_names(query: str, category: Category | None = None) -> str:
    """How a page of names is read where PostgreSQL sorts only what it must."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE catalog_product")
        for other_way in ("seqscan", "bitmapscan", "sort", "incremental_sort"):
            cursor.execute(f"SET LOCAL enable_{other_way} = off")
    return Selection(QueryDict(f"sort=name&{query}"), category).products()[:48].explain()


def test_names_are_read_from_the_index_of_their_category_or_of_the_shop():
    above = CategoryFactory()
    category = CategoryFactory(parent=above)
    ProductFactory.create_batch(2, category=category)
    ProductFactory.create_batch(30)
    for asked, index in (
        (category, "product_within_by_name"),
        (above, "product_within_by_name"),
        (None, "product_by_name"),
    ):
        plan = plan_of_names("", asked)
        assert "Sort" not in plan
        assert index in plan


def test_what_is_rare_is_sorted_instead_of_looked_for_along_all_names():
    ProductFactory.create_batch(40, brand="Aa")
    for name in ("Zz 2", "Zz 1"):
        ProductFactory(name=name, brand="Zz")
    assert "Sort" in plan_of_names("brand=Zz")
    assert "Sort" not in plan_of_names("brand=Aa")
    found = Selection(QueryDict("sort=name&brand=Zz")).products()
    assert [product.name for product in found] == ["Zz 1", "Zz 2"]


def test_of_very_many_values_the_first_count():
    query = QueryDict(mutable=True)
    query.setlist("gender", [f"x{number:03}" for number in range(100)])
    assert len(Selection(query).attributes["gender"]) == 50
