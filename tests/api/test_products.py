"""Products over REST."""

import pytest
from django.utils import timezone

from catalog.attributes import NAMES
from catalog.models import MerchandisingRule, Product, ProductDescription
from catalog.revalidation import program
from recommender import embedding
from tests.factories import CategoryFactory, ProductFactory, give_further, searchable_products
from tests.pictures import drawing

pytestmark = pytest.mark.django_db
PRODUCTS = "/api/v1/products/"


def skus(answer) -> list[str]:
    return [product["sku"] for product in answer.json()["results"]]


def all_skus(client, address: str) -> list[str]:
    """Those of all pages."""
    found = []
    while address:
        answer = client.get(address)
        found += skus(answer)
        address = answer.json()["next"]
    return found


def test_products_are_narrowed_with_their_facets(client):
    ProductFactory.create_batch(5, gender="Men")
    ProductFactory(gender="Women", category=CategoryFactory(name="Shoes"))
    answer = client.get(f"{PRODUCTS}?gender=Men&limit=2").json()
    assert answer["count"] == 5
    assert len(answer["results"]) == 2
    facets = {facet["name"]: facet["choices"] for facet in answer["facets"]}
    assert [(choice["value"], choice["count"], choice["is_chosen"]) for choice in facets["gender"]] == [
        ("Men", 5, True),
        ("Women", 1, False),
    ]
    (shoes,) = {facet["name"]: facet["choices"] for facet in client.get(PRODUCTS).json()["facets"]}["category"]
    assert skus(client.get(f"{PRODUCTS}?category={shoes['value']}")) == [Product.objects.get(gender="Women").sku]
    assert client.get(f"{PRODUCTS}?category=nowhere").json()["count"] == 0


@pytest.mark.parametrize("sort", ["newest", "name", "price-up", "price-down", "discount"])
def test_a_cursor_leads_through_all_products_though_some_come_and_go(client, sort):
    products = [
        ProductFactory(name=f"Tee {number % 3}", price=number % 4 or None, currency="EUR" if number % 4 else "")
        for number in range(11)
    ]
    Product.objects.filter(pk=products[2].pk).update(sale_price="0.5", availability="out_of_stock")
    MerchandisingRule.objects.create(place="shop", product=products[5], act="pin", position=1)
    address = f"{PRODUCTS}?sort={sort}&limit=3"
    in_one = skus(client.get(f"{PRODUCTS}?sort={sort}&limit=100"))
    assert all_skus(client, address) == in_one
    first = client.get(address).json()
    Product.objects.filter(sku=first["results"][1]["sku"]).delete()
    ProductFactory(name="A", price=None)
    rest = all_skus(client, first["next"])
    assert [sku for sku in rest if sku in in_one] == in_one[3:]


def test_a_cursor_is_for_its_own_list(client):
    ProductFactory.create_batch(3)
    following = client.get(f"{PRODUCTS}?limit=1").json()["next"]
    assert client.get(following).status_code == 200
    assert client.get(f"{following}&sort=name").status_code == 404
    assert client.get(f"{PRODUCTS}?cursor=abc").json()["code"] == "not_found"


def test_a_product_tells_everything_it_has(client):
    category = CategoryFactory(name="Shirts", parent=CategoryFactory(name="Topwear"))
    product = ProductFactory(sku="7", category=category, base_colour="Red", year=2012)
    further = give_further(product, drawing(100), drawing(101))
    answer = client.get(f"{PRODUCTS}7/").json()
    assert answer["image"].endswith(product.image.url)
    shown = (product, *further)
    assert answer.pop("thumbnails") == [f"http://testserver{one.image_address}" for one in shown]
    assert answer.pop("images") == [answer.pop("image"), *(f"http://testserver{one.image.url}" for one in further)]
    assert answer == {
        **dict.fromkeys(NAMES, ""),
        "sku": "7",
        "name": product.name,
        "category": ["Topwear", "Shirts"],
        "base_colour": "Red",
        "year": 2012,
        "url": "http://testserver/products/7/",
        **dict.fromkeys(("price", "sale_price", "price_now", "sale_starts_at", "sale_ends_at")),
        **dict.fromkeys(("currency", "availability", "condition", "link", "description"), ""),
        "has_lowest_price": False,
        "sizes": [],
    }


