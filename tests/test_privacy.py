"""The note on what is kept of shoppers, and the button that makes a browser forget."""

import re

import pytest
from django.test import Client

from catalog.models import Appearance
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


def text(client: Client) -> str:
    return " ".join(re.sub("<.*?>", "", client.get("/privacy/").content.decode(), flags=re.DOTALL).split())


def test_it_says_what_the_settings_say(client, settings):
    page = text(client)
    assert "the last 24 products" in page
    assert "up to 60 products" in page
    assert "for 180 days" in page
    assert "for 30 minutes" in page
    assert "What shoppers do is not counted." in page
    assert "A picture that you name by its address" not in page
    settings.STATISTICS_DAYS, settings.PHOTO_FROM_ADDRESS, settings.SENTRY_DSN = 42, True, "https://a@example.org/1"
    page = text(client)
    assert "Counts by day, for 42 days" in page
    assert "A picture that you name by its address" in page
    assert "a report goes to a service" in page


def test_it_says_nothing_of_parts_that_are_off(client):
    Appearance.objects.create(
        pk=Appearance.ONLY, shows_favourites=False, shows_seen=False, shows_for_you=False, shows_marks=False
    )
    page = text(client)
    for part in ("Favourites", "Recently seen", "For you", "Not similar"):
        assert part not in page.removeprefix("What we keep of you")


def test_the_cookies_are_those_that_it_names(client):
    """All that a shopper can get, so that no cookie comes that the page does not know."""
    product = ProductFactory()
    client.get(product.get_absolute_url())
    client.post(f"/products/{product.sku}/favourite/")
    client.post(f"/products/{product.sku}/marks/", {"look": ProductFactory().sku})
    page = client.get("/privacy/").content.decode()
    assert set(client.cookies) == {"seen", "favourites", "csrftoken", "messages"}
    for cookie in client.cookies:
        assert f"<code>{cookie}</code>" in page


def test_one_button_forgets_it_all(client):
    product = ProductFactory()
    client.get(product.get_absolute_url())
    client.post(f"/products/{product.sku}/favourite/")
    assert client.get("/privacy/forget/").status_code == 405
    assert Client(enforce_csrf_checks=True).post("/privacy/forget/").status_code == 403
    answer = client.post("/privacy/forget/", follow=True)
    assert "Forgotten" in answer.content.decode()
    assert not client.cookies["seen"].value
    assert not client.cookies["favourites"].value
    assert "Nothing yet" in client.get("/favourites/").content.decode()
