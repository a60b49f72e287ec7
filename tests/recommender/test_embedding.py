"""Embedding on ingest, with the work called directly: what waits, what fails, what changes, what runs twice."""

import numpy as np
import pytest
from PIL import Image

from catalog.models import Product
from catalog.pictures import storage
from recommender import embedding, querysets, registry, tasks
from recommender.models import Embedding, EmbeddingFailure
from tests.factories import ProductFactory, searchable_products
from tests.pictures import as_file, drawing

pytestmark = pytest.mark.django_db


def give_picture(product: Product, content: bytes) -> None:
    product.take_picture(*storage.store(content, ".jpg"))
    product.save()


def test_products_wait_until_they_are_embedded():
    products = ProductFactory.create_batch(3)
    ids = [product.pk for product in products]
    assert embedding.waiting_ids() == ids
    assert embedding.embed_products(ids) == embedding.Result(embedded=3, failed=0)
    assert embedding.waiting_ids() == []
    assert {row.image_digest for row in Embedding.objects.all()} == {product.image_digest for product in products}


def test_a_product_without_a_picture_never_waits():
    ProductFactory(image="", image_digest="")
    assert embedding.waiting_ids() == []


def test_running_twice_is_running_once():
    (product,) = searchable_products(1)
    before = list(Embedding.objects.values())
    assert embedding.embed_products([product.pk, product.pk]) == embedding.Result(embedded=0, failed=0)
    assert list(Embedding.objects.values()) == before


def test_a_deleted_product_is_no_trouble():
    (product,) = searchable_products(1)
    product.delete()
    assert embedding.embed_products([product.pk or 10**9]) == embedding.Result(embedded=0, failed=0)
    assert not Embedding.objects.exists()


def test_a_changed_picture_waits_again_and_is_not_found_by_the_old_one():
    (product,) = searchable_products(1)
    old = Embedding.objects.get().vector
    give_picture(product, as_file(drawing(999)))
    encoder = registry.active_encoder()
    assert embedding.waiting_ids() == [product.pk]
    assert not querysets.searchable(encoder).exists()
    embedding.embed_products([product.pk])
    assert not np.allclose(Embedding.objects.get().vector, old)


def test_an_unreadable_picture_fails_once_with_its_reason_and_is_tried_again_when_it_changes():
    bad = ProductFactory(file=b"not a picture at all")
    good = ProductFactory()
    assert embedding.embed_products([bad.pk, good.pk]) == embedding.Result(embedded=1, failed=1)
    failure = EmbeddingFailure.objects.get()
    assert failure.product == bad
    assert "not a JPEG" in failure.reason
    assert embedding.waiting_ids() == []
    give_picture(bad, as_file(drawing(5)))
    assert embedding.waiting_ids() == [bad.pk]
    assert embedding.embed_products([bad.pk]) == embedding.Result(embedded=1, failed=0)
    assert not EmbeddingFailure.objects.exists()


def test_a_picture_that_becomes_unreadable_leaves_search():
    (product,) = searchable_products(1)
    give_picture(product, b"torn")
    embedding.embed_products([product.pk])
    assert not Embedding.objects.exists()
    assert EmbeddingFailure.objects.get().product == product


@pytest.mark.parametrize("colour", ["white", "black"])
def test_a_picture_of_nothing_is_no_neighbour_of_anything(colour):
    product = ProductFactory(file=as_file(Image.new("RGB", (60, 80), colour)))
    assert embedding.embed_products([product.pk]) == embedding.Result(embedded=0, failed=1)
    assert "shows nothing" in EmbeddingFailure.objects.get().reason


def test_a_missing_file_is_a_failure_and_not_a_crash():
    product = ProductFactory()
    product.image.storage.delete(product.image.name)
    embedding.embed_products([product.pk])
    assert "file cannot be read" in EmbeddingFailure.objects.get().reason


def test_catching_up_enqueues_what_waits_unless_work_is_under_way(monkeypatch):
    enqueued = []
    monkeypatch.setattr(tasks.embed_products, "delay", enqueued.extend)
    waiting = ProductFactory.create_batch(2)
    tasks.catch_up()
    assert enqueued == [product.pk for product in waiting]
    enqueued.clear()
    searchable_products(1)
    tasks.catch_up()
    assert enqueued == []
