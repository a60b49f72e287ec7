"""The sample catalogue that the project draws."""

import io
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from catalog.sample.catalogue import LINES, draw, sample_products


@pytest.fixture(scope="module")
def products():
    return list(sample_products())


def test_it_is_a_believable_shop(products):
    assert 280 <= len(products) <= 350
    assert len({product.row["id"] for product in products}) == len(products)
    assert all(value or name == "sale price" for product in products for name, value in product.row.items())
    assert len({product.row["baseColour"] for product in products}) >= 15
    assert len({product.row["articleType"] for product in products}) >= 20
    assert max(Counter(product.row["productDisplayName"] for product in products).values()) <= 2


def test_it_shows_what_a_shop_sells_for(products):
    on_sale = sum(bool(product.row["sale price"]) for product in products)
    rows = [row for product in products for row in product.rows()]
    out = sum(all("out" in row["availability"] for row in product.rows()) for product in products)
    assert 0.1 < on_sale / len(products) < 0.3
    assert 0.03 < out / len(products) < 0.1
    assert {"XS", "XL", "36", "45", ""} <= {row["size"] for row in rows}
    assert len({row["id"] for row in rows}) == len(rows)
    assert list(products[0].rows()) == list(products[0].rows())


def test_it_is_the_same_every_time(products):
    assert list(sample_products()) == products
    assert draw(products[0]) == draw(products[0])


def test_each_line_draws_a_product_on_white(products):
    one_of_each = {product.line: product for product in products}
    assert len(one_of_each) == len(LINES)
    for product in one_of_each.values():
        pixels = np.asarray(Image.open(io.BytesIO(draw(product))).convert("RGB"))
        assert pixels.shape == (640, 480, 3)
        assert pixels[[0, 0, -1, -1], [0, -1, 0, -1]].min() >= 250
        assert 0.02 < (pixels.min(axis=2) < 235).mean() < 0.9
