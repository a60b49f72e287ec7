"""What of a photo is proposed to search with."""

import re
from html import unescape

import pytest

from recommender.photo.boxes import WHOLE, Box
from tests.photos import scene, skus_in, upload

pytestmark = pytest.mark.django_db


def test_a_product_in_the_corner_of_a_photo_is_found(client, products):
    # Of drawings that the encoder was never trained on, one may look like another.
    found = [skus_in(upload(client, scene(product)))[:1] == [product.sku] for product in products[:6]]
    assert sum(found) >= 4


def test_the_parts_are_offered_and_each_is_a_link(client, products):
    page = upload(client, scene(products[0])).content.decode()
    boxes = re.findall(r'data-box="([^"]*)"', page)
    assert 2 <= len(boxes) <= 6
    assert boxes[-1] == str(WHOLE)
    corner = Box(400 / 600, 270 / 500, 150 / 600, 200 / 500)
    assert max(Box.parse(box).overlap(corner) for box in boxes[:-1]) > 0.4
    links = re.findall(r'class="(?:box|chip)"\s+href="([^"]*)"\s+data-box', page)
    assert len(links) == len(boxes)
    assert all(skus_in(client.get(unescape(link))) for link in links)
