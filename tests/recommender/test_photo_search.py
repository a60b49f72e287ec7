"""Photo search through its public door: parts of photos, filters over what looks similar, shared addresses, limits."""

import numpy as np
import pytest

from recommender.measuring import calibration
from recommender.models import Calibration
from recommender.registry import active_encoder
from tests.factories import CategoryFactory, searchable_products

pytestmark = pytest.mark.django_db


@pytest.fixture
def products():
    """36 products of three categories, two genders and four colours."""
    categories = [CategoryFactory(name=name) for name in ("Shirts", "Shoes", "Bags")]
    products = searchable_products(36)
    for number, product in enumerate(products):
        product.category, product.gender = categories[number % 3], ("Men", "Women")[number % 2]
        product.base_colour, product.year = ("Red", "Blue", "Green", "Black")[number % 4], 2010 + number % 5
        product.save()
    return products


def test_calibration_measures_the_shops_own_products(products):
    for number, product in enumerate(products):
        product.base_colour = ("Red", "Blue")[number % 2]
        product.save()
    kept = calibration.calibrate(active_encoder())
    for loose, close in kept.thresholds.values():
        assert -1 <= loose <= close <= 1
    assert set(kept.colours) == {"Red", "Blue"}
    directions = np.array(kept.directions)
    assert directions @ directions.T == pytest.approx(np.eye(len(directions)), abs=1e-3)
    assert calibration.calibrate(active_encoder()).measured_at > kept.measured_at
    assert Calibration.objects.count() == 1
