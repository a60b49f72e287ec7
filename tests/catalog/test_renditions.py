"""Pictures in several sizes: made at ingest, made again when they are gone, and nothing else can be asked for."""

import io

import pytest
from PIL import Image

from catalog.pictures import renditions
from recommender import embedding
from tests.factories import ProductFactory
from tests.pictures import as_file, drawing

pytestmark = pytest.mark.django_db


@pytest.fixture
def product():
    product = ProductFactory(file=as_file(drawing(5, (600, 800))))
    embedding.embed_products([product.pk])
    product.refresh_from_db()
    return product


def test_ingest_makes_every_size_below_the_pictures_own(client, product):
    assert (product.image_width, product.image_height) == (600, 800)
    assert [width for width in renditions.WIDTHS if renditions.path(product.image_digest, width).exists()] == [240, 480]
    for source in product.image_addresses.split(", "):
        address, width = source.split(" ")
        response = client.get(address)
        picture = Image.open(io.BytesIO(b"".join(response)))
        assert (response["Content-Type"], picture.format) == ("image/webp", "WEBP")
        assert f"{picture.width}w" == width
        assert picture.height == picture.width * 4 / 3
        assert "immutable" in response["Cache-Control"]


def test_a_lost_rendition_is_made_again(client, product):
    path = renditions.path(product.image_digest, 240)
    path.unlink()
    assert client.get(renditions.address(product.image_digest, 240)).status_code == 200
    assert path.exists()


@pytest.mark.parametrize("width", [960, 241, 0, 99999999])
def test_there_are_no_other_sizes(client, product, width):
    assert client.get(renditions.address(product.image_digest, width)).status_code == 404


def test_a_small_picture_is_its_own_only_size(client):
    product = ProductFactory()
    embedding.embed_products([product.pk])
    product.refresh_from_db()
    assert product.image_addresses == ""
    assert product.image_address == product.image.url
    assert client.get(renditions.address("0" * 64, 240)).status_code == 404


def test_a_placeholder_is_a_pale_tone_of_the_product_and_not_of_its_background():
    picture = Image.new("RGB", (60, 80), "white")
    picture.paste("red", (20, 20, 40, 60))
    colour = renditions.traits_of(picture).colour
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    assert red > 240
    assert 120 < green == blue < 230
