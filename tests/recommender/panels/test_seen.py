"""What a browser has seen."""

import re

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_what_a_browser_has_seen_is_remembered_by_itself_alone(client, wardrobe):
    for product in wardrobe[-3:]:
        client.get(product.get_absolute_url())
    page = client.get(wardrobe[0].get_absolute_url()).content.decode()
    recent = page[page.index("Recently seen") :]
    seen = re.findall(r'data-sku="([^"]*)"', recent)
    assert seen[0] in {product.sku for product in wardrobe[-3:]}
    assert "Recently seen" not in Client().get(wardrobe[0].get_absolute_url()).content.decode()
    forger = Client()
    forger.cookies["seen"] = f"{wardrobe[-1].pk}:forged"
    assert "Recently seen" not in forger.get(wardrobe[0].get_absolute_url()).content.decode()
