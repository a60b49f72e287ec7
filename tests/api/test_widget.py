"""What pages of other sites take from the shop: the module, and the frame."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from fashionsite.api.models import Key
from tests.factories import ProductFactory, searchable_products

pytestmark = pytest.mark.django_db
MOST_BYTES = 15_000
ORIGIN = "https://www.example.com"


def test_the_module_is_small_and_kept(client):
    answer = client.get("/widget.js", headers={"Origin": ORIGIN})
    assert answer["Content-Type"].startswith("text/javascript")
    assert len(answer.content) <= MOST_BYTES
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cache-Control"] == "public, max-age=3600"
    assert answer.content.startswith(b'const WORDS = {"en": {"similar": "Visually similar"')
    assert client.get("/widget.js", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert answer.cookies == {}


def test_its_words_begin_with_the_shops_language(client, settings):
    settings.LANGUAGE_CODE = "de"
    assert client.get("/widget.js").content.decode().startswith('const WORDS = {"de": {"similar": "Sieht ähnlich aus"')


def test_a_frame_is_for_the_origins_of_its_key(client):
    ProductFactory(sku="A/12")
    _, text = Key.make(name="a page", origins=[ORIGIN, "https://b.example.com"])
    answer = client.get("/embed/similar/A~2F12/", {"key": text})
    assert answer.status_code == 200
    assert f"frame-ancestors {ORIGIN} https://b.example.com;" in f"{answer['Content-Security-Policy']};"
    assert "X-Frame-Options" not in answer
    assert answer.cookies == {}
    assert Key.objects.get().used_at


def test_the_cards_of_a_frame_say_how_similar_they_are_as_clicks_are_counted_by_it(client):
    product = searchable_products(3)[0]
    _, text = Key.make(name="a page", origins=[ORIGIN])
    page = client.get(f"/embed/similar/{product.sku}/", {"key": text}).content.decode()
    said = [int(percent) for percent in re.findall(r'data-similarity="(\d+)"', page)]
    assert len(said) == 2
    assert 0 < said[1] <= said[0] <= 100


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"origins": [ORIGIN], "may_read": False},
        {"origins": [ORIGIN], "expires_at": timezone.now() - timedelta(days=1)},
    ],
    ids=["no origins", "does not read", "expired"],
)
def test_other_keys_frame_nowhere(client, values):
    ProductFactory(sku="1")
    for key in ("wrong", Key.make(name="a program", **values)[1]):
        answer = client.get("/embed/similar/1/", {"key": key})
        assert answer.status_code == 403
        assert "the origins of the pages" in answer.content.decode()
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert answer["X-Frame-Options"] == "DENY"
