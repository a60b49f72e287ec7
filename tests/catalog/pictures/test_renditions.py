"""Pictures in several sizes: made by a worker, made again when they are gone, and nothing else can be asked for."""

import io

import pytest
from PIL import Image

from catalog import tasks
from catalog.pictures import renditions
from tests.factories import ProductFactory
from tests.pictures import as_file, drawing

pytestmark = pytest.mark.django_db


@pytest.fixture
def product():
    product = ProductFactory(file=as_file(drawing(5, (600, 800))))
    tasks.make_renditions([product.pk])
    return product


def test_a_worker_makes_every_size_below_the_pictures_own(client, product):
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


def test_a_worker_makes_only_what_is_missing(product):
    kept, lost = (renditions.path(product.image_digest, width) for width in (240, 480))
    before = kept.stat().st_mtime_ns
    lost.unlink()
    tasks.make_renditions([product.pk])
    assert lost.exists()
    assert kept.stat().st_mtime_ns == before


@pytest.mark.parametrize("width", [960, 241, 0, 99999999])
def test_there_are_no_other_sizes(client, product, width):
    assert client.get(renditions.address(product.image_digest, width)).status_code == 404


def test_a_small_picture_is_its_own_only_size(client):
    product = ProductFactory()
    tasks.make_renditions([product.pk])
    assert product.image_addresses == ""
    assert product.image_address == product.image.url
    assert client.get(renditions.address("0" * 64, 240)).status_code == 404


def test_what_has_no_readable_picture_keeps_no_worker_from_the_others(client):
    sizes = drawing(6, (300, 400)), drawing(7, (300, 400))
    gone, good = (ProductFactory(file=as_file(picture)) for picture in sizes)
    torn, without = ProductFactory(file=b"torn"), ProductFactory(image="", image_digest="")
    gone.image.storage.delete(gone.image.name)
    tasks.make_renditions([gone.pk, torn.pk, without.pk, good.pk])
    assert renditions.path(good.image_digest, 240).exists()
    for product in (gone, torn):
        assert client.get(renditions.address(product.image_digest, 240)).status_code == 404
