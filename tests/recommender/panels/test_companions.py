"""What goes with a product."""

import pytest

from catalog.models import Product
from tests.panels import shown

pytestmark = pytest.mark.django_db


def test_company_is_of_other_kinds_and_fits_person_usage_season_and_colour(wardrobe):
    product = wardrobe[0]
    found = shown(product)["companions"]
    assert {companion.category.name for companion in found} <= {"Trousers"}
    Product.objects.filter(base_colour="Green").update(base_colour="White")
    found = shown(product)["companions"]
    assert all((companion.gender, companion.usage) == ("Men", "Casual") for companion in found)
    assert all(companion.category != product.category for companion in found)
