"""What is folded into a card."""

import pytest

from catalog.pictures import storage
from recommender import embedding
from recommender.panels import SIMILAR, panels_of
from tests.factories import ProductFactory, searchable_products
from tests.pictures import as_file, drawing

pytestmark = pytest.mark.django_db


def test_the_same_picture_under_other_numbers_is_one_card():
    product, other = searchable_products(2)
    content = as_file(drawing(4711))
    copies = ProductFactory.create_batch(3)
    for copy in copies:
        copy.image, copy.image_digest = storage.store(content, ".jpg")
        copy.save()
    twin = ProductFactory(image=product.image.name, image_digest=product.image_digest)
    embedding.embed_products([*(copy.pk for copy in copies), twin.pk])
    similar = panels_of(product, [])[SIMILAR]
    assert {card.product for card in similar} - set(copies) == {other}
    (folded,) = [card for card in similar if card.product in copies]
    assert len(folded.copies) == 2
    assert {folded.product, *folded.copies} == set(copies)
