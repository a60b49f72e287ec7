"""How many photos one client may search with."""

import re

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.photos import ADDRESS, picture_of, upload
from tests.pictures import as_file

pytestmark = pytest.mark.django_db


def test_too_many_photos_get_a_friendly_answer(client, products, settings):
    settings.PHOTO_RATE = "2/min"

    caches["photos"].clear()
    picture = picture_of(products[0])
    assert [upload(client, picture).status_code for _ in range(3)] == [200, 200, 429]
    refused = upload(client, picture)
    assert re.search(r"try again in \d+ seconds", refused.content.decode())
    file = SimpleUploadedFile("a.jpg", as_file(picture))
    assert client.post("/api/search/photo/", {"photo": file}).status_code == 429
    forged = client.post(ADDRESS, {"photo": file}, headers={"X-Forwarded-For": "9.9.9.9"})
    assert forged.status_code == 429
    caches["photos"].clear()
