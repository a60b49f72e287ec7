"""What search machines may read."""

import re

import pytest

from catalog.models import Appearance

pytestmark = pytest.mark.django_db


def may_read(text: str, address: str) -> bool:
    """Whether the rules let it be read: the longest that fits counts. Source: RFC 9309."""
    rules = [line.split(": ", 1) for line in text.splitlines() if line.startswith(("Allow: ", "Disallow: "))]
    fitting = [
        (len(path), kind == "Allow") for kind, path in rules if re.match(re.escape(path).replace(r"\*", ".*"), address)
    ]
    return max(fitting, default=(0, True))[1]


def test_products_and_lists_are_read_and_combinations_without_end_are_not(client):
    answer = client.get("/robots.txt")
    assert answer["Content-Type"].startswith("text/plain")
    text = answer.content.decode()
    assert "Sitemap: http://testserver/sitemap.xml" in text
    for address in ("/", "/products/1/", "/c/a/b/", "/products/?page=3", "/sitemap-products.xml?p=2", "/media/a.jpg"):
        assert may_read(text, address), address
    for address in (
        "/admin/",
        "/api/v1/products/",
        "/products/?gender=Men",
        "/products/?page=2&gender=Men",
        "/products/?q=shirt",
        "/explore/?like=1",
        "/search/photo/?like=1",
        "/products/1/?explain",
    ):
        assert not may_read(text, address), address


def test_a_shop_that_is_not_to_be_found_says_so_everywhere(client):
    Appearance.objects.create(pk=Appearance.ONLY, is_indexed=False)
    assert not may_read(client.get("/robots.txt").content.decode(), "/")
    for address in ("/", "/products/", "/privacy/"):
        assert '<meta name="robots" content="noindex">' in client.get(address).content.decode()
