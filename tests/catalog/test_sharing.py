"""What search engines and those a page is shared with are told."""

import json
import re

import pytest
from defusedxml import ElementTree
from django.utils import timezone

from catalog.models import Product
from catalog.sharing import ProductSitemap
from tests.factories import ProductFactory, give_further
from tests.pictures import drawing

pytestmark = pytest.mark.django_db


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


def test_all_pictures_of_a_product_are_told_and_the_first_is_shared(client):
    product = ProductFactory()
    (further,) = give_further(product, drawing(100))
    page = client.get(product.get_absolute_url()).content.decode()
    told, _ = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    assert told["image"] == [f"http://testserver{one.image.url}" for one in (product, further)]
    assert f'<meta property="og:image" content="{told["image"][0]}">' in page


def test_lists_that_are_narrowed_are_not_indexed(client, shop):
    for address, is_indexed in {
        "/products/": True,
        "/products/?page=1": True,
        "/c/apparel/": True,
        "/c/apparel/?gender=Men": False,
        "/products/?q=shirt": False,
        "/products/?sort=name": False,
    }.items():
        assert ("noindex" in client.get(address).content.decode()) != is_indexed, address


def test_the_sitemap_has_pages_and_pictures_and_is_written_once(client, shop, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(ProductSitemap, "limit", 2)
    pages = [client.get(f"/sitemap-products.xml?p={number}").content.decode() for number in (1, 2)]
    assert "sitemap-products.xml?p=2" in client.get("/sitemap.xml").content.decode()
    assert pages[0].count("<url>") == 2
    assert set(re.findall("<loc>(.*?)</loc>", pages[0])).isdisjoint(re.findall("<loc>(.*?)</loc>", pages[1]))
    pictured = ProductFactory()
    (further,) = give_further(pictured, drawing(100))
    last = re.findall("p=([0-9]+)", client.get("/sitemap.xml").content.decode())[-1]
    page = client.get(f"/sitemap-products.xml?p={last}").content.decode()
    for one in (pictured, further):
        assert f"<image:image><image:loc>http://testserver{one.image.url}</image:loc></image:image>" in page
    ElementTree.fromstring(page)
    with django_assert_num_queries(1):
        assert client.get(f"/sitemap-products.xml?p={last}").content.decode() == page
    for wrong in ("sitemap-products.xml?p=0", "sitemap-products.xml?p=99", "sitemap-products.xml?p=x", "sitemap-x.xml"):
        assert client.get(f"/{wrong}").status_code == 404, wrong
