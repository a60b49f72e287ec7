"""A real browser, and a page in it that fails the test when its console has errors."""

import os
import shutil

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.factories import CategoryFactory, ProductFactory, searchable_products

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def browser():
    executable = next(filter(None, map(shutil.which, CHROMIUM)))
    # Playwright's own loop would make Django take the test for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    arguments = ["--no-sandbox", "--disable-background-networking", "--disable-gpu"]
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=executable, args=arguments)
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def page(request, browser: Browser, live_server):
    is_phone = request.param == PHONE
    # Pages that fade in hear no pointer, and on a busy machine the fading is given up with an error.
    context = browser.new_context(
        viewport=request.param, base_url=live_server.url, has_touch=is_phone, reduced_motion="reduce"
    )
    page = context.new_page()
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert problems == []


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
