"""Search by photo in a real browser: bringing one, cropping it, asking again."""

import re

import pytest
from PIL import ExifTags, Image
from playwright.sync_api import Page, expect

from recommender.neighbours import similar_to_product
from tests.browser.conftest import PHONE
from tests.browser.shop import look_of, photo, skus
from tests.pictures import as_file, drawing
from tests.processes import eventually

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_a_large_photo_travels_small_and_upright(page, products, settings):
    wanted, settings.PHOTO_BYTES_LIMIT = products[11], 300_000
    lying, turned = drawing(look_of(wanted)).resize((1200, 1600)).rotate(90, expand=True), Image.Exif()
    turned[ExifTags.Base.Orientation] = 6
    # What follows the picture makes the file too large to be taken as it is.
    file = as_file(lying, exif=turned) + bytes(300_000)
    page.goto("/search/photo/")
    with page.expect_navigation():
        page.locator("input[name=photo]").first.set_input_files({**photo(0), "buffer": file})
    shown = page.get_by_alt_text("The photo you searched with")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.naturalWidth < image.naturalHeight")
    assert skus(page)[0] == wanted.sku


@pytest.mark.parametrize("address", ["/search/photo/", "/products/"])
def test_a_picture_can_be_dropped(page, products, address):
    page.goto(address)
    with page.expect_navigation():
        page.evaluate(
            """async (bytes) => {
                const data = new DataTransfer();
                data.items.add(new File([new Uint8Array(bytes)], "photo.jpg", { type: "image/jpeg" }));
                document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
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
    eventually(lambda: page.evaluate("document.getAnimations().length === 0"))
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
    if page.viewport_size == PHONE:
        page.get_by_role("button", name="Enlarge to crop").click()
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
    expect(page.get_by_role("slider")).to_be_focused()
    wanted = [ticked.nth(place).get_attribute("data-sku") for place in (1, 3)]
    for sku in wanted:
        page.locator(f"[data-results] [data-sku={sku}] input[name=like]").check()
    page.get_by_role("button", name="More like the ticked ones").click()
    expect(page).to_have_url(re.compile(f"like={wanted[0]}&like={wanted[1]}"))
    expect(page.get_by_role("heading", name="More like")).to_be_visible()
    assert sorted(set(skus(page))) == sorted(skus(page))


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
    page.get_by_role("checkbox", name=re.compile("^Men")).check()
    page.get_by_role("button", name=re.compile("Show [0-9]")).click()
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
