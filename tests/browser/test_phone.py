"""What a shopper has in hand: results in sight, a sheet of filters, targets that a finger meets, an end of the page."""

import re

import pytest
from playwright.sync_api import Page, expect

from catalog.models import Product
from tests.browser.conftest import PHONE
from tests.browser.shop import look_of, photo, skus
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db(transaction=True)
STATUS = "p.for-readers[role=status]"
TARGETS = """() => {
    const LEAST = 24;
    const seen = (element) => {
        const box = element.getBoundingClientRect();
        return box.width > 1 && box.height > 1 && element.checkVisibility({ visibilityProperty: true });
    };
    const boxOf = (element) => {
        const boxes = [element, ...(element.labels ?? [])].map((one) => one.getBoundingClientRect());
        const [left, top] = ["left", "top"].map((side) => Math.min(...boxes.map((box) => box[side])));
        const [right, bottom] = ["right", "bottom"].map((side) => Math.max(...boxes.map((box) => box[side])));
        return { left, top, right, bottom };
    };
    const isInText = (element) => {
        const around = element.closest("p, .empty, td, dd");
        const isInline = getComputedStyle(element).display === "inline";
        return isInline && around && around.textContent.trim() !== element.textContent.trim();
    };
    const all = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")];
    const targets = all.filter((element) => seen(element)).map((element) => ({ element, box: boxOf(element) }));
    const isSmall = ({ box }) => box.right - box.left < LEAST || box.bottom - box.top < LEAST;
    const middle = ({ box }) => [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    // A small one is all right where a circle of that size around its middle meets no other one.
    const isTooNear = (one, other) => {
        const [x, y] = middle(one);
        if (isSmall(other)) {
            const [otherX, otherY] = middle(other);
            if (Math.hypot(x - otherX, y - otherY) < LEAST) return true;
        }
        const across = Math.max(other.box.left - x, 0, x - other.box.right);
        const down = Math.max(other.box.top - y, 0, y - other.box.bottom);
        return Math.hypot(across, down) < LEAST / 2;
    };
    const isWithin = (one, other) => one.element.contains(other.element) || other.element.contains(one.element);
    return targets
        .filter((one) => isSmall(one) && !isInText(one.element))
        .filter((one) => targets.some((other) => other !== one && !isWithin(one, other) && isTooNear(one, other)))
        .map(({ element, box }) => `${element.outerHTML.slice(0, 99)}: ${JSON.stringify(box)}`);
}"""


def bring(page: Page, *products) -> None:
    """Searches with a photo of each of the products."""
    page.goto("/search/photo/")
    with page.expect_navigation():
        page.locator("main input[name=photo]").first.set_input_files([photo(look_of(product)) for product in products])


def test_results_are_in_sight_beside_a_small_photo(page, products):
    for brought in (products[3:4], products[3:5]):
        bring(page, *brought)
        assert page.evaluate("scrollY") == 0
        first, second = (page.locator("[data-results] .card").nth(place).bounding_box() for place in (0, 1))
        assert first["y"] == second["y"]
        assert first["y"] + first["height"] <= page.viewport_size["height"]
        assert page.locator(".query img").first.bounding_box()["height"] > 80


def test_filters_are_a_sheet_that_stays_open_until_it_is_told_to_show(page, products):
    if page.viewport_size != PHONE:
        pytest.skip("A desk has room for them.")
    page.goto("/products/")
    opener = page.locator("summary", has_text="Filter")
    sheet = page.get_by_role("dialog", name="Filters")
    opener.focus()
    page.keyboard.press("Enter")
    expect(sheet).to_be_visible()
    assert page.evaluate("document.querySelector('dialog').contains(document.activeElement)")
    for _ in range(40):
        page.keyboard.press("Tab")
        # Past its last one comes the browser's own bar.
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    sheet.get_by_text("Gender", exact=True).click()
    sheet.get_by_role("checkbox", name=re.compile("^Men")).check()
    expect(sheet.get_by_role("button", name="Show 15")).to_be_visible()
    expect(page.locator(STATUS)).to_have_text("Show 15")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(opener).to_be_focused()
    assert "gender" not in page.url
    opener.click()
    expect(sheet.get_by_role("checkbox", name=re.compile("^Men"))).not_to_be_checked()
    expect(sheet.get_by_role("button", name="Show 30")).to_be_visible()
    sheet.get_by_role("checkbox", name=re.compile("^Men")).check()
    sheet.get_by_text("Colour", exact=True).click()
    sheet.get_by_role("checkbox", name=re.compile("^Navy Blue")).check()
    assert len(skus(page)) == 30
    sheet.get_by_role("button", name="Show 15").click()
    expect(page.get_by_role("link", name="Remove Navy Blue")).to_be_visible()
    assert page.url.endswith("/products/?gender=Men&base_colour=Navy+Blue")


