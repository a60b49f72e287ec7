"""What a browser keeps for its shopper."""

import re

import pytest
from django.test import Client

from tests.pages import skus

pytestmark = pytest.mark.django_db


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
