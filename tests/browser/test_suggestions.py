"""The search field's suggestions in a real browser: from the keyboard, by touch, in time."""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from tests.browser.axe import expect_nothing_found
from tests.browser.conftest import DESK, PHONE
from tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def trade(live_server):
    """Shirts and shoes of a brand."""
    cache.clear()
    for kind, colour, count in (("Shirts", "Red", 4), ("Shoes", "Blue", 3)):
        category = CategoryFactory(name=kind)
        for number in range(count):
            ProductFactory(name=f"Acme {colour} {kind} {number}", category=category, base_colour=colour)


def test_suggestions_are_walked_through_and_chosen_from_the_keyboard(page):
    page.goto("/")
    field, options = page.get_by_role("combobox"), page.get_by_role("option")
    active = page.locator("[role=option][aria-selected=true]")
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press_sequentially("sh")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("group", name="Words").get_by_role("option")).to_have_text(["shirts", "shoes"])
    expect(page.get_by_role("group", name="Products").locator("img")).to_have_count(3)
    expect(page.locator(".suggestions-status")).to_have_text(f"{options.count()} suggestions")
    expect(active).to_have_count(0)
    for key, place in [("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", -1), ("Home", 0), ("End", -1)]:
        page.keyboard.press(key)
        expect(options.nth(place)).to_have_attribute("aria-selected", "true")
        expect(active).to_have_count(1)
        expect(field).to_have_attribute("aria-activedescendant", active.get_attribute("id"))
        expect(active).to_be_in_viewport()
        expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_value("sh")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/products/?q=shirts")
    expect(page.locator("[data-sku]")).to_have_count(4)


def test_enter_without_a_choice_searches_for_what_is_typed(page):
    page.goto("/")
    page.get_by_role("combobox").press_sequentially("acme red")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/products/?q=acme+red")


def test_suggestions_are_chosen_by_pointing(page):
    page.goto("/")
    field = page.get_by_role("combobox")
    field.press_sequentially("acme sho")
    option = page.get_by_role("option", name="acme in Shoes")
    option.tap() if page.viewport_size == PHONE else option.click()
    page.wait_for_url(re.compile(r"/c/shoes/\?q=acme"))


def test_the_list_fits_and_goes_when_the_field_is_left_or_emptied(page):
    page.goto("/")
    field, popup = page.get_by_role("combobox"), page.get_by_role("listbox")
    field.press_sequentially("sh")
    expect(popup).to_be_visible()
    box = popup.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.viewport_size["width"]
    assert box["y"] + box["height"] <= page.viewport_size["height"]
    page.keyboard.press("Tab")
    expect(popup).to_be_hidden()
    field.fill("sho")
    expect(popup).to_be_visible()
    field.fill("s")
    expect(popup).to_be_hidden()


def test_a_late_answer_to_an_earlier_text_is_not_shown(page):
    page.goto("/")
    held = []
    page.route("**/suggestions/?q=sh", lambda route: held.append(route))
    field = page.get_by_role("combobox")
    with page.expect_request("**/suggestions/?q=sh"):
        field.press_sequentially("sh")
    field.press_sequentially("oe")
    options = page.get_by_role("group", name="Words").get_by_role("option")
    expect(options).to_have_text(["shoes"])
    assert held[0].request.failure == "net::ERR_ABORTED"


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_in_the_list(browser, live_server, viewport):
    context = browser.new_context(base_url=live_server.url, viewport=viewport, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/products/")
    page.get_by_role("combobox").press_sequentially("sh")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect_nothing_found(page)
    context.close()


def test_without_scripts_the_field_is_a_search_field(browser, live_server):
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    page.goto("/")
    page.get_by_role("searchbox").fill("shirts")
    page.keyboard.press("Enter")
    expect(page.locator("[data-sku]")).to_have_count(4)
    assert page.get_by_role("listbox").count() == 0
    context.close()
