"""Embedding on ingest, with the work called directly: what waits, what fails, what changes, what runs twice."""

from pathlib import Path

import numpy as np
import pytest
from django.utils import timezone
from PIL import Image

from catalog.importing.advancing import import_catalog
from catalog.models import FurtherPicture, Product
from catalog.pictures import storage
from recommender import embedding, querysets, registry, tasks
from recommender.models import Embedding, EmbeddingFailure
from tests.factories import ProductFactory, give_further, searchable_products
from tests.pictures import as_file, drawing, write_catalogue

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


def take_away(product: Product) -> None:
    Path(product.image.path).unlink()


def tear(product: Product) -> None:
    content = Path(product.image.path).read_bytes()
    Path(product.image.path).write_bytes(content[:-100] + bytes(100))


def time_passes() -> None:
    EmbeddingFailure.objects.update(due_at=timezone.now())


@pytest.mark.parametrize("break_file", [take_away, tear])
def test_a_fault_of_the_storage_waits_and_is_tried_again(break_file):
    product = ProductFactory()
    content = Path(product.image.path).read_bytes()
    break_file(product)
    assert embedding.embed_products([product.pk]) == embedding.Result(embedded=0, failed=1)
    encoder = registry.active_encoder()
    failure = EmbeddingFailure.objects.get()
    assert "file cannot be read" in failure.reason
    assert querysets.waiting(encoder).get() == querysets.postponed(encoder).get() == product
    assert not querysets.failed(encoder).exists()
    assert embedding.waiting_ids() == []
    assert embedding.embed_products([product.pk]) == embedding.Result(embedded=0, failed=0)
    Path(product.image.path).write_bytes(content)
    time_passes()
    assert embedding.waiting_ids() == [product.pk]
    assert embedding.embed_products([product.pk]) == embedding.Result(embedded=1, failed=0)
    assert not EmbeddingFailure.objects.exists()


def test_a_fault_of_the_storage_is_tried_ever_less_often_and_in_the_end_no_more():
    product = ProductFactory()
    take_away(product)
    waits = []
    while embedding.waiting_ids():
        embedding.embed_products([product.pk])
        failure = EmbeddingFailure.objects.get()
        waits.append(failure.due_at and round((failure.due_at - failure.created_at).total_seconds() / 60))
        if failure.due_at:
            time_passes()
    assert waits == [1, 3, 9, 27, 81, 243, 360, 360, 360, 360, 360, None]
    assert querysets.failed(registry.active_encoder()).get() == product


def test_an_unreadable_picture_is_not_tried_again_by_itself():
    product = ProductFactory(file=b"no picture")
    embedding.embed_products([product.pk])
    assert EmbeddingFailure.objects.get().due_at is None
    assert querysets.failed(registry.active_encoder()).get() == product
    assert embedding.waiting_ids() == []


def test_importing_a_picture_again_repairs_its_file_and_forgets_the_fault(tmp_path, django_capture_on_commit_callbacks):
    files = write_catalogue(tmp_path, 2)
    import_catalog(*files)
    torn, unreadable = Product.objects.order_by("sku")
    give_picture(unreadable, b"no picture")
    tear(torn)
    embedding.embed_products(embedding.waiting_ids())
    assert EmbeddingFailure.objects.count() == 2
    (files[1] / "2.jpg").unlink()
    with django_capture_on_commit_callbacks(execute=True):
        import_catalog(*files)
    assert embedding.waiting_ids() == [torn.pk]
    assert embedding.embed_products([torn.pk]) == embedding.Result(embedded=1, failed=0)
    assert EmbeddingFailure.objects.get().product == unreadable


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


def test_further_pictures_are_embedded_with_their_product_which_is_counted_once():
    product, other = ProductFactory.create_batch(2)
    further = give_further(product, drawing(100), drawing(101))
    assert embedding.embed_products([product.pk, other.pk]) == embedding.Result(embedded=4, failed=0)
    encoder = registry.active_encoder()
    assert set(product.embeddings.values_list("image_digest", flat=True)) == {
        product.image_digest,
        *(one.image_digest for one in further),
    }
    assert querysets.searchable(encoder).count() == encoder.embeddings.in_the_shop().count() == 2
    assert embedding.waiting_ids() == []


def test_a_product_is_searchable_before_its_further_pictures_are_and_those_are_still_waited_for():
    (product,) = searchable_products(1)
    give_further(product, drawing(100))
    late = ProductFactory()
    encoder = registry.active_encoder()
    assert set(querysets.searchable(encoder)) == {product}
    assert embedding.waiting_ids() == [late.pk, product.pk]
    assert embedding.embed_products(embedding.waiting_ids()) == embedding.Result(embedded=2, failed=0)


def test_more_pictures_than_one_transaction_takes_are_embedded_in_several(monkeypatch):
    monkeypatch.setattr(embedding, "AT_ONCE", 2)
    products = ProductFactory.create_batch(2)
    for product in products:
        give_further(product, drawing(product.pk), drawing(product.pk + 1000))
    assert embedding.embed_products([product.pk for product in products]) == embedding.Result(embedded=6, failed=0)


def test_pictures_that_change_places_keep_their_embeddings_and_those_that_are_gone_lose_them():
    (product,) = searchable_products(1)
    give_further(product, drawing(100), drawing(101))
    embedding.embed_products([product.pk])
    before = dict(product.embeddings.values_list("image_digest", "created_at"))
    own, (second, third) = product.image_digest, product.further_pictures.all()
    product.take_picture(third.image.name, third.image_digest)
    product.save()
    product.further_pictures.all().delete()
    FurtherPicture.stored(product, 1, second.image.name, second.image_digest).save()
    assert embedding.waiting_ids() == []
    assert embedding.embed_products([product.pk]) == embedding.Result(embedded=0, failed=0)
    del before[own]
    assert dict(product.embeddings.values_list("image_digest", "created_at")) == before


def test_a_further_picture_that_cannot_be_read_fails_alone():
    product = ProductFactory()
    digest = give_further(product, drawing(100), Image.new("RGB", (60, 80), "white"))[1].image_digest
    assert embedding.embed_products([product.pk]) == embedding.Result(embedded=2, failed=1)
    failure = EmbeddingFailure.objects.get()
    assert (failure.product, failure.image_digest) == (product, digest)
    encoder = registry.active_encoder()
    assert querysets.searchable(encoder).get() == product
    assert not querysets.failed(encoder).exists()
    assert embedding.waiting_ids() == []
    give_further(product, drawing(100))
    embedding.embed_products([product.pk])
    assert not EmbeddingFailure.objects.exists()


def test_a_further_picture_that_is_the_own_one_again_is_embedded_once():
    product = ProductFactory()
    FurtherPicture.stored(product, 1, product.image.name, product.image_digest).save()
    assert embedding.embed_products([product.pk]) == embedding.Result(embedded=1, failed=0)
