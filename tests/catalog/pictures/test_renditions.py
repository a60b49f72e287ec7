"""Pictures in several sizes: made by a worker, made again when they are gone, and nothing else can be asked for."""

import io

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from catalog import tasks
from catalog.pictures import renditions, storage
from tests.factories import ProductFactory
from tests.pictures import as_file, drawing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("either_storage")]


def is_made(digest: str, width: int) -> bool:
    return default_storage.exists(renditions.name_of(digest, width))


@pytest.fixture
def product():
    product = ProductFactory(file=as_file(drawing(5, (600, 800))))
    tasks.make_renditions([product.pk])
    return product


def test_a_worker_makes_every_size_below_the_pictures_own(client, product):
    assert (product.image_width, product.image_height) == (600, 800)
    assert [width for width in renditions.WIDTHS if is_made(product.image_digest, width)] == [240, 480]
    for source in product.image_addresses.split(", "):
        address, width = source.split(" ")
        response = client.get(address)
        picture = Image.open(io.BytesIO(b"".join(response)))
        assert (response["Content-Type"], picture.format) == ("image/webp", "WEBP")
        assert f"{picture.width}w" == width
        assert picture.height == picture.width * 4 / 3
        assert "immutable" in response["Cache-Control"]


def test_a_lost_rendition_is_made_again(client, product):
    default_storage.delete(renditions.name_of(product.image_digest, 240))
    assert client.get(renditions.address(product.image_digest, 240)).status_code == 200
    assert is_made(product.image_digest, 240)


def test_a_worker_makes_only_what_is_missing(product):
    kept, lost = (renditions.name_of(product.image_digest, width) for width in (240, 480))
    before = default_storage.get_modified_time(kept)
    default_storage.delete(lost)
    tasks.make_renditions([product.pk])
    assert default_storage.exists(lost)
    assert default_storage.get_modified_time(kept) == before


@pytest.mark.parametrize("width", [960, 241, 0, 99999999])
def test_there_are_no_other_sizes(client, product, width):
    assert client.get(renditions.address(product.image_digest, width)).status_code == 404


def test_a_small_picture_is_its_own_only_size(client):
    product = ProductFactory()
    tasks.make_renditions([product.pk])
    assert product.image_addresses == ""
    assert product.image_address == product.image.url
    assert client.get(renditions.address("0" * 64, 240)).status_code == 404


@pytest.mark.parametrize(("form", "suffix"), [("TIFF", ".tif"), ("HEIF", ".heic")])
@pytest.mark.parametrize("width", [90, 240, 700, 2000])
def test_what_browsers_do_not_show_is_sent_as_a_rendition_alone(client, form, suffix, width):
    product = ProductFactory(stored=storage.store(as_file(drawing(8, (width, 100)), form), suffix))
    tasks.make_renditions([product.pk])
    addresses = [address.split(" ")[0] for address in product.image_addresses.split(", ")]
    page = client.get(product.get_absolute_url()).content.decode()
    assert product.image.name not in page
    assert product.image.name not in client.get(f"/api/v1/products/{product.sku}/").content.decode()
    moved = client.get(f"/{product.image.url.lstrip('/')}")
    assert (moved.status_code, moved["Location"]) == (302, addresses[-1])
    for address in {*addresses, product.image_address, product.largest_image_address}:
        picture = Image.open(io.BytesIO(b"".join(client.get(address))))
        assert picture.format == "WEBP"
    with default_storage.open(renditions.name_of(product.image_digest, min(width, 960))) as file:
        assert Image.open(file).width == min(width, 960)


def test_what_browsers_do_not_show_and_nobody_can_decode_is_not_sent_at_all(client):
    product = ProductFactory(stored=storage.store(as_file(drawing(8), "TIFF")[:300], ".tiff"))
    assert client.get(product.get_absolute_url()).status_code == 200
    assert client.get(f"/{product.image.url.lstrip('/')}").status_code == 404


@pytest.mark.parametrize("size", [(300, 40_000), (40_000, 300), (2, 9_000)])
def test_a_long_strip_has_renditions(client, size):
    product = ProductFactory(file=as_file(Image.new("RGB", size, "red"), "PNG"))
    tasks.make_renditions([product.pk])
    for width in renditions.widths_for(product.image_width, product.image.name):
        with default_storage.open(renditions.name_of(product.image_digest, width)) as file:
            assert max(Image.open(file).size) <= 16_383


def test_what_has_no_readable_picture_keeps_no_worker_from_the_others(client):
    sizes = drawing(6, (300, 400)), drawing(7, (300, 400))
    gone, good = (ProductFactory(file=as_file(picture)) for picture in sizes)
    torn, without = ProductFactory(file=b"torn"), ProductFactory(image="", image_digest="")
    gone.image.storage.delete(gone.image.name)
    tasks.make_renditions([gone.pk, torn.pk, without.pk, good.pk])
    assert is_made(good.image_digest, 240)
    for product in (gone, torn):
        assert client.get(renditions.address(product.image_digest, 240)).status_code == 404
