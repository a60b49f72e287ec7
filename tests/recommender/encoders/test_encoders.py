"""Picture encoders by name: those that ship, and one that a project adds."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.urls import reverse
from PIL import Image

from catalog.models import Product
from recommender import embedding, registry
from recommender.encoders import encode_all, load_encoder
from recommender.models import Embedding, Encoder
from recommender.neighbours import similar_to_product
from tests.factories import searchable_products
from tests.pictures import drawing

ROWS, COLUMNS = 8, 6


class Mosaic:
    """A picture encoder as a project may have one: the colours of 8 x 6 tiles."""

    digest = hashlib.sha256(b"mosaic").hexdigest()
    dimensions = ROWS * COLUMNS * 3
    content = None

    def prepare(self, picture: Image.Image) -> np.ndarray:
        """uint8 (8, 6, 3)"""
        return np.asarray(picture.resize((COLUMNS, ROWS), Image.Resampling.BOX))

    def encode(self, pictures: np.ndarray) -> np.ndarray:
        """uint8 (n, 8, 6, 3) to float32 (n, 144)"""
        darkness = 256 - pictures.reshape(len(pictures), -1).astype(np.float32)
        return darkness / np.linalg.norm(darkness, axis=1, keepdims=True)


WITH_MOSAIC = {**settings.ENCODERS, "mosaic": f"{__name__}.Mosaic"}


def nearest_by_mosaic(product: Product) -> list[Product]:
    """The other products, the most similar first, by an exact search."""
    rows = list(Embedding.objects.select_related("product").exclude(product=product))
    own = Mosaic().encode(Mosaic().prepare(Image.open(product.image).convert("RGB"))[None])[0]
    return [row.product for row in sorted(rows, key=lambda row: -float(row.vector @ own))]


def test_an_unknown_encoder_is_refused_by_name():
    with pytest.raises(ValueError, match=r"no encoder 'resnet'.*fashion-resnet"):
        load_encoder("resnet")


def test_an_encoder_is_loaded_once():
    assert load_encoder("fashion-resnet") is load_encoder("fashion-resnet")


@pytest.mark.parametrize("count", [0, 1, 64, 70])
def test_any_number_of_pictures_is_encoded_in_batches(count):
    pictures = [drawing(number) for number in range(count)]
    embeddings, seconds = encode_all(Mosaic(), pictures)
    assert embeddings.shape == (count, Mosaic.dimensions)
    assert seconds >= 0
    assert all(
        np.allclose(Mosaic().encode(Mosaic().prepare(picture)[None])[0], vector, atol=1e-6)
        for picture, vector in zip(pictures, embeddings, strict=True)
    )


# An index cannot be made in the transaction that wrote embeddings.
@pytest.mark.django_db(transaction=True)
@override_settings(ENCODERS=WITH_MOSAIC)
def test_a_project_adds_an_encoder_by_a_setting_alone(client):
    products = searchable_products(8)
    call_command("switch_encoder", "mosaic")
    embedding.embed_products(embedding.waiting_ids())
    registry.switch_when_complete()
    active = registry.active_encoder()
    assert (active.name, active.digest, active.dimensions) == ("mosaic", Mosaic.digest, Mosaic.dimensions)
    assert {len(row.vector) for row in Embedding.objects.all()} == {Mosaic.dimensions}
    for product in products:
        assert [match.product for match in similar_to_product(product, 3)] == nearest_by_mosaic(product)[:3]
    photo = SimpleUploadedFile("photo.jpg", Path(products[3].image.path).read_bytes(), "image/jpeg")
    found = client.post(reverse("api:photo_search"), {"photo": photo}).json()
    assert found["results"][0]["product"]["sku"] == products[3].sku


@pytest.mark.django_db(transaction=True)
@override_settings(ENCODERS=WITH_MOSAIC, ENCODER="mosaic")
def test_a_new_shop_begins_with_the_one_that_the_settings_name():
    product = searchable_products(4)[2]
    assert registry.active_encoder().name == "mosaic"
    assert [match.product for match in similar_to_product(product, 3)] == nearest_by_mosaic(product)


@pytest.mark.django_db(transaction=True)
@override_settings(ENCODERS={**settings.ENCODERS, "mosaic": f"{__name__}.Mosiac"})
def test_a_path_that_leads_nowhere_is_told():
    with pytest.raises(CommandError, match="Mosiac"):
        call_command("switch_encoder", "mosaic")
    assert not Encoder.objects.filter(name="mosaic").exists()
