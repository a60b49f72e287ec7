"""Photos are kept for their time."""

import re

import pytest

from recommender.photo import store
from tests.photos import ADDRESS, names_in, picture_of, reloaded, upload

pytestmark = pytest.mark.django_db


def test_the_photo_is_forgotten_after_its_time(client, products, monkeypatch):
    monkeypatch.setattr(store, "SECONDS_KEPT", 0)
    page = upload(client, picture_of(products[0])).content.decode()
    name = re.search(r"/search/photo/([\w-]+)\.jpg|photo=([\w-]+)", page)
    name = name.group(1) or name.group(2)
    assert client.get(f"/search/photo/{name}.jpg").status_code == 404
    gone = client.get(ADDRESS, {"photo": name, "box": "0,0,50,50"})
    assert gone.status_code == 410
    assert "This photo is no longer kept. Please upload it again." in gone.content.decode()


def test_a_folder_of_photos_that_cannot_be_read_is_no_photo_that_is_gone(client, products, settings, tmp_path):
    page = upload(client, picture_of(products[0]))
    (name,) = names_in(page)
    (tmp_path / "photos").write_text("in its place")
    settings.CACHES = {
        **settings.CACHES,
        "photos": {**settings.CACHES["photos"], "LOCATION": str(tmp_path / "photos" / "folder")},
    }
    answer = client.get(ADDRESS, {"photo": name, "box": "0,0,50,50"})
    assert answer.status_code == 503
    assert "cannot be looked at at the moment" in answer.content.decode()
    assert client.get(f"/search/photo/{name}.jpg").status_code == 503
    again = reloaded(client, page)
    assert again.status_code == 200
    assert "cannot be shown or cropped at the moment" in again.content.decode()
    assert "no longer kept" not in again.content.decode()


def test_results_whose_photo_has_expired_say_so(client, products, monkeypatch):
    monkeypatch.setattr(store, "SECONDS_KEPT", 0)
    page = reloaded(client, upload(client, picture_of(products[0]))).content.decode()
    assert "This photo is no longer kept; upload it again to see or crop it." in " ".join(page.split())
    assert f'data-sku="{products[0].sku}"' in page