def test_what_a_product_is_sold_for_is_told_in_texts_and_narrows(client):
    product = ProductFactory(
        sku="7", price="1299.5", sale_price=999, currency="INR", brand="Sorrel", description="Soft"
    )
    product.sizes.create(label="M", position=1, availability="in_stock")
    product.sizes.create(label="L", position=2, availability="out_of_stock")
    ProductFactory(sku="8", price=2000, currency="INR")
    answer = client.get(f"{PRODUCTS}7/").json()
    assert (answer["price"], answer["sale_price"], answer["price_now"]) == ("1299.50", "999.00", "999.00")
    assert answer["sizes"] == [
        {"label": "M", "availability": "in_stock"},
        {"label": "L", "availability": "out_of_stock"},
    ]
    assert client.get(PRODUCTS).json()["price"] == {"currency": "INR", "lowest": "999.00", "highest": "2000.00"}
    for query, found in {
        "max_price=999": ["7"],
        "min_price=999.01": ["8"],
        "size=M": ["7"],
        "size=L": [],
        "brand=Sorrel": ["7"],
        "sort=price-down": ["8", "7"],
    }.items():
        assert skus(client.get(f"{PRODUCTS}?{query}")) == found


def test_a_list_that_is_known_is_not_told_again(client):
    ProductFactory(sku="1")
    first = client.get(PRODUCTS)
    assert first["Cache-Control"] == "public, max-age=0"
    known = {"If-None-Match": first["ETag"]}
    assert client.get(PRODUCTS, headers=known).status_code == 304
    assert client.get(f"{PRODUCTS}?limit=5", headers=known).status_code == 200
    ProductFactory(sku="2")
    assert skus(client.get(PRODUCTS, headers=known)) == ["2", "1"]


def test_a_list_is_told_again_where_a_product_is_described_otherwise(client):
    product = ProductFactory()
    known = {"If-None-Match": client.get(PRODUCTS)["ETag"]}
    ProductDescription.objects.write({product: "Of linen."})
    assert client.get(PRODUCTS, headers=known).json()["results"][0]["description"] == "Of linen."


def test_a_list_is_another_one_where_the_shop_is(client, settings):
    ProductFactory()
    answer = client.get(PRODUCTS)
    settings.MEDIA_URL = "https://pictures.example.com/"
    program.cache_clear()
    again = client.get(PRODUCTS, headers={"If-None-Match": answer["ETag"]})
    assert again.json()["results"][0]["image"].startswith("https://pictures.example.com/")
    program.cache_clear()


def test_a_product_that_is_known_is_not_told_again(client):
    product = ProductFactory(sku="1")
    known = {"If-None-Match": client.get(f"{PRODUCTS}1/")["ETag"]}
    answer = client.get(f"{PRODUCTS}1/", headers=known)
    assert (answer.status_code, answer.content) == (304, b"")
    product.name = "Another"
    product.save()
    assert client.get(f"{PRODUCTS}1/", headers=known).json()["name"] == "Another"


def test_similar_products_are_as_the_panel_has_them(client):
    product, other = searchable_products(2)
    give_further(other, drawing(100), drawing(0, (91, 121)))
    embedding.embed_products([other.pk])
    (match,) = client.get(f"{PRODUCTS}{product.sku}/similar/").json()["results"]
    assert match["product"]["sku"] == other.sku
    assert match["picture"] == 3
    assert match["similarity"] > 0.9
    assert len(match["product"]["images"]) == 3
    for query in ("limit=0", "limit=many", "limit=101", "limit="):
        assert client.get(f"{PRODUCTS}{product.sku}/similar/?{query}").status_code == 400
    assert client.get(f"{PRODUCTS}none/similar/").status_code == 404


def test_similar_products_ask_few_queries(client, django_assert_max_num_queries):
    product, *others = searchable_products(12)
    with django_assert_max_num_queries(10):  # with those of transactions
        assert len(client.get(f"{PRODUCTS}{product.sku}/similar/").json()["results"]) == len(others)


def test_what_is_not_searchable_yet_is_like_nothing(client):
    ProductFactory(sku="1")
    assert client.get(f"{PRODUCTS}1/similar/").json() == {"results": []}
    Product.objects.update(archived_at=timezone.now())
    assert client.get(f"{PRODUCTS}1/similar/").status_code == 404


def test_who_may_write_deletes_a_product(client, writing):
    ProductFactory(sku="1")
    assert client.delete(f"{PRODUCTS}1/").status_code == 401
    assert client.delete(f"{PRODUCTS}1/", headers=writing).status_code == 204
    assert not Product.objects.exists()
    assert client.delete(f"{PRODUCTS}1/", headers=writing).json()["code"] == "not_found"
