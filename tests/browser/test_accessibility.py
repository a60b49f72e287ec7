"""Every page of the shop, on a phone and on a desk, in light and dark, from the keyboard and by axe-core."""

import re
from ipaddress import ip_network

import pytest
from playwright.sync_api import expect

from catalog.importing.advancing import advance, import_catalog
from catalog.importing.models import ImportJob, ImportSource
from catalog.models import Appearance, FurtherPicture, Product, ProductSize
from fashionsite.webhooks.models import Endpoint
from recommender.models import Mark, QualityReport
from recommender.registry import active_encoder
from tests.browser.axe import expect_nothing_found, expect_nothing_found_in
from tests.browser.conftest import DESK, PHONE
from tests.browser.shop import colours_of_a_design, look_of, photo
from tests.factories import ProductFactory, give_further
from tests.pictures import drawing, write_catalogue

pytestmark = pytest.mark.django_db(transaction=True)
WITHOUT_EMPTY_HEADS = {"exclude": [["th.original"]]}
"""A page of the administration; the empty head of a table in a form is Django's."""
ADDRESSES = ("/", "/products/", "/search/photo/", "/favourites/", "/explore/", "/privacy/")


def test_pages_fit_hold_still_and_work_from_the_keyboard(page, products):
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => list.getEntries().forEach("
        "(entry) => (window.shift += entry.value))).observe({ type: 'layout-shift', buffered: true });"
    )
    for address in ADDRESSES:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        assert page.evaluate("window.shift") < 0.02, address
        assert page.evaluate(
            "[...document.images].every((image) => image.width && image.height && image.hasAttribute('alt'))"
        ), address
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the pictures", address
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == "#main", address


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


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_on_any_page(browser, live_server, products, viewport):
    colours_of_a_design()
    give_further(products[2], *map(drawing, range(100, 104)))
    context = browser.new_context(base_url=live_server.url, viewport=viewport, reduced_motion="reduce")
    page = context.new_page()
    page.goto(products[0].get_absolute_url())
    page.get_by_role("button", name="Keep as a favourite").click()
    wander = f"/explore/?like={products[1].sku}"
    several = products[2].get_absolute_url()
    explained = f"{products[1].get_absolute_url()}?explain"
    narrow = "/products/?q=shirts&base_colour=Red"
    for address in (*ADDRESSES, products[1].get_absolute_url(), several, explained, wander, narrow, "/nowhere/"):
        page.goto(address)
        expect_nothing_found(page)
    if viewport == PHONE:
        page.goto("/products/")
        page.locator("summary", has_text="Filter").click()
        expect_nothing_found(page)
    page.goto("/search/photo/")
    with page.expect_navigation():
        page.locator("input[name=photo]").first.set_input_files(photo(look_of(products[1])))
    expect_nothing_found(page)
    context.close()


def test_axe_finds_nothing_at_the_desks_of_the_administration(browser, live_server, admin_client, tmp_path, settings):
    settings.IMPORT_ROOT = tmp_path
    ProductFactory(sku="sample-0001")
    done = import_catalog(*write_catalogue(tmp_path, 3))
    rename_first_of(done)
    ready = ImportJob.objects.create(state="reading", styles=done.styles, pictures=[])
    assert advance()
    source = ImportSource.objects.create(name="Nightly", folder=".", note="Import 1 was started.")
    ImportJob.objects.filter(pk=done.pk).update(source=source)
    context = browser.new_context(base_url=live_server.url, reduced_motion="reduce")
    session = admin_client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    encoder = active_encoder()
    product, *others = done.changes.first().product, *Product.objects.all()[:3]
    worst = [[product.sku, [other.sku for other in others]]]
    QualityReport.objects.create(encoder=encoder, products=3, gender=1, category=1, colour=1, worst=worst)
    Mark.objects.add(product, others[0], "look")
    FurtherPicture.objects.create(product=product, position=0, image=product.image, image_digest=product.image_digest)
    ProductSize.objects.create(product=product, label="M", position=0)
    imports, sources = "/admin/importing/importjob/", "/admin/importing/importsource/"
    steer = f"/admin/catalog/merchandisingrule/steer/?place=panel&beside={done.changes.first().product.sku}"
    Appearance.objects.create(pk=Appearance.ONLY, accent="#5b21b6")
    for address in (
        "/admin/",
        "/admin/catalog/product/",
        f"/admin/catalog/product/{product.pk}/change/",
        "/admin/catalog/category/",
        "/admin/catalog/synonym/",
        "/admin/catalog/merchandisingrule/",
        "/admin/recommender/encoder/",
        "/admin/recommender/embeddingfailure/",
        "/admin/recommender/mark/",
        "/admin/recommender/qualityreport/",
        "/admin/statistics/searchedwords/",
        steer,
        imports,
        "/admin/catalog/appearance/1/change/",
        f"{imports}add/",
        f"{imports}{ready.pk}/change/",
        f"{imports}{done.pk}/change/",
        f"{imports}{done.pk}/undo/",
        f"{sources}{source.pk}/change/",
    ):
        page.set_viewport_size(DESK)
        assert page.goto(address).ok
        for scheme, viewport in (("light", DESK), ("dark", PHONE)):
            page.set_viewport_size(viewport)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
            expect_nothing_found_in(scheme, page, WITHOUT_EMPTY_HEADS)
    context.close()


LONG_ADDRESS = "https://127.0.0.1/hooks/fashion/products-and-imports-of-the-shop/"
SHOWN_ONCE = (
    ("/admin/api/key/add/", {"name": "Widget"}, "Copy the key now"),
    ("/admin/webhooks/endpoint/add/", {"address": LONG_ADDRESS}, "Copy the secret now"),
)


def test_keys_and_secrets_that_are_shown_once_fit_a_phone(browser, live_server, admin_client, settings):
    settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
    context = browser.new_context(base_url=live_server.url, viewport=PHONE)
    session = admin_client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()

    def expect_all_right() -> None:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
        expect_nothing_found(page)

    for address, values, said in SHOWN_ONCE:
        page.goto(address)
        for name, value in values.items():
            page.fill(f"[name={name}]", value)
        for event in page.locator("[name=events]").all():
            event.check()
        page.click("[name=_save]")
        expect(page.get_by_text(said)).to_be_visible()
        expect_all_right()
    page.goto(f"/admin/webhooks/endpoint/{Endpoint.objects.get().pk}/change/")
    expect_all_right()
    context.close()


def rename_first_of(job: ImportJob) -> None:
    """So that undoing the import would leave a product."""
    product = job.changes.first().product
    product.name = "Changed by hand"
    product.save()
