"""The shop in a real browser, on a phone and on a desk, with and without JavaScript."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from recommender import embedding
from recommender.models import Mark
from recommender.neighbours import similar_to_product
from tests.browser.conftest import DESK, PHONE
from tests.factories import CategoryFactory, ProductFactory, searchable_products
from tests.pictures import as_file, drawing

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESSES = ("/", "/products/", "/search/photo/", "/favourites/", "/explore/")


@pytest.fixture
def products():
    # The same drawings whichever tests ran before: some are harder to tell apart than others.
    ProductFactory.reset_sequence(0)
    products = searchable_products(30)
    category = CategoryFactory(name="Shirts")
    for product in products[::2]:
        product.category, product.gender, product.base_colour = category, "Men", "Navy Blue"
        product.save()
    return products


def skus(page: Page) -> list[str]:
    return [card.get_attribute("data-sku") for card in page.locator("[data-sku]").all()]


def photo(number: int) -> dict[str, object]:
    """A picture of the product with that look, slightly cropped, as a file to choose."""
    picture = drawing(number).crop((4, 5, 86, 115))
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": as_file(picture, quality=70)}


def look_of(product) -> int:
    """The seed of the factory's drawing: the digits of its sku, as both count together."""
    return int(product.sku[1:])


def test_a_shopper_uploads_a_picture_and_finds_the_product(page, products):
    wanted = products[11]
    page.goto("/")
    page.get_by_role("link", name="Photo search").click()
    with page.expect_navigation():
        page.locator("input[name=photo]").first.set_input_files(photo(look_of(wanted)))
    expect(page.get_by_alt_text("The photo you searched with")).to_be_visible()
    assert skus(page)[0] == wanted.sku
    page.locator("[data-sku]").first.get_by_role("link").click()
    expect(page).to_have_url(re.compile(f"/products/{wanted.sku}/$"))
    expect(page.get_by_role("heading", name="Visually similar")).to_be_visible()
    assert skus(page) == [match.product.sku for match in similar_to_product(wanted, 12)]


def test_a_picture_can_be_dropped(page, products):
    page.goto("/search/photo/")
    with page.expect_navigation():
        page.evaluate(
            """async (bytes) => {
                const data = new DataTransfer();
                data.items.add(new File([new Uint8Array(bytes)], "photo.jpg", { type: "image/jpeg" }));
                document.querySelector(".drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data }));
            }""",
            list(photo(look_of(products[3]))["buffer"]),
        )
    assert skus(page)[0] == products[3].sku


def paste(page: Page, picture: bytes) -> None:
    page.evaluate(
        """(bytes) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], "pasted.jpg", { type: "image/jpeg" }));
            document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
        }""",
        list(picture),
    )


def test_a_picture_can_be_pasted_on_the_home_page(page, products):
    page.goto("/")
    with page.expect_navigation():
        paste(page, photo(look_of(products[4]))["buffer"])
    assert skus(page)[0] == products[4].sku


