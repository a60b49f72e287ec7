"""The eye tells the products on a photo apart."""

import io
from functools import cache

import numpy as np
import pytest
from PIL import Image

from catalog.sample.catalogue import draw, sample_products
from recommender.photo.boxes import Box
from recommender.photo.eye import load_eye
from recommender.photo.seeing import Looking, View


@cache
def drawn(cut: str) -> Image.Image:
    """The first product of the sample catalogue with that cut."""
    product = next(product for product in sample_products() if product.cut == cut)
    return Image.open(io.BytesIO(draw(product))).convert("RGB").resize((240, 320))


def collage(*cuts: str) -> Image.Image:
    """Products side by side on white."""
    photo = Image.new("RGB", (300 * len(cuts), 400), "white")
    for number, cut in enumerate(cuts):
        photo.paste(drawn(cut), (300 * number + 30, 40))
    return photo


def view(photo: Image.Image) -> View:
    return Looking(load_eye(), photo).view()


@pytest.mark.parametrize("cuts", [("maxi", "strap"), ("crew", "strap", "tote"), ("tote", "strap", "maxi")])
def test_each_product_of_a_collage_is_a_piece(cuts):
    seen = view(collage(*cuts))
    assert seen.shows_product
    assert len(seen.pieces) == len(cuts)
    for number in range(len(cuts)):
        column = Box(number / len(cuts), 0, 1 / len(cuts), 1)
        assert max(piece.box.share_within(column) for piece in seen.pieces) > 0.9


@pytest.mark.parametrize("cut", ["crew", "strap"])
def test_one_product_is_not_taken_apart(cut):
    seen = view(drawn(cut))
    assert seen.shows_product
    assert len(seen.pieces) == 1


@pytest.mark.parametrize(
    "photo",
    [
        *(Image.new("RGB", (300, 400), colour) for colour in ("white", "black", "olive")),
        Image.linear_gradient("L").convert("RGB"),
        Image.fromarray(np.random.default_rng(0).integers(0, 256, (400, 300, 3), np.uint8)),
        Image.new("RGB", (1, 1)),
    ],
)
def test_there_is_nothing_on_a_picture_of_nothing(photo):
    assert not view(photo).shows_product
