"""Photos that are searched with by a command."""

import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from PIL import Image

from tests.factories import searchable_products
from tests.photos import picture_of
from tests.pictures import as_file

pytestmark = pytest.mark.django_db


def test_each_photo_has_a_line_of_what_was_found(tmp_path):
    products = searchable_products(20)
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "known.jpg").write_bytes(as_file(picture_of(products[3])))
    (photos / "plain.jpg").write_bytes(as_file(Image.new("RGB", (300, 400), "white")))
    (photos / "broken.jpg").write_bytes(b"no picture")
    call_command("search_photos", photos=photos, out=tmp_path / "found.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "found.jsonl").read_text().splitlines()]
    found = {line["photo"]: line for line in lines}
    assert set(found) == {"known", "plain"}
    assert found["known"]["verdict"] in ("close", "loose")
    assert found["known"]["matches"][0]["sku"] == products[3].sku
    assert len(found["known"]["matches"]) == len(found["known"]["whole"]) == 12
    assert all(0 <= number <= 1 for number in found["known"]["box"])
    assert found["plain"]["verdict"] == "none"


def test_a_place_without_photos_is_told(tmp_path):
    with pytest.raises(CommandError, match="neither a folder nor a readable zip"):
        call_command("search_photos", photos=tmp_path / "missing.zip", out=tmp_path / "found.jsonl")