def two_in_one(one, two) -> dict[str, object]:
    """A photo with a product on the left and another on the right."""
    both = Image.new("RGB", (600, 400), "white")
    for place, product in ((20, one), (340, two)):
        both.paste(drawing(look_of(product)).resize((240, 320)), (place, 40))
    return {"name": "both.jpg", "mimeType": "image/jpeg", "buffer": as_file(both)}


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Over the photo, in parts of its width and height, with what the device points with."""
    # While a page fades in, it hears no pointer.
    page.wait_for_function("document.getAnimations().length === 0")
    around = page.locator(".stage").bounding_box()
    points = [(around["x"] + x * around["width"], around["y"] + y * around["height"]) for x, y in (start, end)]
    with page.expect_response(re.compile("box=")):
        if page.viewport_size == PHONE:
            touch(page, *points)
        else:
            page.mouse.move(*points[0])
            page.mouse.down()
            page.mouse.move(*points[1], steps=4)
            page.mouse.up()


def touch(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    devtools = page.context.new_cdp_session(page)
    for kind, points in (("touchStart", [start]), ("touchMove", [end]), ("touchEnd", [])):
        touched = [{"x": x, "y": y} for x, y in points]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})


@pytest.fixture
def cropping(page, products):
    """The results of a photo of two products, with the second one cropped by a drawn box."""
    page.goto("/search/photo/")
    with page.expect_navigation():
        page.locator("input[name=photo]").first.set_input_files(two_in_one(products[6], products[13]))
    page.locator(".stage img").scroll_into_view_if_needed()
    # All of it first, so that a new box can be drawn anywhere.
    with page.expect_response(re.compile("box=")):
        page.get_by_role("link", name="Whole photo").focus()
        page.keyboard.press("Enter")
    expect(page.locator("[data-results][aria-busy]")).to_have_count(0)
    drag(page, (0.55, 0.08), (0.98, 0.92))
    return page


def expect_first(page: Page, sku: str) -> None:
    expect(page.locator("[data-results] [data-sku]").first).to_have_attribute("data-sku", sku)


def test_a_crop_is_drawn_and_moved_and_the_results_follow(cropping, products):
    expect_first(cropping, products[13].sku)
    drag(cropping, (0.76, 0.5), (0.22, 0.5))
    expect_first(cropping, products[6].sku)


def test_a_crop_is_moved_from_the_keyboard(cropping, products):
    expect_first(cropping, products[13].sku)
    cropping.locator(".crop").focus()
    with cropping.expect_response(re.compile("box=")):
        for _ in range(27):
            cropping.keyboard.press("ArrowLeft")
    expect_first(cropping, products[6].sku)
    before = cropping.locator(".crop").bounding_box()["width"]
    with cropping.expect_response(re.compile("box=")):
        cropping.keyboard.press("Shift+ArrowLeft")
    assert cropping.locator(".crop").bounding_box()["width"] < before


def test_a_search_is_reloaded_and_shared(cropping, products, browser):
    expect_first(cropping, products[13].sku)
    cropping.reload()
    expect_first(cropping, products[13].sku)
    expect(cropping.get_by_alt_text("The photo you searched with")).to_be_visible()
    address = cropping.get_by_role("link", name="Share").get_attribute("href")
    another = browser.new_context(base_url=cropping.url)
    page = another.new_page()
    page.goto(address)
    expect_first(page, products[13].sku)
    expect(page.get_by_alt_text("The photo you searched with")).to_have_count(0)
    another.close()


def test_the_slider_and_ticked_products_search_again(page, products):
    page.goto(f"/search/photo/?like={products[2].sku}")
    with page.expect_response(re.compile("emphasis=1")):
        page.get_by_role("slider").press("ArrowRight")
    expect(page).to_have_url(re.compile("emphasis=1"))
    ticked = page.locator("[data-results] [data-sku]")
    wanted = [ticked.nth(place).get_attribute("data-sku") for place in (1, 3)]
    for sku in wanted:
        page.locator(f"[data-results] [data-sku={sku}] input[name=like]").check()
    page.get_by_role("button", name="More like the ticked ones").click()
    expect(page).to_have_url(re.compile(f"like={wanted[0]}&like={wanted[1]}"))
    expect(page.get_by_role("heading", name="More like")).to_be_visible()


def test_photo_search_works_without_javascript(browser, live_server, products):
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    page = context.new_page()
    page.goto("/search/photo/")
    page.locator("input[name=photo]").first.set_input_files(photo(look_of(products[5])))
    page.get_by_role("button", name="Find what looks like it").click()
    expect(page.get_by_alt_text("The photo you searched with")).to_be_visible()
    assert skus(page)[0] == products[5].sku
    page.locator(".box").last.click()
    expect(page.get_by_alt_text("The photo you searched with")).to_be_visible()
    page.get_by_text("Filter", exact=True).click()
    page.get_by_text("Gender", exact=True).click()
    page.get_by_role("link", name=re.compile("^Men")).last.click()
    expect(page.get_by_role("link", name="Remove Men")).to_be_visible()
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("link", name="Remove Men")).to_be_visible()
    context.close()


def test_a_bad_picture_gets_a_message(browser, live_server, products):
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    page.goto("/search/photo/")
    page.locator("input[name=photo]").first.set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"no"}
    )
    expect(page.get_by_role("alert")).to_contain_text("not a JPEG")
    context.close()


def test_a_shopper_narrows_the_shop_and_takes_the_filter_away(page, products):
    cards = page.locator("[data-sku]")
    page.goto("/products/")
    expect(cards).to_have_count(30)
    if page.viewport_size == PHONE:
        page.get_by_text("Filter", exact=True).click()
    page.get_by_text("Gender", exact=True).click()
    page.get_by_role("link", name=re.compile("^Men")).click()
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
    page.get_by_role("searchbox").fill(products[8].name)
    page.keyboard.press("Enter")
    expect(page.locator(f"[data-sku={products[8].sku}]")).to_be_visible()


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_fit_hold_still_and_work_from_the_keyboard(page, products, address):
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => list.getEntries().forEach("
        "(entry) => (window.shift += entry.value))).observe({ type: 'layout-shift', buffered: true });"
    )
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("window.shift") < 0.02
    assert page.evaluate(
        "[...document.images].every((image) => image.width && image.height && image.hasAttribute('alt'))"
    )
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the pictures"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_in_light_and_dark(browser, live_server, products, scheme):
    context = browser.new_context(color_scheme=scheme, base_url=live_server.url)
    page = context.new_page()
    page.goto("/products/")
    text, ground = page.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    light, dark = sorted((_luminance(text), _luminance(ground)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) > 7
    assert (_luminance(ground) > 0.5) == (scheme == "light")
    context.close()


def _luminance(colour: str) -> float:
    """Relative luminance. Source: WCAG 2.1."""
    channels = [int(number) / 255 for number in re.findall(r"\d+", colour)[:3]]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def colours_of_a_design() -> None:
    """A shirt in three colours."""
    category = CategoryFactory(name="Polos")
    shirts = [
        ProductFactory(category=category, base_colour=colour, name=f"Puma {colour} Shirt")
        for colour in ("Red", "Blue", "Green")
    ]
    embedding.embed_products([shirt.pk for shirt in shirts])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(browser, live_server, products, scheme):
    """WCAG 2.2 AA, as far as axe-core can tell."""
    colours_of_a_design()
    tagged = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    for viewport in (PHONE, DESK):
        context = browser.new_context(color_scheme=scheme, base_url=live_server.url, viewport=viewport)
        page = context.new_page()
        page.goto(products[0].get_absolute_url())
        page.get_by_role("button", name="Keep as a favourite").click()
        wander = f"/explore/?like={products[1].sku}"
        explained = f"{products[1].get_absolute_url()}?explain"
        narrow = "/products/?q=shirts&base_colour=Red"
        for address in (*ADDRESSES, products[1].get_absolute_url(), explained, wander, narrow, "/nowhere/"):
            page.goto(address)
            result = Axe().run(page, options=tagged)
            assert result.violations_count == 0, f"{address}: {result.generate_report()}"
        page.goto("/search/photo/")
        with page.expect_navigation():
            page.locator("input[name=photo]").first.set_input_files(photo(look_of(products[1])))
        result = Axe().run(page, options=tagged)
        assert result.violations_count == 0, result.generate_report()
        context.close()


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
