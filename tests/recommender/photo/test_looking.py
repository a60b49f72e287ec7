"""Which uploads are pictures to search with, and what is said of the others."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pillow_heif import from_pillow

from recommender.photo.looking import read_photo
from tests.factories import searchable_products
from tests.photos import ADDRESS, picture_of, skus_in
from tests.pictures import as_file, drawing

pytestmark = pytest.mark.django_db


def heic(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    from_pillow(picture).save(stream, quality=80)
    return stream.getvalue()


@pytest.mark.parametrize(
    "convert",
    [
        lambda picture: as_file(picture.convert("CMYK")),
        lambda picture: as_file(picture.quantize(64), "PNG", transparency=0),
        lambda picture: as_file(picture, "GIF", save_all=True, append_images=[picture.rotate(90)]),
        lambda picture: as_file(picture, "AVIF"),
        lambda picture: as_file(picture.resize((1800, 2400)), "PNG"),
        heic,
    ],
    ids=["CMYK", "palette", "animated", "AVIF", "large", "HEIC"],
)
def test_every_kind_of_picture_finds_its_product(client, products, convert):
    file = SimpleUploadedFile("picture", convert(picture_of(products[2])))
    assert skus_in(client.post(ADDRESS, {"photo": file}))[0] == products[2].sku


@pytest.mark.parametrize(
    ("size", "kept"), [((3000, 4000), (375, 500)), ((1200, 1600), (360, 480)), ((600, 450), (600, 450))]
)
def test_a_photo_is_read_as_large_as_it_is_kept(size, kept):
    assert read_photo(as_file(Image.new("RGB", size, "olive"))).size == kept


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(client, products, form):
    side = {"PNG": 14_200, "JPEG": 14_200, "WEBP": 4_000}[form]
    file = SimpleUploadedFile("huge", as_file(Image.new("L" if form != "WEBP" else "RGB", (side, side)), form))
    response = client.post(ADDRESS, {"photo": file})
    assert response.status_code == 400
    assert "too large" in response.content.decode()


@pytest.mark.parametrize("content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<!doctype html>", b"%PDF-1.7"])
def test_what_only_pretends_to_be_a_picture_is_refused(client, products, content):
    response = client.post(ADDRESS, {"photo": SimpleUploadedFile("photo.jpg", content, "image/jpeg")})
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()


@pytest.mark.parametrize(
    ("file", "status", "message"),
    [
        (None, 400, "Choose a picture first."),
        (SimpleUploadedFile("a.jpg", b"<html>"), 400, "not a JPEG"),
        (SimpleUploadedFile("a.jpg", b""), 400, "not a JPEG"),
        (SimpleUploadedFile("a.png", as_file(drawing(1), "PNG")[:200]), 400, "damaged"),
        (SimpleUploadedFile("a.jpg", bytes((20 << 20) + 1)), 413, "up to 20 MB"),
    ],
)
def test_a_bad_upload_gets_a_clear_message_on_the_page_and_in_the_api(client, file, status, message):
    searchable_products(1)
    response = client.post(ADDRESS, {"photo": file} if file else {})
    assert response.status_code == status
    assert message in response.content.decode()
    if file:
        file.seek(0)
        answer = client.post("/api/v1/search/photo/", {"photo": file})
        assert answer.status_code == (422 if status == 400 else status)
        assert message in answer.json()["detail"]


def test_addresses_are_off_until_the_shop_turns_them_on(client, products, settings):
    assert 'name="address"' not in client.get(ADDRESS).content.decode()
    assert "Choose a picture" in client.post(ADDRESS, {"address": "http://10.0.0.1/"}).content.decode()
    settings.PHOTO_FROM_ADDRESS = True
    assert 'name="address"' in client.get(ADDRESS).content.decode()
    response = client.post(ADDRESS, {"address": "http://10.0.0.1/"})
    assert response.status_code == 400
    assert "not on the public internet" in response.content.decode()
