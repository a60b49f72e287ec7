"""What a page's script may tell of a click, and who may tell it."""

import re

import pytest

from recommender.statistics.places import PLACES
from tests.factories import searchable_products

OWN = {"origin": "http://testserver"}


def click(shopper, place: str, position: int = 1, similarity: str = "", *, is_first: bool = False) -> None:
    data = {"place": place, "position": position, "similarity": similarity, "is_first": is_first or ""}
    response = shopper.post("/clicks/", data, headers=OWN)
    assert (response.status_code, response.content, response.cookies) == (204, b"", {})


def test_clicks_are_counted_by_place_position_and_similarity(shopper, table):
    click(shopper, "photo", 1, "87", is_first=True)
    click(shopper, "photo", 1, "80")
    click(shopper, "photo", 3, "100")
    click(shopper, "companions", 1000, is_first=True)
    assert table("places") == [
        {"place": "Results of photos", "shown": "0", "with a click": "1", "clicks": "3"},
        {"place": "Goes with it", "shown": "0", "with a click": "1", "clicks": "1"},
    ]
    assert table("positions") == [
        {"place": "Goes with it", "position": "100", "clicks": "1"},
        {"place": "Results of photos", "position": "1", "clicks": "2"},
        {"place": "Results of photos", "position": "3", "clicks": "1"},
    ]
    assert table("similarities") == [
        {"place": "Results of photos", "similarity in percent": "100", "clicks": "1"},
        {"place": "Results of photos", "similarity in percent": "80–89", "clicks": "2"},
    ]


@pytest.mark.parametrize(
    ("data", "headers", "status"),
    [
        ({"place": "words", "position": 1}, {}, 403),
        ({"place": "words", "position": 1}, {"origin": "https://elsewhere.example"}, 403),
        ({"place": "words", "position": 1}, {"origin": "http://["}, 403),
        ({"place": "nowhere", "position": 1}, OWN, 400),
        ({"place": "words"}, OWN, 400),
        ({"place": "words", "position": -1}, OWN, 400),
        ({"place": "words", "position": 1, "similarity": 101}, OWN, 400),
        ({"place": "words", "position": 1, "more": "x" * 500}, OWN, 413),
    ],
)
def test_other_than_clicks_of_own_pages_are_refused(shopper, table, data, headers, status):
    assert shopper.post("/clicks/", data, headers=headers).status_code == status
    assert table("places") == []


def test_nobody_clicks_without_an_end(shopper, settings):
    settings.LIMITS = {**settings.LIMITS, "clicks": "2/min"}
    data = {"place": "words", "position": 1}
    assert [shopper.post("/clicks/", data, headers=OWN).status_code for _ in range(3)] == [204, 204, 429]


def test_programs_clicks_are_not_counted(shopper, table):
    shopper.defaults["HTTP_USER_AGENT"] = "a bot"
    click(shopper, "words")
    assert table("places") == []


def test_every_place_that_pages_name_is_known(shopper):
    products = searchable_products(3)
    named = set()
    for address in ("/", "/products/", "/products/?q=product", "/explore/", products[0].get_absolute_url()):
        named |= set(re.findall(r'data-place="([^"]*)"', shopper.get(address).content.decode()))
    assert {"new", "for-you", "browse", "words", "wander", "similar"} <= named <= set(PLACES)
