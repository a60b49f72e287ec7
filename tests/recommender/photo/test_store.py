"""Photos are kept for their time."""

import re

import pytest

from recommender.photo import store
from tests.photos import ADDRESS, picture_of, upload

pytestmark = pytest.mark.django_db


def test_the_photo_is_forgotten_after_its_time(client, products, monkeypatch):
    monkeypatch.setattr(store, "SECONDS_KEPT", 0)
    page = upload(client, picture_of(products[0])).content.decode()
    name = re.search(r"/search/photo/([\w-]+)\.jpg|photo=([\w-]+)", page)
    name = name.group(1) or name.group(2)
    assert client.get(f"/search/photo/{name}.jpg").status_code == 404
    gone = client.get(ADDRESS, {"photo": name, "box": "0,0,50,50"})
    assert gone.status_code == 410
    assert "forgotten" in gone.content.decode()
