"""Browsing: filters, words, pages, single products, the pictures."""

import json
import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.facets import Selection
from catalog.importing.jobs import import_catalog
from catalog.models import Category, Product
from tests.factories import CategoryFactory, ProductFactory, searchable_products
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
        ("gender=Men&gender=Women", "1234"),
        ("gender=Women&gender=Nobody&season=Fall", "1"),
        ("year=2011", "1234"),
        ("year=2012&year=soon", ""),
        ("q=str", "1"),
        ("q=red+plain+shi", "2"),
        ("q=crimson+t-shirt", ""),
        ("q=%27%26%7C%21%28", "1234"),
        ("q=%00&gender=%00", "1234"),
        ("sort=nonsense", "1234"),
        ("page=999", "1234"),
    ],
)
def test_filters_and_words_narrow_the_shop(client, shop, query, expected):
    assert skus(client, f"/products/?{query}") == set(expected)


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
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_count_of_every_value_is_what_choosing_it_alone_would_leave(many, choices, leaf):
    query = QueryDict(mutable=True)
    for name, values in choices.items():
        query.setlist(name, [values] if isinstance(values, str) else values)
    category = None if leaf is None else many[leaf]
    selection = Selection(query, category)
    assert selection.count == selection.products().count()
    for facet in selection.facets():
        for value in facet.values:
            alone = query.copy()
            if facet.name == "category":
                chosen = Category.objects.get(name=value.label)
            else:
                alone.setlist(facet.name, [value.label])
                chosen = category
            assert value.count == Selection(alone, chosen).products().count()


def test_counts_follow_the_catalogue(client, shop):
    def women() -> int:
        (facet,) = [facet for facet in Selection(QueryDict()).facets() if facet.name == "gender"]
        return {value.label: value.count for value in facet.values}.get("Women", 0)

    assert women() == 1
    Product.objects.filter(sku="2").update(gender="Women")
    assert women() == 2
    Product.objects.filter(sku="1").delete()
    assert women() == 1


def test_orders(client):
    for name in ("Blouse", "Anorak red", "Red red coat"):
        product = ProductFactory(name=name)
        product.search_words = name
        product.save()

    def names(query: str) -> list[str]:
        page = client.get(f"/products/?{query}").content.decode()
        return re.findall(r'class="card-name">([^<]*)<', page)

    assert names("") == ["Red red coat", "Anorak red", "Blouse"]
    assert names("sort=name") == ["Anorak red", "Blouse", "Red red coat"]
    assert names("q=red") == ["Red red coat", "Anorak red"]
    assert names("q=red&sort=name") == ["Anorak red", "Red red coat"]


def test_shoppers_words_are_understood(client, tmp_path):
    rows = [
        style("1", articleType="Sports Shoes", baseColour="Red", productDisplayName="Puma Men Future Cat"),
        style("2", articleType="Sports Shoes", baseColour="Red", gender="Women", productDisplayName="Puma Women Cat"),
        style("3", articleType="Tshirts", productDisplayName="Polo T-shirt"),
    ]
    import_catalog(write_styles(tmp_path / "styles.csv", rows), tmp_path)
    assert skus(client, "/products/?q=red+running+shoes+men") == {"1"}
    assert skus(client, "/products/?q=trainers+ladies") == {"2"}
    assert skus(client, "/products/?q=t-shirts") == {"3"}


def test_words_that_find_nothing_are_guessed(client, shop):
    page = client.get("/products/?q=stripped+shrit&gender=Women").content.decode()
    assert '<a href="/products/?q=striped+shirt&amp;gender=Women">striped shirt</a>' in page
    assert "Did you mean" not in client.get("/products/?q=zzzzqqqq").content.decode()
    assert "Did you mean" not in client.get("/products/?q=shirt").content.decode()


def test_addresses_of_categories_are_told_apart(client):
    top = CategoryFactory(name="Shoes & Co")
    other = CategoryFactory(name="Shoes, Co")
    assert [top.get_absolute_url(), other.get_absolute_url()] == ["/c/shoes-co/", "/c/shoes-co-2/"]
    top.save()
    assert top.slug == "shoes-co"
    assert CategoryFactory(name="鞋", parent=top).get_absolute_url() == "/c/shoes-co/%E9%9E%8B/"
    assert CategoryFactory(name="???", parent=top).slug == "category"


def test_a_page_asks_few_queries(client, shop, django_assert_max_num_queries):
    client.get("/products/")
    for address in ("/products/", "/products/?gender=Men&q=shirt", "/c/apparel/topwear/", "/products/4/"):
        Product.objects.filter(sku="1").update(year=2000)
        with django_assert_max_num_queries(10):
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


def canonical(page: str) -> str:
    return re.search(r'<link rel="canonical"\s+href="([^"]*)"', page)[1]


def test_pages_tell_search_engines_what_they_are(client, shop):
    page = client.get("/products/4/?from=somewhere").content.decode()
    assert canonical(page) == "http://testserver/products/4/"
    assert '<meta property="og:title" content="Pumps">' in page
    product, crumbs = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    assert (product["@type"], product["sku"], product["category"]) == ("Product", "4", "Footwear > Shoes > Heels")
    assert crumbs["itemListElement"][1]["item"] == "http://testserver/c/footwear/shoes/"
    page = client.get("/c/apparel/?gender=Men&page=1").content.decode()
    assert canonical(page) == "http://testserver/c/apparel/?gender=Men"


def test_the_sitemap_lists_what_is_in_the_shop(client, shop):
    Product.objects.filter(sku="1").update(archived_at=timezone.now())
    assert "http://testserver/sitemap-products.xml" in client.get("/sitemap.xml").content.decode()
    products = client.get("/sitemap-products.xml").content.decode()
    assert "http://testserver/products/2/" in products
    assert "http://testserver/products/1/" not in products
    assert "http://testserver/c/footwear/shoes/heels/" in client.get("/sitemap-categories.xml").content.decode()


def test_an_archived_product_offers_what_looks_like_it(client):
    first, second = searchable_products(2)
    Product.objects.filter(pk=first.pk).update(archived_at=timezone.now())
    response = client.get(first.get_absolute_url())
    assert response.status_code == 404
    assert f'data-sku="{second.sku}"' in response.content.decode()


def test_favourites_are_kept_by_the_browser_and_compared(client, shop):
    for sku in "12":
        assert client.post(f"/products/{sku}/favourite/").url == f"/products/{sku}/"
    assert 'aria-pressed="true"' in client.get("/products/1/").content.decode()
    page = client.get("/favourites/").content.decode()
    assert re.findall(r'data-sku="([^"]*)"', page) == ["2", "1"]
    assert "Summer" in page
    assert client.post("/products/2/favourite/", {"from_list": "1"}).url == "/favourites/"
    assert skus(client, "/favourites/") == {"1"}
    assert "Nothing yet" in Client().get("/favourites/").content.decode()
    assert client.get("/products/1/favourite/").status_code == 405
    assert Client(enforce_csrf_checks=True).post("/products/1/favourite/").status_code == 403
