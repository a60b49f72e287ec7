"""Pages in a language with longer words, and in one that is written from the right: nothing leaves the screen."""

import pytest
from playwright.sync_api import Browser

from catalog.importing.advancing import advance, import_catalog
from catalog.importing.models import ImportJob
from catalog.models import Product
from tests.browser.conftest import DESK, PHONE
from tests.browser.shop import look_of, photo
from tests.pictures import write_catalogue

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("language", "viewport"), [("de", PHONE), ("ar", PHONE), ("ar", DESK)], ids=["de-phone", "ar-phone", "ar-desk"]
)
def test_nothing_leaves_the_screen(
    browser: Browser, live_server, products, admin_client, tmp_path, settings, language, viewport
):
    settings.LANGUAGE_CODE, settings.LANGUAGES = language, [(language, language)]
    Product.objects.update(price=1299, sale_price=999, currency="EUR")
    done = import_catalog(*write_catalogue(tmp_path, 3))
    job = ImportJob.objects.create(state="reading", styles=done.styles, pictures=[])
    assert advance()
    context = browser.new_context(base_url=live_server.url, viewport=viewport, locale=language)
    session = admin_client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()

    def expect_fit() -> None:
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{page.url} is {wide} pixels too wide"
        assert page.evaluate("document.documentElement.dir") == ("rtl" if language == "ar" else "ltr")

    for address in ("/", "/products/?q=shirt", products[0].get_absolute_url(), job.get_absolute_url()):
        assert page.goto(address).ok
        expect_fit()
    page.goto("/products/")
    page.evaluate("for (const part of document.querySelectorAll('.facets details')) part.open = true")
    expect_fit()
    # A name in Latin letters loses its end where it is too long, and not its beginning.
    assert page.evaluate("getComputedStyle(document.querySelector('.card-name')).direction") == "ltr"
    page.goto("/admin/catalog/merchandisingrule/steer/?place=words&words=shirt")
    assert page.evaluate("getComputedStyle(document.querySelector('.steered > a span')).direction") == "ltr"
    page.goto("/search/photo/")
    with page.expect_navigation():
        page.locator("input[name=photo]").first.set_input_files(photo(look_of(products[1])))
    page.evaluate("for (const part of document.querySelectorAll('.refine details')) part.open = true")
    expect_fit()
    context.close()


def test_the_head_of_the_filters_stands_over_them_from_either_side(browser: Browser, live_server, products, settings):
    for language, side in (("en", "left"), ("ar", "right")):
        settings.LANGUAGE_CODE = language
        context = browser.new_context(base_url=live_server.url, viewport=PHONE)
        page = context.new_page()
        page.goto("/products/")
        page.locator(".facet-sheet > summary").click()
        head, first = (
            page.locator(f".sheet {part}").first.evaluate(f"part => part.getBoundingClientRect().{side}")
            for part in ("strong", ".facet summary")
        )
        assert head == first
        context.close()
