"""A shop that keeps its own pages, and does all by the API alone, with a worker beside it."""

import io
import json
import shutil
import time
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.conftest import bearer
from tests.pictures import as_file, drawing, write_catalogue
from tests.processes import worker

pytestmark = pytest.mark.django_db(transaction=True)
V1 = "/api/v1/"
WAIT = {"Prefer": "wait=30"}


def test_everything_is_done_by_the_api_alone(client, settings, tmp_path):
    shutil.rmtree(settings.VAR_DIR / "broker", ignore_errors=True)
    (settings.VAR_DIR / "broker").mkdir()
    settings.STATISTICS_DAYS = 90
    headers = bearer(may_write=True)

    def get(address: str, **more: str) -> dict:
        answer = client.get(f"{V1}{address}", headers=headers | more)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def post(address: str, body: object, kind: str = "application/json", **more: str) -> dict:
        answer = client.post(f"{V1}{address}", body, content_type=kind, headers=headers | more)
        assert answer.status_code in (200, 201), answer.content
        return answer.json()

    def today() -> dict:
        return get("statistics/?days=7")["days"][-1]

    # What other tests had the shop count may be written only now.
    before = today()
    with worker():
        job = client.post(f"{V1}imports/", _catalogue(tmp_path, 12), headers=headers).json()
        job = _until(get, job, "ready")
        assert job["preview"]["created"] == 12
        _until(get, post(f"imports/{job['id']}/confirm/", {}), "done")
        _until_all_are_searchable(get)
        written = {"sku": "13", "name": "Red Scarf", "gender": "Women", "category": ["Accessories", "Scarves"]}
        photo = SimpleUploadedFile("13.jpg", as_file(drawing(77)))
        answer = client.post(
            f"{V1}products/", {"products": json.dumps([written]), "pictures": [photo]}, headers=headers | WAIT
        )
        assert answer.json()["results"][0]["search"] == "searchable"
    assert get("products/?limit=5")["count"] == 13
    assert [one["sku"] for one in get("search/?q=scarf")["results"]] == ["13"]
    pictured = as_file(drawing(77).crop((3, 3, 87, 117)), quality=80)
    found = post("search/photo/?limit=3", pictured, "image/jpeg")
    assert found["results"][0]["product"]["sku"] == "13"
    narrowed = post("search/photo/?gender=Men&limit=3", pictured, "image/jpeg")
    assert {match["product"]["gender"] for match in narrowed["results"]} == {"Men"}
    assert [one["sku"] for one in get("products/?gender=Women")["results"]] == ["13"]
    post("rules/", {"place": "words", "words": "shirt", "product": "3", "act": "pin"})
    assert get("search/?q=shirt")["results"][0]["sku"] == "3"
    counted = today()
    assert (counted["words"] - before["words"], counted["photos"] - before["photos"]) == (2, 2)
    assert client.delete(f"{V1}products/13/", headers=headers).status_code == 204
    assert get("search/?q=scarf")["count"] == 0
    assert today()["words"] - before["words"] == 3


def _catalogue(folder, count: int) -> dict[str, object]:
    """A table and a zip of its pictures, as a form has them."""
    styles, images = write_catalogue(folder, count)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for image in images.iterdir():
            archive.write(image, image.name)
    pictures = SimpleUploadedFile("pictures.zip", stream.getvalue())
    return {"table": SimpleUploadedFile(styles.name, styles.read_bytes()), "pictures": [pictures]}


def _until(get, job: dict, state: str) -> dict:
    """The import when it has come to that state, which a busy machine takes its time for."""
    for _ in range(3):
        job = get(f"imports/{job['id']}/", **WAIT)
        if job["state"] == state:
            return job
    raise AssertionError(job)


def _until_all_are_searchable(get) -> None:
    until = time.monotonic() + 60
    while get("encoders/")["results"][0]["waiting"]:
        assert time.monotonic() < until
        time.sleep(0.2)
