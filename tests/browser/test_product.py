"""A product's page in a real browser."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from catalog.models import Product
from recommender.models import Mark
from tests.browser.shop import colours_of_a_design
from tests.factories import searchable_products

pytestmark = pytest.mark.django_db(transaction=True)


def test_pointing_at_a_colour_shows_its_picture_in_the_card(browser, live_server):
    (other,) = searchable_products(1)
    colours_of_a_design()
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    page.goto(other.get_absolute_url())
    card = page.locator(".card")
    expect(card).to_have_count(1)
    expect(card.locator(".swatch")).to_have_count(2)
    before = card.locator("img").get_attribute("src")
    swatch = card.locator(".swatch").first
    swatch.hover()
    assert card.locator("img").get_attribute("src") == swatch.get_attribute("data-picture") != before
    context.close()


def test_a_mark_is_noted_without_leaving_the_page(page, products):
    page.goto(products[0].get_absolute_url())
    card = page.locator(".card").first
    other = card.get_attribute("data-sku")
    card.locator(".marks summary").click()
    card.get_by_role("button", name="Wrong colour").click()
    expect(card.get_by_text("Noted")).to_be_visible()
    assert Mark.objects.get().other.sku == other
    assert Mark.objects.get().kind == "colour"


def test_a_mark_is_noted_where_the_product_is_no_longer_here(browser, live_server):
    product, _ = searchable_products(2)
    Product.objects.filter(pk=product.pk).update(archived_at=timezone.now())
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    page.goto(product.get_absolute_url())
    card = page.locator(".card")
    card.locator(".marks summary").click()
    card.get_by_role("button", name="Not similar").click()
    expect(card.get_by_text("Noted", exact=True)).to_be_visible()
    assert Mark.objects.get().product == product
    context.close()


def test_a_favourite_is_kept_by_keyboard_and_the_focus_stays_on_the_heart(page, products):
    page.goto(products[0].get_absolute_url())
    page.evaluate("window.isTheSame = true")
    heart = page.get_by_role("button", name="Keep as a favourite")
    heart.focus()
    page.keyboard.press("Enter")
    kept = page.get_by_role("button", name="A favourite", exact=True)
    expect(kept).to_have_attribute("aria-pressed", "true")
    expect(kept).to_be_focused()
    expect(page.get_by_role("status").filter(has_text="Kept among your favourites")).to_be_attached()
    page.keyboard.press("Enter")
    expect(heart).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_role("status").filter(has_text="No longer a favourite")).to_be_attached()
    page.keyboard.press("Enter")
    expect(kept).to_be_focused()
    assert page.evaluate("window.isTheSame")
    page.goto("/favourites/")
    expect(page.locator(f".favourites [data-sku='{products[0].sku}']")).to_be_visible()
