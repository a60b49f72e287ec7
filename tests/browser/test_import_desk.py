"""An import in a real browser, with a real worker, on a phone and on a desk, with and without JavaScript."""

import shutil
import zipfile

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import Page, expect

from catalog.models import Product
from recommender import querysets, registry
from tests.catalog.importing import exports
from tests.pictures import write_catalogue
from tests.processes import worker

pytestmark = pytest.mark.django_db(transaction=True)


def sign_in(page: Page) -> None:
    get_user_model().objects.create_superuser("boss", password="secret")
    page.goto("/admin/login/?next=/admin/importing/importjob/add/")
    page.get_by_label("Username").fill("boss")
    page.get_by_label("Password").fill("secret")
    page.get_by_role("button", name="Log in").click()


@pytest.fixture
def files(tmp_path) -> list:
    """(styles.csv, zip of pictures) of 60 products."""
    styles, images = write_catalogue(tmp_path, 60)
    (images / "7.jpg").unlink()
    shutil.make_archive(str(tmp_path / "pictures"), "zip", images)
    with zipfile.ZipFile(tmp_path / "pictures.zip", "a") as archive:
        archive.writestr("../up.jpg", b"")
    return [styles, tmp_path / "pictures.zip"]


def start(page: Page, files: list) -> None:
    styles, pictures = files
    page.get_by_label("Table of products").set_input_files(styles)
    page.get_by_label("Pictures").set_input_files(pictures)
    page.get_by_role("button", name="Read it").click()


def numbers(page: Page) -> dict[str, str]:
    groups = page.locator(".desk-figures > div")
    return {group.locator("dt").inner_text(): group.locator("dd").inner_text() for group in groups.all()}


def test_a_merchant_imports_a_catalogue_and_watches_it_become_searchable(page, files):
    sign_in(page)
    with worker():
        start(page, files)
        page.get_by_role("button", name="Import these 60 rows").wait_for(timeout=30_000)
        previewed = numbers(page)
        assert previewed == {"new": "60", "changed": "0", "unchanged": "0", "rejected": "0", "rows": "60"}
        expect(page.get_by_text("../up.jpg climbs out of the archive")).to_be_visible()
        expect(page.locator(".import-products img")).to_have_count(19)
        assert not Product.objects.exists()
        page.get_by_role("button", name="Import these 60 rows").click()
        expect(page.get_by_text("Done: 60 rows read")).to_be_visible(timeout=30_000)
        expect(page.get_by_text("59 of its 59 new pictures are searchable")).to_be_visible(timeout=30_000)
        assert numbers(page) == previewed
        assert querysets.searchable(registry.active_encoder()).count() == 59
        page.get_by_role("link", name="Undo this import").click()
        expect(page.get_by_text("60 products that it brought are deleted")).to_be_visible()
        page.get_by_role("button", name="Undo this import").click()
        expect(page.get_by_text("Undone")).to_be_visible(timeout=30_000)
    assert not Product.objects.exists()


def test_an_import_works_without_javascript(browser, live_server, files):
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page)
    with worker():
        start(page, files)
        # The page loads itself anew every few seconds.
        page.get_by_role("button", name="Import these 60 rows").click()
        expect(page.get_by_text("Done: 60 rows read")).to_be_visible(timeout=30_000)
    context.close()


EXPORTS = {
    "shopify.csv": (exports.shopify(), 7, "wrap-dress", ("€79.00", "€99.00", "S sold out", "M", "L")),
    "woocommerce.csv": (exports.woocommerce(), 8, "hoodie", ("€45.00", "S L sold out")),
    "google.xml": (exports.GOOGLE, 3, "parka", ("$90.00", "$120.00", "S sold out", "M", "Buy it")),
}


def test_what_other_shops_export_becomes_a_shop(browser, live_server, tmp_path):
    page = browser.new_context(base_url=live_server.url).new_page()
    sign_in(page)
    with worker(CURRENCY="EUR"):
        for name, (text, rows, sku, told) in EXPORTS.items():
            (tmp_path / name).write_text(text)
            page.goto("/admin/importing/importjob/add/")
            page.get_by_label("Table of products").set_input_files(tmp_path / name)
            page.get_by_role("button", name="Read it").click()
            page.get_by_role("button", name=f"Import these {rows} rows").click(timeout=30_000)
            expect(page.get_by_text(f"Done: {rows} rows read")).to_be_visible(timeout=30_000)
            page.goto(f"/products/{sku}/")
            shown = " ".join(page.locator("main").inner_text().split())
            assert not [one for one in told if one not in shown], shown
    page.goto("/products/")
    assert page.locator("[data-sku]").count() == 11
    page.context.close()
