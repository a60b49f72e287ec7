"""No page of the shop or of the admin breaks the content security policy, whatever is done with it."""

import re
import shutil

import pytest
from playwright.sync_api import Page, expect

from catalog.importing.models import ImportJob
from recommender.models import Encoder, Mark, QualityReport
from tests.browser.conftest import DESK
from tests.browser.shop import colours_of_a_design, look_of, photo
from tests.browser.test_import_desk import sign_in, start
from tests.pictures import write_catalogue
from tests.processes import worker

pytestmark = pytest.mark.django_db(transaction=True)
at_a_desk = pytest.mark.parametrize("page", [DESK], ids=["desk"], indirect=True)
"""For what runs the same scripts at every width"""
LISTEN = "addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective}`))"
ADMIN = (
    "/admin/",
    "/admin/catalog/product/",
    "/admin/catalog/product/add/",
    "/admin/catalog/product/{pk}/change/",
    "/admin/catalog/product/{pk}/history/",
    "/admin/catalog/product/{pk}/delete/",
    "/admin/catalog/synonym/add/",
    "/admin/catalog/category/add/?_popup=1&_to_field=id",
    "/admin/catalog/appearance/",
    "/admin/importing/importjob/",
    "/admin/importing/importsource/add/",
    "/admin/recommender/encoder/",
    "/admin/recommender/mark/",
    "/admin/recommender/qualityreport/",
    "/admin/webhooks/endpoint/add/",
    "/admin/webhooks/delivery/",
    "/admin/auth/user/add/",
    "/admin/auth/user/1/change/",
    "/admin/password_change/",
)


@pytest.fixture
def watched(page):
    """A page that fails its test where the policy is broken."""
    page.add_init_script(LISTEN)
    return page


def test_the_policy_holds_what_is_injected(browser, live_server, products):
    context = browser.new_context(base_url=live_server.url)
    page = context.new_page()
    page.add_init_script(LISTEN)
    page.goto("/")
    with page.expect_console_message(lambda message: message.text.startswith("policy: style-src")):
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\" id=\"evil\">x</p>')")
    assert page.evaluate("getComputedStyle(document.querySelector('#evil')).color") != "rgb(255, 0, 0)"
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), { text: 'window.injected = 1' }))"
    )
    assert page.evaluate("window.injected") is None
    context.close()


def test_a_shopper_never_breaks_the_policy(watched, products):
    colours_of_a_design()
    watched.goto("/")
    watched.get_by_role("combobox").fill("shi")
    expect(watched.get_by_role("listbox")).to_be_visible()
    for address in ("/products/?q=shirt", "/explore/", "/search/photo/"):
        watched.goto(address)
    watched.goto("/products/")
    if not watched.locator(".facet-sheet").evaluate("(sheet) => sheet.open"):
        watched.get_by_text("Filter", exact=True).click()
    watched.get_by_text("Colour", exact=True).first.click()
    assert (
        watched.locator(".swatch .colour").first.evaluate("(it) => getComputedStyle(it).backgroundColor").count("rgb(")
    )
    watched.mouse.wheel(0, 9000)
    watched.goto(products[1].get_absolute_url() + "?explain")
    watched.locator(".marks summary").first.click()
    watched.get_by_role("button", name="Not similar").first.click()
    expect(watched.get_by_text("Noted")).to_be_visible()
    watched.get_by_role("button", name="Keep as a favourite").click()
    watched.goto("/favourites/")
    watched.goto("/search/photo/")
    with watched.expect_navigation():
        watched.locator("input[name=photo]").first.set_input_files(photo(look_of(products[1])))
    watched.locator(".crop").focus()
    with watched.expect_response(re.compile("box=")):
        watched.keyboard.press("Shift+ArrowLeft")
    watched.get_by_text("In another colour").click()


@at_a_desk
def test_who_reads_and_tries_the_api_never_breaks_the_policy_and_asks_nobody_else(watched: Page, products, live_server):
    asked = []
    watched.on("request", lambda request: asked.append(request.url))
    watched.goto("/api/")
    watched.get_by_role("link", name="All that can be asked").click()
    watched.locator("#operations-products-get_product .opblock-summary-control").click()
    watched.get_by_role("button", name="Try it out").click()
    watched.get_by_placeholder("sku").fill(products[0].sku)
    watched.get_by_role("button", name="Execute").click()
    expect(watched.locator(".live-responses-table")).to_contain_text(products[0].name)
    assert all(address.startswith((live_server.url, "data:")) for address in asked)


@at_a_desk
def test_staff_never_break_the_policy(watched: Page, products, tmp_path):
    encoder = Encoder.objects.active()
    worst = [[products[0].sku, [product.sku for product in products[1:6]]]]
    QualityReport.objects.create(encoder=encoder, products=30, gender=1, category=1, colour=1, worst=worst)
    Mark.objects.add(products[0], products[1], "look")
    sign_in(watched)
    styles, images = write_catalogue(tmp_path, 12)
    shutil.make_archive(str(tmp_path / "pictures"), "zip", images)
    with worker():
        start(watched, [styles, tmp_path / "pictures.zip"])
        watched.get_by_role("button", name="Import these 12 rows").click(timeout=60_000)
        expect(watched.get_by_text("Done: 12 rows read")).to_be_visible(timeout=60_000)
    for address in ADMIN:
        assert watched.goto(address.format(pk=products[0].pk)).ok, address
    watched.goto(f"/admin/importing/importjob/{ImportJob.objects.get().pk}/undo/")
    watched.goto("/admin/catalog/product/")
    watched.locator("#action-toggle").check()
