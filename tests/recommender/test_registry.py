"""Encoders: which one is active, and how another one takes over without a pause."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.locking import Lock, one_at_a_time
from recommender import embedding, querysets, registry, tasks
from recommender.encoders import load_encoder, load_file
from recommender.models import Embedding, Encoder
from recommender.neighbours import similar_to_product
from tests.factories import ProductFactory, searchable_products
from tests.pictures import drawing
from tests.processes import eventually

# An index cannot be made in the transaction that wrote embeddings.
pytestmark = pytest.mark.django_db(transaction=True)


def another_encoder(name: str = "trained-here") -> Encoder:
    """An encoder of the shipped weights, in a file of another digest."""
    return registry.register(name, load_file(load_encoder("fashion-resnet").content + b"\0"))


def embed_everything() -> None:
    embedding.embed_products(embedding.waiting_ids())
    registry.switch_when_complete()


def has_index(encoder: Encoder) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE indexname = %s", [f"embedding_hnsw_{encoder.pk}"])
        return cursor.fetchone() == (1,)


@pytest.mark.usefixtures("unvisited")
def test_the_first_encoder_is_active_and_stays_so():
    encoder = registry.active_encoder()
    assert encoder.state == Encoder.State.ACTIVE
    assert registry.active_encoder() == encoder == Encoder.objects.get()
    assert has_index(encoder)


@pytest.fixture
def few_are_many(monkeypatch):
    monkeypatch.setattr(registry, "MANY", 4)
    monkeypatch.setattr(embedding, "AT_ONCE", 2)


@pytest.mark.usefixtures("few_are_many")
def test_a_large_fill_goes_without_the_index_which_is_made_again_when_little_waits():
    encoder = registry.active_encoder()
    products = ProductFactory.create_batch(6)
    embedding.embed_products(embedding.waiting_ids()[:2])
    assert not has_index(encoder)
    registry.end_fills()
    assert not has_index(encoder)
    assert [match.product for match in similar_to_product(products[0], 5)] == [products[1]]
    embedding.embed_products(embedding.waiting_ids())
    found = [match.product for match in similar_to_product(products[0], 5)]
    registry.end_fills()
    assert has_index(encoder)
    assert [match.product for match in similar_to_product(products[0], 5)] == found
    assert len(found) == 5


@pytest.mark.usefixtures("few_are_many")
def test_what_is_little_beside_all_there_is_comes_into_the_index_one_by_one():
    searchable_products(9)
    registry.end_fills()
    ProductFactory.create_batch(4)
    embedding.embed_products(embedding.waiting_ids())
    assert has_index(registry.active_encoder())


@pytest.mark.usefixtures("few_are_many")
def test_whether_much_waits_is_asked_of_a_few_first(monkeypatch):
    searchable_products(9)
    registry.end_fills()
    with CaptureQueriesContext(connection) as asked:
        registry.begin_fill(registry.active_encoder())
    assert [query["sql"] for query in asked if "recommender_embedding" in query["sql"]]
    assert all("IN (" in query["sql"] for query in asked if "recommender_embedding" in query["sql"])


@pytest.mark.usefixtures("few_are_many")
def test_an_index_that_somebody_reads_for_long_stays_and_searches_do_not_wait():
    ProductFactory.create_batch(6)
    reader = connection.copy()
    try:
        with reader.cursor() as cursor:
            cursor.execute("BEGIN; SELECT count(*) FROM recommender_embedding")
            result = embedding.embed_products(embedding.waiting_ids())
    finally:
        reader.close()
    assert result == embedding.Result(embedded=6, failed=0)
    assert has_index(registry.active_encoder())


def test_an_index_that_a_crash_took_away_is_made_again():
    encoder = registry.active_encoder()
    searchable_products(2)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX embedding_hnsw_{encoder.pk}")
    tasks.catch_up()
    assert has_index(encoder)


def test_processes_that_miss_the_index_at_once_make_one():
    searchable_products(3)
    encoder = registry.active_encoder()
    registry.remove_index(encoder)

    def make_too() -> None:
        try:
            registry.end_fills()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            one_at_a_time(Lock.REGISTER_ENCODER)
            also = other.submit(make_too)
            eventually(lambda: somebody_waits() or also.done())
            registry.create_index(encoder)
        also.result()
    assert has_index(encoder)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
        return cursor.fetchone()[0]


@pytest.mark.usefixtures("unvisited")
@override_settings(ENCODER="nonsense")
def test_an_unknown_encoder_in_the_settings_is_named():
    with pytest.raises(ValueError, match=r"no encoder 'nonsense'; there are: fashion-resnet"):
        registry.active_encoder()


def test_the_encoder_that_the_settings_name_is_loaded_once_and_not_out_of_the_database():
    assert registry.active_encoder().load() is load_encoder("fashion-resnet")


def test_a_registered_encoder_is_served_from_the_database():
    encoder = another_encoder()
    picture = load_encoder("fashion-resnet").prepare(drawing(1))[None]
    assert encoder.load().digest == encoder.digest
    assert np.allclose(encoder.load().encode(picture), load_encoder("fashion-resnet").encode(picture))
    assert another_encoder() == encoder


def test_an_encoder_takes_over_when_nothing_waits_for_it_any_more():
    products = searchable_products(3)
    old, new = registry.active_encoder(), another_encoder()
    registry.start_filling(new)
    assert embedding.waiting_ids() == [product.pk for product in products]
    embedding.embed_products([products[0].pk])
    registry.switch_when_complete()
    assert registry.active_encoder() == old
    embed_everything()
    assert registry.active_encoder() == new
    old.refresh_from_db()
    assert old.state == Encoder.State.IDLE
    assert set(Embedding.objects.values_list("encoder", flat=True)) == {new.pk}
    assert has_index(new)
    assert not has_index(old)
    assert len(similar_to_product(products[0], 5)) == 2


def test_while_one_is_filled_all_searches_go_on_and_new_products_enter_them():
    products = searchable_products(3)
    registry.start_filling(another_encoder())
    added = ProductFactory()
    embedding.embed_products([added.pk])
    assert {match.product for match in similar_to_product(added, 5)} == set(products)
    photo = SimpleUploadedFile("photo.jpg", products[1].image.read(), "image/jpeg")
    page = Client().post(reverse("recommender:photo_search"), {"photo": photo})
    assert page.status_code == 200
    assert page.context["results"].groups()[0].cards[0].product == products[1]


def test_a_way_back_fills_the_one_before_again():
    searchable_products(2)
    old = registry.active_encoder()
    registry.start_filling(another_encoder())
    embed_everything()
    call_command("switch_encoder", "fashion-resnet")
    embed_everything()
    assert registry.active_encoder() == old
    assert querysets.searchable(old).count() == 2


def test_another_choice_gives_up_the_one_that_was_being_filled():
    products = searchable_products(2)
    first, second = another_encoder("first"), another_encoder("second")
    registry.start_filling(first)
    embedding.embed_products([products[0].pk])
    registry.start_filling(second)
    first.refresh_from_db()
    assert first.state == Encoder.State.IDLE
    assert not first.embeddings.exists()
    registry.start_filling(registry.active_encoder())
    assert Encoder.objects.filling() is None


def test_a_new_shipped_file_succeeds_the_old_one_by_itself(monkeypatch):
    searchable_products(2)
    registry.follow_shipped()
    assert Encoder.objects.filling() is None
    shipped = load_file(load_encoder("fashion-resnet").content + b"\0")
    monkeypatch.setattr(registry, "load_encoder", lambda name: shipped)
    registry.follow_shipped()
    embed_everything()
    assert registry.active_encoder().digest == shipped.digest


def test_an_encoder_trained_here_is_not_replaced_by_the_shipped_one():
    registry.start_filling(another_encoder())
    registry.active_encoder()
    embed_everything()
    registry.follow_shipped()
    assert registry.active_encoder().name == "trained-here"
    assert Encoder.objects.filling() is None


def test_the_command_names_the_encoders_there_are():
    another_encoder()
    with pytest.raises(CommandError, match=r"no encoder 'resnet'; there are: .*, trained-here"):
        call_command("switch_encoder", "resnet")


def test_an_encoder_is_found_by_the_beginning_of_its_digest(capsys):
    searchable_products(2)
    encoder = another_encoder()
    call_command("switch_encoder", encoder.digest[:8])
    assert Encoder.objects.filling() == encoder
    assert "2 pictures wait for trained-here" in capsys.readouterr().out


def test_the_database_holds_one_active_encoder():
    registry.active_encoder()
    with pytest.raises(IntegrityError):
        Encoder.objects.filter(pk=another_encoder().pk).update(state=Encoder.State.ACTIVE)


def test_staff_switch_encoders_in_the_admin(admin_client):
    searchable_products(1)
    encoder = another_encoder()
    selected = {"action": "switch", "_selected_action": [encoder.pk]}
    page = admin_client.post(reverse("admin:recommender_encoder_changelist"), selected, follow=True)
    assert "searches go on" in page.content.decode()
    assert Encoder.objects.filling() == encoder
