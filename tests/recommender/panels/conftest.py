"""What the tests of the panels share."""

import pytest

from catalog.models import Product
from recommender import embedding
from tests.factories import CategoryFactory, ProductFactory


@pytest.fixture
def wardrobe() -> list[Product]:
    """Men's shirts, trousers and shoes for every day, and a pair for women."""
    top = CategoryFactory(name="Apparel")
    shirts = CategoryFactory(name="Shirts", parent=CategoryFactory(name="Topwear", parent=top))
    trousers = CategoryFactory(name="Trousers", parent=CategoryFactory(name="Bottomwear", parent=top))
    shoes = CategoryFactory(name="Casual Shoes", parent=CategoryFactory(name="Shoes", parent=CategoryFactory()))
    common = {"usage": "Casual", "season": "Fall", "gender": "Men"}
    products = [
        *ProductFactory.create_batch(3, category=shirts, base_colour="Red", name="Puma Red Shirt", **common),
        *ProductFactory.create_batch(30, category=trousers, base_colour="Black", **common),
        *ProductFactory.create_batch(30, category=shoes, base_colour="Green", **common),
        *ProductFactory.create_batch(2, category=shoes, base_colour="Red", **common | {"gender": "Women"}),
    ]
    embedding.embed_products([product.pk for product in products])
    return products
