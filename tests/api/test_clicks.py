"""Clicks that programs tell, and what the statistics make of them."""

import pytest

from recommender.statistics.models import Happening
from recommender.statistics.tally import TALLY
from tests.api.conftest import bearer
from tests.factories import searchable_products

pytestmark = pytest.mark.django_db
CLICKS = "/api/v1/clicks/"
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


def click(client, told: dict, headers: dict | None = None):
    return client.post(CLICKS, told, content_type="application/json", headers=headers)


def happenings() -> dict:
    TALLY.write()
    return Happening.objects.by("kind", "place", "position", "detail")


def test_what_programs_with_a_key_show_and_what_is_clicked_there_is_counted(client, counting):
    product, _ = searchable_products(2)
    key = bearer()
    assert client.get(f"/api/v1/products/{product.sku}/similar/", headers=key).json()["results"]
    first = click(client, {"place": "similar", "position": 3, "similarity": 0.8712, "is_first": True}, key)
    assert (first.status_code, first.content, first.cookies) == (204, b"", {})
    assert click(client, {"place": "similar", "position": 3, "similarity": 0.8}, key).status_code == 204
    assert click(client, {"place": "photo", "position": 1, "similarity": -0.2}, key).status_code == 204
    assert click(client, {"place": "photo", "position": 1, "similarity": None}, key).status_code == 204
    assert happenings() == {
        ("shown", "similar-elsewhere", 0, ""): 1,
        ("clicked", "similar-elsewhere", 3, "80"): 2,
        ("followed", "similar-elsewhere", 0, ""): 1,
        ("clicked", "photo-elsewhere", 1, "0"): 1,
        ("clicked", "photo-elsewhere", 1, ""): 1,
    }


@pytest.mark.parametrize("headers", [{"User-Agent": "curl/8"}, BROWSER | {"DNT": "1"}, BROWSER | {"Sec-GPC": "1"}])
def test_who_is_not_counted_is_not_counted_here(client, counting, headers):
    assert click(client, {"place": "similar", "position": 1}, headers).status_code == 204
    assert happenings() == {}
    assert click(client, {"place": "similar", "position": 1}, BROWSER).status_code == 204
    assert happenings() == {("clicked", "similar-elsewhere", 1, ""): 1}


@pytest.mark.parametrize(
    "told",
    [
        {"position": 1},
        {"place": "words", "position": 1},
        {"place": "similar"},
        {"place": "similar", "position": 0},
        {"place": "similar", "position": 101},
        {"place": "similar", "position": 1, "similarity": 87},
        {"place": "similar", "position": 1, "sku": "1"},
    ],
)
def test_other_than_clicks_are_refused(client, counting, told):
    assert click(client, told, bearer()).status_code == 400
    assert happenings() == {}


def test_a_key_that_may_not_read_tells_nothing(client):
    assert click(client, {"place": "photo", "position": 1}, bearer(may_read=False)).status_code == 403