def test_filters_of_a_photo_stay_open_too_and_what_is_found_is_said(page, products):
    bring(page, products[2])
    page.locator("summary", has_text="Filter").click()
    page.get_by_text("Gender", exact=True).click()
    page.get_by_role("checkbox", name=re.compile("^Men")).check()
    if page.viewport_size == PHONE:
        page.get_by_role("dialog").get_by_role("button", name="Show 15").click()
    expect(page.locator(STATUS)).to_have_text("Products 1 to 15 of 15")
    expect(page.get_by_role("link", name="Remove Men")).to_be_visible()
    expect(page).to_have_url(re.compile("gender=Men"))
    if page.viewport_size == PHONE:
        expect(page.locator("summary", has_text="Filter")).to_be_focused()
    else:
        expect(page.get_by_role("checkbox", name=re.compile("^Men"))).to_be_focused()
    with page.expect_response(re.compile("box=")):
        page.locator(".crop").press("ArrowLeft")
    expect(page.locator(STATUS)).to_have_text("Products 1 to 15 of 15")
    page.go_back()
    # Going back loads the page anew.
    expect(page.locator("[data-sku]").nth(15)).to_be_attached()
    expect(page.get_by_role("link", name="Remove Men")).to_have_count(0)
    assert "gender=" not in page.url


def test_filters_are_a_plain_form_without_javascript(browser, live_server, products):
    context = browser.new_context(java_script_enabled=False, base_url=live_server.url, viewport=PHONE)
    page = context.new_page()
    page.goto("/products/?sort=name")
    page.locator("summary", has_text="Filter").click()
    page.get_by_text("Gender", exact=True).click()
    page.get_by_role("checkbox", name=re.compile("^Men")).check()
    page.get_by_role("button", name="Show 30").click()
    expect(page.get_by_role("link", name="Remove Men")).to_be_visible()
    assert "sort=name" in page.url
    context.close()


def test_pages_come_by_themselves_until_there_is_a_button_and_the_footer_can_be_reached(page, live_server):
    ProductFactory.create_batch(250)
    cards = page.locator(".card")
    page.goto("/products/")
    for count in (96, 144):
        cards.last.scroll_into_view_if_needed()
        expect(cards).to_have_count(count)
        expect(page.locator(STATUS)).to_have_text(f"Products {count - 47} to {count} of 250")
    page.locator(".site-footer").scroll_into_view_if_needed()
    more = page.get_by_role("link", name="Show more")
    expect(more).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(cards).to_have_count(144)
    expect(page.locator(".site-footer")).to_be_in_viewport()
    more.click()
    expect(cards).to_have_count(192)
    expect(cards.nth(144).get_by_role("link")).to_be_focused()
    more.click()
    expect(cards).to_have_count(240)
    more.click()
    expect(cards).to_have_count(250)
    expect(more).to_have_count(0)


def pasted(page: Page, kind: str, text: str) -> str:
    """What the page says of a paste, at once."""
    return page.evaluate(
        """([kind, text]) => {
            const data = new DataTransfer();
            if (kind === "file") data.items.add(new File([text], "pasted.png", { type: "image/png" }));
            else data.setData(kind, text);
            document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
            const said = document.querySelector("[data-looking]");
            return said.getBoundingClientRect().bottom < innerHeight ? said.textContent : "out of sight";
        }""",
        [kind, text],
    )


def test_what_is_pasted_on_any_page_is_searched_with_and_that_is_said(browser, live_server, products, settings):
    context = browser.new_context(base_url=live_server.url, viewport=PHONE)
    page = context.new_page()
    page.goto(products[0].get_absolute_url())
    assert pasted(page, "text/plain", "https://127.0.0.1/photo.jpg") == ""
    with page.expect_navigation():
        assert pasted(page, "file", "no picture") == "Looking at your photo…"
    expect(page.get_by_role("alert")).to_contain_text("not a JPEG")
    settings.PHOTO_FROM_ADDRESS = True
    page.goto("/favourites/")
    assert pasted(page, "text/plain", "no address") == ""
    with page.expect_navigation():
        assert pasted(page, "text/plain", "https://127.0.0.1/photo.jpg") == "Looking at your photo…"
    expect(page.get_by_role("alert")).to_contain_text("not on the public internet")
    context.close()


def test_a_finger_meets_what_it_aims_at(page, products):
    for address in (
        *(
            "/",
            "/products/",
            "/products/?q=shirts&gender=Men",
            "/search/photo/",
            "/explore/",
            "/favourites/",
        ),
        products[1].get_absolute_url(),
        f"/search/photo/?like={products[1].sku}&like={products[2].sku}&gender=Men",
    ):
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        assert page.evaluate(TARGETS) == [], address
    bring(page, products[1], products[2])
    assert page.evaluate(TARGETS) == []


def heights(page: Page, selector: str) -> set[float]:
    """Where the elements that are seen begin."""
    return {element.bounding_box()["y"] for element in page.locator(selector).all() if element.is_visible()}


def test_orders_and_the_choice_of_a_photo_take_one_line(page, products):
    Product.objects.update(price=20, sale_price=10, currency="EUR")
    page.goto("/products/")
    assert page.locator(".orders li").count() > 3
    assert len(heights(page, ".orders li")) == 1
    page.goto("/search/photo/")
    (text,) = [one for one in page.locator("main .drop-text").all() if one.is_visible()]
    assert text.bounding_box()["height"] < 30
