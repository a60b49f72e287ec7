"""The wall in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.shop import skus

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_shopper_wanders_to_a_product_without_a_word(page, products):
    page.goto("/explore/")
    wanted = skus(page)[9]
    page.locator(f"[data-sku={wanted}]").get_by_role("link", name="More like").click()
    expect(page).to_have_url(re.compile(f"like={wanted}"))
    assert skus(page)[0] == wanted
    unwanted = skus(page)[3]
    page.locator(f"[data-sku={unwanted}]").get_by_role("link", name="Less like").click()
    expect(page.locator(f"[data-sku={unwanted}]")).to_have_count(0)
    page.locator(f"[data-sku={wanted}]").get_by_role("link", name="Open").click()
    expect(page).to_have_url(re.compile(f"/products/{wanted}/$"))
