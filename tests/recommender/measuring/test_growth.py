import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from catalog.models import Product, ProductSize
from recommender.models import Embedding
from recommender.neighbours import index_of
from recommender.registry import active_encoder
from tests.factories import searchable_products

pytestmark = pytest.mark.django_db(transaction=True)


def grow(products: int, *options: str) -> None:
    call_command("grow_catalog", "--products", str(products), "--yes", *options)


def test_a_shop_grows_to_so_many_products_that_look_like_its_own():
    product, _ = searchable_products(2)
    product.sizes.create(label="M", position=1)
    grow(5)
    assert Product.objects.count() == 5
    copy = Product.objects.get(sku=f"{product.sku}-1")
    assert copy.image == product.image
    assert copy.image_digest != product.image_digest, "else it would be one card with its product"
    assert Embedding.objects.fresh().filter(product=copy).exists()
    assert copy.name == f"{product.name} 1"
    assert ProductSize.objects.filter(product=copy, label="M").exists()
    assert Embedding.objects.count() == 5
    own, near = Embedding.objects.get(product=product).vector, Embedding.objects.get(product=copy).vector
    assert 0.9 < np.dot(own, near) < 0.99
    assert index_of(active_encoder()).name in indexes()


def test_vectors_may_be_left_out():
    searchable_products(2)
    grow(4, "--without-embeddings")
    assert Product.objects.count() == 4
    assert Embedding.objects.count() == 2


def test_a_shop_in_use_is_not_grown_by_mistake():
    searchable_products(1)
    with override_settings(DEBUG=False), pytest.raises(CommandError, match="--yes"):
        call_command("grow_catalog", "--products", "3")
    assert Product.objects.count() == 1


def test_a_shop_without_products_cannot_grow():
    with pytest.raises(CommandError, match="import some first"):
        grow(3)


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, "recommender_embedding"))
