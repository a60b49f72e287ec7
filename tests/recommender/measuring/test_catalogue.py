"""The shop's own products, loaded for measuring."""

import numpy as np
import pytest
from django.utils import timezone

from recommender import embedding
from recommender.measuring.catalogue import load_catalogue
from recommender.registry import active_encoder
from tests.factories import CategoryFactory, ProductFactory, searchable_products
from tests.pictures import as_file, drawing

pytestmark = pytest.mark.django_db


def test_what_can_be_found_is_loaded_with_what_is_known_of_it():
    *_, archived = searchable_products(4)
    content = as_file(drawing(4711))
    shirt = ProductFactory(file=content, category=CategoryFactory(), base_colour="Red")
    copy = ProductFactory(file=content)
    embedding.embed_products([shirt.pk, copy.pk])
    archived.archived_at = timezone.now()
    archived.save()
    catalogue = load_catalogue(active_encoder())
    assert len(catalogue) == 5
    row = catalogue.skus.tolist().index(shirt.sku)
    assert (catalogue.ids[row], catalogue.categories[row], catalogue.colours[row]) == (
        shirt.pk,
        shirt.category_id,
        "Red",
    )
    assert (catalogue.picture_numbers == catalogue.picture_numbers[row]).sum() == 2
    assert catalogue.vectors.shape == (5, 256)
    assert np.allclose(np.linalg.norm(catalogue.vectors, axis=1), 1, atol=1e-3)


def test_an_empty_shop_is_an_empty_catalogue():
    catalogue = load_catalogue(active_encoder())
    assert len(catalogue) == 0
    assert catalogue.vectors.shape == (0, 256)


def test_of_more_products_than_are_wanted_a_sample_stands_for_all():
    products = searchable_products(12)
    samples = [set(load_catalogue(active_encoder(), most).ids) for most in (5, 5, 11, 12)]
    assert [len(sample) for sample in samples] == [5, 5, 11, 12]
    assert samples[0] == samples[1] < samples[2]
    assert samples[0] != {product.pk for product in sorted(products, key=lambda product: product.pk)[:5]}
    catalogue = load_catalogue(active_encoder(), 5)
    assert list(catalogue.ids) == sorted(catalogue.ids)
