"""What the tests of photo search share."""

import pytest

from tests.factories import CategoryFactory, ProductFactory, searchable_products


@pytest.fixture
def products():
    """36 products of three categories, two genders and four colours."""
    # The same drawings whichever tests ran before: some are harder to tell apart than others.
    ProductFactory.reset_sequence(0)
    categories = [CategoryFactory(name=name) for name in ("Shirts", "Shoes", "Bags")]
    products = searchable_products(36)
    for number, product in enumerate(products):
        product.category, product.gender = categories[number % 3], ("Men", "Women")[number % 2]
        product.base_colour, product.year = ("Red", "Blue", "Green", "Black")[number % 4], 2010 + number % 5
        product.save()
    return products
