"""Browsing in a real browser: narrowing, scrolling on, words."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.browser.shop import skus
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_shopper_narrows_the_shop_and_takes_the_filter_away(page, products):
    cards = page.locator("[data-sku]")
    page.goto("/products/")
    expect(cards).to_have_count(30)
    if page.viewport_size == PHONE:
        page.get_by_text("Filter", exact=True).click()
    page.get_by_text("Gender", exact=True).click()
    page.get_by_role("checkbox", name=re.compile("^Men")).check()
    if page.viewport_size == PHONE:
        page.get_by_role("button", name="Show 15").click()
    expect(cards).to_have_count(15)
    page.get_by_role("link", name="Remove Men").click()
    expect(cards).to_have_count(30)


def test_more_products_come_while_scrolling_and_the_way_back_leads_to_the_same_place(page, live_server):
    ProductFactory.create_batch(110)
    cards = page.locator(".card")
    page.goto("/products/")
    expect(cards).to_have_count(48)
    for count in (96, 110):
        cards.last.scroll_into_view_if_needed()
        expect(cards).to_have_count(count)
    expect(page.locator("[rel=next]")).to_have_count(0)
    assert len(set(skus(page))) == 110
    far = cards.nth(100)
    far.scroll_into_view_if_needed()
    sku = far.get_attribute("data-sku")
    far.click()
    page.wait_for_url(f"**/products/{sku}/")
    page.go_back()
    expect(cards).to_have_count(110)
    expect(page.locator(f"[data-sku={sku}]")).to_be_in_viewport()


def test_words_find_products_from_every_page(page, products):
    page.goto(f"/products/{products[0].sku}/")
    page.get_by_role("combobox").fill(products[8].name)
    page.keyboard.press("Enter")
    expect(page.locator(f"[data-sku={products[8].sku}]")).to_be_visible()


def test_no_placeholder_stays_behind_a_picture(page, products):
    page.goto("/products/")
    expect(page.locator(".picture img").first).to_have_js_property("complete", True)
    expect(page.locator(".layers").first.locator(".colour")).to_have_count(0)
