"""The page that invites to bring a photo."""

import pytest

pytestmark = pytest.mark.django_db


def test_the_photo_page_invites(client):
    page = client.get("/search/photo/").content.decode()
    assert 'name="photo"' in page
    assert "multipart/form-data" in page
