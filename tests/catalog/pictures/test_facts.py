"""What pages know of a picture before it has loaded, whichever way the picture came in."""

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from catalog.importing import jobs
from catalog.importing.advancing import advance, import_catalog
from catalog.models import Product
from catalog.pictures import storage
from catalog.pictures.decoding import UnreadablePicture
from catalog.pictures.facts import NONE, Facts, facts_of, is_plain, look_at, placeholder_colour
from tests.factories import ProductFactory
from tests.pages import NO_INLINES
from tests.pictures import as_file, drawing, write_catalogue


def facts_kept(product: Product) -> Facts:
    """What the database has of the product's picture."""
    columns = ("image_width", "image_height", "image_colour")
    return Facts(*Product.objects.values_list(*columns).get(pk=product.pk))


def stored(picture: Image.Image, form: str = "JPEG", **options: object) -> str:
    """The name of the picture in the media storage."""
    return storage.store(as_file(picture, form, **options), f".{form.lower()}")[0]


def test_a_picture_of_one_colour_is_plain_whatever_a_camera_adds():
    noise = np.random.default_rng(0).normal(250, 2, (400, 300, 3)).clip(0, 255).astype(np.uint8)
    assert is_plain(Image.new("RGB", (300, 400), "white"))
    assert is_plain(Image.fromarray(noise))
    earring = Image.new("RGB", (60, 80), "white")
    earring.paste("silver", (29, 30, 31, 36))
    assert not is_plain(earring)


def test_a_placeholder_is_a_pale_tone_of_the_product_and_not_of_its_background():
    picture = Image.new("RGB", (60, 80), "white")
    picture.paste("red", (20, 20, 40, 60))
    colour = placeholder_colour(picture)
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    assert red > 240
    assert 120 < green == blue < 230


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_quick_look_tells_what_a_long_one_does(form):
    picture = drawing(5, (1080, 1440))
    facts = facts_of(stored(picture, form))
    assert (facts.width, facts.height) == picture.size
    colours = [
        [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
        for colour in (facts.colour, placeholder_colour(picture))
    ]
    assert colours[0] == pytest.approx(colours[1], abs=8)


def test_a_picture_that_lies_on_its_side_is_measured_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    facts = facts_of(stored(drawing(5, (400, 300)), exif=exif))
    assert (facts.width, facts.height) == (300, 400)


def test_what_cannot_be_decoded_has_no_facts():
    name, _ = storage.store(as_file(drawing(1))[:300], ".jpg")
    assert facts_of(name) == facts_of("products/gone.jpg") == NONE


@pytest.mark.parametrize(
    ("form", "told", "suffix"), [("JPEG", ".JPEG", ".jpeg"), ("PNG", ".jpg", ".png"), ("GIF", "", ".gif")]
)
def test_bytes_in_the_hand_tell_what_a_stored_file_does(form, told, suffix):
    content = as_file(drawing(5, (200, 300)), form)
    assert look_at(content, told) == (suffix, facts_of(storage.store(content, suffix)[0]))


def test_bytes_that_begin_as_a_picture_have_their_suffix_and_no_facts_and_others_are_refused():
    content = as_file(drawing(1))
    assert look_at(content[: len(content) // 2], "") == (".jpg", NONE)
    with pytest.raises(UnreadablePicture, match="not a JPEG"):
        look_at(b"no picture", ".jpg")


@pytest.mark.django_db
def test_an_import_brings_them_and_taking_it_back_brings_back_those_before(tmp_path):
    styles, images = write_catalogue(tmp_path, 1)
    import_catalog(styles, images)
    product = Product.objects.get()
    before = facts_kept(product)
    assert before[:2] == (90, 120)
    (images / "1.jpg").write_bytes(as_file(drawing(2, (300, 400))))
    job = import_catalog(styles, images)
    after = facts_kept(product)
    assert after == facts_of(stored(drawing(2, (300, 400))))
    jobs.undo(job)
    advance()
    assert facts_kept(product) == before != after


@pytest.mark.django_db
def test_staff_bring_them_with_a_picture_and_take_them_away_with_it(admin_client):
    product = ProductFactory(image="", image_digest="")
    address = reverse("admin:catalog_product_change", args=[product.pk])
    fields = {"sku": product.sku, "name": "", "gender": "", "category": "", "base_colour": ""}
    fields |= {"season": "", "year": "", "usage": "", **NO_INLINES}
    assert facts_kept(product) == NONE
    upload = SimpleUploadedFile("a.jpg", as_file(drawing(2, (300, 400))))
    admin_client.post(address, {**fields, "image": upload})
    assert facts_kept(product) == facts_of(stored(drawing(2, (300, 400))))
    admin_client.post(address, {**fields, "image-clear": "on"})
    assert facts_kept(product) == NONE


def test_the_same_picture_again_is_no_change():
    product = Product()
    picture = storage.store(as_file(drawing(1)), ".jpg")
    product.take_picture(*picture)
    at = product.picture_changed_at
    product.take_picture(*picture)
    assert product.picture_changed_at == at
    product.take_picture("", "")
    assert product.picture_changed_at > at
