"""The same design in other colours."""

import pytest

from recommender import embedding
from tests.factories import ProductFactory
from tests.panels import shown
from tests.pictures import as_file, drawing

pytestmark = pytest.mark.django_db


def test_the_same_design_in_other_colours_has_a_panel_of_its_own(wardrobe):
    product, *_ = wardrobe
    # The same shape: the product's own drawing, saved another time.
    blue, green, second_blue = (
        ProductFactory(
            category=product.category,
            base_colour=colour,
            name=f"Puma {colour} Shirt",
            file=as_file(drawing(int(product.sku[1:])), quality=quality),
        )
        for colour, quality in (("Blue", 60), ("Green", 65), ("Blue", 70))
    )
    another = ProductFactory(category=product.category, base_colour="White", name="Wrangler Western Denim")
    embedding.embed_products([blue.pk, green.pk, second_blue.pk, another.pk])
    found = shown(product)["colours"]
    assert green in found
    assert len({blue, second_blue} & set(found)) == 1
    assert another not in found
