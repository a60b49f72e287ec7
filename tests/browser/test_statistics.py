"""Clicks that a real browser tells, and the page that shows them."""

import pytest
from django.utils import timezone

from recommender.statistics.models import Happening, ProductCount, SearchedWords
from recommender.statistics.tally import TALLY
from tests.browser.axe import expect_nothing_found
from tests.browser.conftest import DESK, PHONE
from tests.browser.shop import look_of, photo
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db(transaction=True)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"


@pytest.fixture
def shopper(browser, live_server, settings, monkeypatch):
    settings.STATISTICS_DAYS = 90
    monkeypatch.setattr("recommender.statistics.tally.SECONDS_BETWEEN_WRITES", 3600)
    context = browser.new_context(base_url=live_server.url, user_agent=BROWSER)
    yield context.new_page()
    context.close()
    TALLY.write()


def clicked() -> dict:
    TALLY.write()
    return Happening.objects.exclude(kind="shown").by("kind", "place", "position", "detail")


def test_clicks_are_told_with_their_place_and_position_and_without_a_cookie(shopper, products):
    shopper.goto("/products/?q=product")
    with shopper.expect_response("**/clicks/") as told:
        shopper.locator(".card").nth(2).get_by_role("link").first.click()
    assert told.value.status == 204
    shopper.wait_for_url("**/products/P*/")
    card = shopper.locator("[data-place=similar] .card").nth(1)
    similarity = int(card.get_attribute("data-similarity"))
    with shopper.expect_response("**/clicks/"):
        card.get_by_role("link").first.click(button="middle")
    with shopper.expect_response("**/clicks/"):
        card.get_by_role("link").first.click()
    shopper.goto("/explore/")
    told: list[str] = []
    shopper.on("request", lambda request: told.append(request.url))
    # This asks the page for something else, and is no click on a product.
    shopper.locator(".tile").nth(4).get_by_role("link", name="More like").click()
    shopper.wait_for_url("**like=*")
    assert not [url for url in told if url.endswith("/clicks/")]
    with shopper.expect_response("**/clicks/"):
        shopper.locator(".tile").nth(4).get_by_role("link", name="Open").click()
    assert clicked() == {
        ("clicked", "wander", 5, ""): 1,
        ("followed", "wander", 0, ""): 1,
        ("clicked", "words", 3, ""): 1,
        ("followed", "words", 0, ""): 1,
        ("clicked", "similar", 2, str(similarity // 10 * 10)): 2,
        ("followed", "similar", 0, ""): 1,
    }
    assert {cookie["name"] for cookie in shopper.context.cookies()} <= {"seen", "csrftoken"}


def test_a_click_in_the_results_of_a_photo_tells_its_place_among_all_groups(shopper, products):
    shopper.goto("/search/photo/")
    with shopper.expect_navigation():
        shopper.locator("input[name=photo]").first.set_input_files(photo(look_of(products[11])))
    cards = shopper.locator("[data-place=photo] .card")
    with shopper.expect_response("**/clicks/"):
        cards.last.get_by_role("link").first.click()
    shopper.wait_for_url("**/products/P*/")
    (position,) = (position for kind, _, position, _ in clicked() if kind == "clicked")
    assert position == 24
    assert Happening.objects.filter(kind="photo").total() == 1


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_axe_finds_nothing_in_the_statistics(browser, live_server, admin_client, viewport):
    today = timezone.localdate()
    SearchedWords.objects.create(day=today, words="zeppelin" * 12, answer="nothing", times=4)
    for kind in ("shown", "clicked"):
        Happening.objects.create(day=today, kind=kind, place="words", times=7)
    Happening.objects.create(day=today, kind="clicked", place="similar", position=2, detail="80", times=7)
    ProductCount.objects.create(day=today, product=ProductFactory(), kind="viewed", times=7)
    context = browser.new_context(base_url=live_server.url, viewport=viewport, reduced_motion="reduce")
    session = admin_client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    assert page.goto("/admin/statistics/searchedwords/").ok
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect_nothing_found(page, "#content")
    context.close()
