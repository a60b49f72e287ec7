"""The pictures of a product in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from catalog.models import Product
from recommender import embedding
from tests.browser.axe import expect_nothing_found
from tests.factories import give_further, searchable_products
from tests.pictures import drawing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def product() -> Product:
    """Five pictures, and a neighbour that looks like the fourth."""
    product, _ = searchable_products(2)
    give_further(product, *(drawing(seed, (300, 400)) for seed in range(100, 104)))
    embedding.embed_products([product.pk])
    return product


def expect_shown(page: Page, number: int) -> None:
    """Of the pictures in a row that one, and none beside it."""
    expect(page.locator(f"#picture-{number}")).to_be_in_viewport(ratio=0.3)
    expect(page.locator(f"#picture-{number - 1}")).not_to_be_in_viewport()
    expect(page.locator(f"#picture-{number + 1}")).not_to_be_in_viewport()


def test_thumbnails_and_arrow_keys_lead_through_the_pictures(page, product):
    page.goto(product.get_absolute_url())
    page.wait_for_load_state("networkidle")
    gallery = page.get_by_role("region", name="Pictures")
    thumbnail = gallery.get_by_role("link", name="Picture 3 of 5", exact=True)
    thumbnail.scroll_into_view_if_needed()
    place = page.evaluate("scrollY")
    thumbnail.click()
    expect_shown(page, 3)
    expect(thumbnail).to_have_attribute("aria-current", "true")
    assert page.evaluate("scrollY") == place
    page.keyboard.press("ArrowRight")
    expect_shown(page, 4)
    picture = gallery.get_by_role("link", name=f"Picture 4 of 5: {product.title}")
    picture.focus()
    page.keyboard.press("ArrowLeft")
    expect_shown(page, 3)
    expect(gallery.get_by_role("link", name=f"Picture 3 of 5: {product.title}")).to_be_focused()


def test_a_picture_is_enlarged_and_the_page_is_where_it_was(page, product):
    page.goto(product.get_absolute_url())
    picture = page.get_by_role("link", name=f"Picture 1 of 5: {product.title}")
    picture.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("img", name="Picture 1 of 5")).to_have_attribute(
        "src", f"{page.url.partition('/products')[0]}{product.largest_image_address}"
    )
    expect(dialog.get_by_role("img")).to_have_js_property("complete", True)
    expect_nothing_found(page)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(picture).to_be_focused()


def test_pictures_stand_still_and_those_that_are_not_seen_wait(page, product):
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => list.getEntries().forEach("
        "(entry) => (window.shift += entry.value))).observe({ type: 'layout-shift', buffered: true });"
    )
    page.goto(product.get_absolute_url())
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.shift") < 0.02
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    first, *others = page.locator(".gallery-pictures img").all()
    assert first.get_attribute("loading") is None
    assert {image.get_attribute("loading") for image in others} == {"lazy"}


def test_without_script_a_page_begins_at_the_picture_that_was_found(browser, live_server, product):
    """The other product's own picture is the fourth one of the first."""
    other = Product.objects.exclude(pk=product.pk).get()
    give_further(product, drawing(100), drawing(101), drawing(1, (91, 121)))
    embedding.embed_products([product.pk])
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(other.get_absolute_url())
    card = page.locator(f".card[data-sku='{product.sku}']")
    shown = product.further_pictures.get(position=3)
    assert shown.image_address in card.locator("img").get_attribute("src")
    card.get_by_role("link").first.click()
    page.wait_for_url("**/#picture-4")
    here = page.locator("#picture-4").bounding_box()
    assert here["x"] == pytest.approx(page.locator(".gallery-pictures").bounding_box()["x"], abs=2)
    page.locator("#picture-4").get_by_role("link", name="Search with this picture").click()
    assert "picture=4" in page.url
    assert other.image_address in page.locator("[data-results] .card img").first.get_attribute("src")
    page.go_back()
    page.get_by_role("link", name="Picture 2 of 4", exact=True).click()
    here = page.locator("#picture-2").bounding_box()
    assert here["x"] == pytest.approx(page.locator(".gallery-pictures").bounding_box()["x"], abs=2)
    context.close()


def test_without_scripts_no_colour_stays_beside_a_picture(browser, live_server, product):
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(product.get_absolute_url())
    placeholders = page.locator(".picture .colour").all()
    assert placeholders
    assert not [one for one in placeholders if one.is_visible()]
    context.close()
