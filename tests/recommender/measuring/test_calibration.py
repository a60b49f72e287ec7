"""What an encoder's cosines mean in a shop."""

import numpy as np
import pytest

from recommender.measuring.calibration import calibrate, calibrate_if_outgrown
from recommender.measuring.catalogue import load_catalogue
from recommender.models import Calibration
from recommender.registry import active_encoder
from tests.factories import CategoryFactory, searchable_products

pytestmark = pytest.mark.django_db


def test_calibration_measures_the_shops_own_products():
    products = searchable_products(36)
    categories = [CategoryFactory() for _ in range(3)]
    for number, product in enumerate(products):
        product.category, product.base_colour = categories[number % 3], ("Red", "Blue")[number % 2]
        product.save()
    kept = calibrate(load_catalogue(active_encoder()))
    for loose, close in kept.thresholds.values():
        assert -1 <= loose <= close <= 1
    assert set(kept.colours) == {"Red", "Blue"}
    directions = np.array(kept.directions)
    assert directions @ directions.T == pytest.approx(np.eye(len(directions)), abs=1e-3)
    assert calibrate(load_catalogue(active_encoder())).measured_at > kept.measured_at
    assert Calibration.objects.count() == 1


def test_a_shop_with_few_products_is_not_calibrated():
    searchable_products(3)
    calibrate_if_outgrown()
    assert not Calibration.objects.exists()


def test_a_shop_that_has_outgrown_its_calibration_is_calibrated_again():
    searchable_products(24)
    calibrate_if_outgrown()
    first = Calibration.objects.get()
    searchable_products(20)
    calibrate_if_outgrown()
    assert Calibration.objects.get().measured_at == first.measured_at
    searchable_products(10)
    calibrate_if_outgrown()
    assert Calibration.objects.get().products == 54
