"""Whoever has the index, the same is found; and Milvus, which has a copy, never says what the table does not."""

from datetime import timedelta

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db.models import F
from django.test import Client
from django.utils import timezone

from catalog.models import Product
from recommender import copying, embedding, neighbours, registry, tasks
from recommender.encoders import load_encoder, load_file
from recommender.models import CopiedVector, Embedding, Encoder, VectorCollection
from recommender.neighbours import exact_search, index_settings, nearest, similar_to_product, similar_to_vector
from recommender.vectors import MILVUS, VectorsAway, engine
from tests.factories import ProductFactory, give_further, searchable_products
from tests.pictures import as_file, drawing
from tests.processes import eventually, free_port, milvus_server

pytestmark = pytest.mark.django_db
MANY = 600


@pytest.fixture(scope="module")
def milvus_address(tmp_path_factory):
    port = free_port()
    with milvus_server(tmp_path_factory.mktemp("milvus"), port):
        yield f"milvus+http://127.0.0.1:{port}"


@pytest.fixture(autouse=True)
def no_outage():
    yield
    MILVUS.end()


@pytest.fixture
def in_milvus(settings, milvus_address):
    settings.VECTORS = milvus_address
    yield
    copying.drop(VectorCollection.objects.all())


@pytest.fixture(params=["postgresql", "milvus"])
def keeper(request):
    """Who has the index."""
    if request.param == "milvus":
        request.getfixturevalue("in_milvus")
    return request.param


@pytest.fixture
def settle(settings):
    """Has the index take in what is embedded by now, as the workers do."""

    def settle() -> None:
        if settings.VECTORS:
            assert sum(copying.follow()) >= 0
        registry.end_fills()

    return settle


def many_products(count: int) -> Encoder:
    """The active encoder, with embeddings of so many products, around a hundred looks."""
    encoder = registry.active_encoder()
    Product.objects.bulk_create(
        Product(sku=f"M{number}", name=f"M{number}", image=f"{number}.jpg", image_digest=f"{number:064}")
        for number in range(count)
    )
    random = np.random.default_rng(1)
    looks = random.normal(size=(100, encoder.dimensions))
    vectors = looks[random.integers(100, size=count)] + random.normal(size=(count, encoder.dimensions)) / 2
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    now = timezone.now()
    Embedding.objects.bulk_create(
        Embedding(encoder=encoder, product=product, image_digest=product.image_digest, vector=vector, created_at=now)
        for product, vector in zip(Product.objects.order_by("pk"), vectors, strict=True)
    )
    return encoder


def shown(product: Product, count: int = 100) -> set[Product]:
    return {match.product for match in similar_to_product(product, count)}


def test_who_has_the_index_is_asked_and_nobody_else(keeper, settle):
    product, *others = searchable_products(8)
    settle()
    assert shown(product) == set(others)
    collection = VectorCollection.objects.first()
    assert bool(collection) == (keeper == "milvus")
    if collection:
        away = others[0].embeddings.get()
        engine().delete(collection.name, [away.pk])
        assert shown(product) == set(others[1:])
        assert not registry._has_index(away.encoder)


def test_what_is_gone_archived_or_another_picture_is_not_found_and_what_came_is(keeper, settle):
    first, gone, archived, changed, *others = searchable_products(9)
    settle()
    own = neighbours.embedding_of(first)
    Embedding.objects.filter(product=gone).delete()
    Product.objects.filter(pk=archived.pk).update(archived_at=timezone.now() - timedelta(days=1))
    changed.further_pictures.all().delete()
    Product.objects.filter(pk=changed.pk).update(image_digest="0" * 64)
    assert shown(first) == set(others)
    assert len(neighbours.look_alikes(own.encoder, own.vector, ())) == len(others) + 1
    come = ProductFactory()
    embedding.embed_products([come.pk])
    settle()
    assert shown(first) == {*others, come}


def test_a_product_is_as_near_as_the_nearest_of_its_pictures(keeper, settle):
    products = searchable_products(20)
    for number, product in enumerate(products[::2]):
        give_further(product, *map(drawing, range(1000 + 3 * number, 1003 + 3 * number)))
    embedding.embed_products([product.pk for product in products])
    settle()
    asked = Embedding.objects.get(image_digest=products[4].further_pictures.get(position=2).image_digest)
    nearest_one, *others = similar_to_vector(asked.encoder, asked.vector, 12)
    assert (nearest_one.product, nearest_one.number) == (products[4], 3)
    assert nearest_one.similarity == pytest.approx(1, abs=1e-3)
    assert len({match.product for match in others}) == 11


def test_products_of_one_picture_count_once(keeper, settle):
    searchable_products(6)
    same = ProductFactory.create_batch(5, file=as_file(drawing(77)))
    embedding.embed_products([product.pk for product in same])
    settle()
    own = neighbours.embedding_of(same[0])
    found = neighbours.similar_to_vectors(own.encoder, [own.vector], 3)[0]
    assert {near.product for near in found[:5]} == {product.pk for product in same}
    assert len({near.image_digest for near in found}) == 3


def test_closeness_is_the_cosine_to_the_nearest_embedding(keeper, settle):
    searchable_products(20)
    settle()
    own = np.stack(list(Embedding.objects.values_list("vector", flat=True)))
    random = np.random.default_rng(0).normal(size=(7, own.shape[1]))
    asked = np.concatenate([own[:3], random / np.linalg.norm(random, axis=1, keepdims=True)])
    found = neighbours.closeness(registry.active_encoder(), asked)
    assert found == pytest.approx((asked @ own.T).max(axis=1), abs=2e-3)


@pytest.mark.usefixtures("in_milvus")
def test_what_was_written_before_a_crash_and_not_noted_is_written_again(settle):
    products = searchable_products(5)
    settle()
    collection = VectorCollection.objects.get()
    CopiedVector.objects.filter(embedding_id__in=Embedding.objects.values("pk")[:3]).delete()
    assert sum(copying.follow()) == 3
    assert sum(copying.follow()) == 0
    assert shown(products[0]) == set(products[1:])
    found = engine().nearest(collection.name, np.eye(1, collection.encoder.dimensions), 100)
    assert len(found[0]) == 5


@pytest.mark.usefixtures("in_milvus")
def test_workers_copy_what_they_embed_and_every_minute_what_is_missing(settings):
    first, *others = ProductFactory.create_batch(4)
    tasks.embed_products([first.pk, *(product.pk for product in others[1:])])
    assert CopiedVector.objects.count() == 0
    tasks.copy_vectors()
    assert CopiedVector.objects.count() == 3
    tasks.embed_products([others[0].pk])
    assert shown(first) == set(others)
    address, settings.VECTORS = settings.VECTORS, "milvus+http://127.0.0.1:1"
    late = ProductFactory()
    tasks.embed_products([late.pk])
    tasks.copy_vectors()
    settings.VECTORS = address
    MILVUS.end()
    tasks.copy_vectors()
    assert shown(first) == {*others, late}


@pytest.mark.usefixtures("in_milvus")
def test_what_the_table_has_no_more_is_taken_out_of_milvus(settle):
    _, gone, *_ = searchable_products(5)
    settle()
    collection = VectorCollection.objects.get()
    vector = gone.embeddings.get().vector
    id_ = gone.embeddings.get().pk
    gone.delete()
    settle()
    assert id_ not in {found for found, _ in engine().nearest(collection.name, np.asarray(vector)[None], 10)[0]}
    assert collection.copied.count() == 4


@pytest.mark.usefixtures("in_milvus")
def test_until_all_is_copied_postgresql_answers_and_a_collection_that_was_dropped_is_filled_anew(settle):
    first, *others = searchable_products(5)
    assert shown(first) == set(others)
    settle()
    before = VectorCollection.objects.get()
    engine().drop(before.name)
    assert shown(first) == set(others)
    assert sum(copying.follow()) == 5
    assert VectorCollection.objects.get().name != before.name
    assert shown(first) == set(others)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("in_milvus")
def test_an_encoder_takes_over_when_milvus_has_all_of_it_and_the_one_before_leaves_milvus(settle):
    first, *others = searchable_products(4)
    settle()
    old = VectorCollection.objects.get()
    successor = registry.register("trained-here", load_file(load_encoder("fashion-resnet").content + b"\0"))
    registry.start_filling(successor)
    embedding.embed_products(embedding.waiting_ids())
    registry.switch_when_complete()
    assert registry.active_encoder() == old.encoder
    settle()
    registry.switch_when_complete()
    assert registry.active_encoder() == successor
    assert shown(first) == set(others)
    settle()
    assert VectorCollection.objects.get().encoder == successor
    assert not engine().has(old.name)
    assert CopiedVector.objects.count() == 4


def test_a_file_is_a_milvus_of_one_process(settings, tmp_path, settle):
    settings.VECTORS = f"milvus+file://{tmp_path}/vectors.db"
    product, *others = searchable_products(3)
    settle()
    assert VectorCollection.objects.get().is_complete
    assert shown(product) == set(others)
    assert not MILVUS.is_away


def test_the_command_fills_goes_on_and_begins_anew(settings, in_milvus, capsys):
    searchable_products(3)
    for arguments, copied in (([], "3/3"), ([], "0embedding"), (["--anew"], "3/3")):
        call_command("fill_vectors", *arguments)
        said = capsys.readouterr()
        assert said.out == "Milvus has all embeddings.\n"
        assert copied in said.err


def test_the_command_says_what_keeps_it_from_filling(settings):
    with pytest.raises(CommandError, match="names no Milvus"):
        call_command("fill_vectors")
    settings.VECTORS = "milvus+http://127.0.0.1:1"
    with pytest.raises(CommandError, match=r"Milvus cannot be asked: .* Run this again when it can\."):
        call_command("fill_vectors")


@pytest.fixture
def stopped(settings, tmp_path, settle):
    """A shop whose Milvus was filled and stopped, with its products; and what starts it again."""
    port = free_port()
    settings.VECTORS = f"milvus+http://127.0.0.1:{port}"
    with milvus_server(tmp_path, port):
        products = searchable_products(8)
        settle()
        assert shown(products[0]) == set(products[1:])
    yield products, lambda: milvus_server(tmp_path, port)
    VectorCollection.objects.all().delete()


def asked_again(product: Product) -> set[Product]:
    """What is shown when the half minute is over for which Milvus is left alone."""
    MILVUS.end()
    return shown(product)


def test_a_small_shop_goes_on_without_milvus_and_asks_it_again_when_it_is_back(stopped, caplog):
    (first, *others), start = stopped
    for _ in range(2):
        assert shown(first) == set(others)
    assert caplog.text.count("Milvus fails") == 1
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["missing"] == ["vectors"]
    with start():
        eventually(lambda: asked_again(first) == set(others) and not MILVUS.is_away)
        assert Client().get("/readyz").json()["vectors"].startswith("Milvus ")


def test_a_large_shop_says_what_is_away_and_shows_all_else(stopped, monkeypatch):
    (first, *others), _ = stopped
    monkeypatch.setattr(neighbours, "MOST_WITHOUT_INDEX", -2)
    with pytest.raises(VectorsAway):
        shown(first)
    client = Client(raise_request_exception=False)
    page = client.get(first.get_absolute_url())
    assert page.status_code == client.get("/").status_code == 200
    assert others[0].get_absolute_url() not in page.content.decode()
    photo = lambda: SimpleUploadedFile("a.jpg", first.image.read(), "image/jpeg")  # noqa: E731
    for address in ("/search/photo/", "/api/v1/search/photo/"):
        first.image.seek(0)
        answer = client.post(address, {"photo": photo()})
        assert answer.status_code == 503
        assert answer["Retry-After"]
    assert answer.json()["detail"] == "The search by looks is away for a moment."
    assert client.get("/products/", {"q": "Product"}).status_code == 200


# The last one, as what a test takes back stays in PostgreSQL's index until a vacuum.
def test_the_nearest_are_those_of_an_exact_search_however_much_a_filter_keeps(keeper, settle, monkeypatch):
    monkeypatch.setattr(neighbours, "NARROW", 100)
    encoder = many_products(MANY)
    settle()
    queries = [row.vector for row in encoder.embeddings.order_by("pk")[:: MANY // 6]]
    for kept in (5, 50, 500, 1000):
        among = encoder.embeddings.alias(rest=F("product_id") * 7919 % 1000).filter(rest__lt=kept)
        recalls = []
        for query in queries:
            with exact_search():
                right = [near.distance for near in nearest(encoder, among, query, 12)]
            with index_settings():
                found = [near.distance for near in nearest(encoder, among, query, 12)]
            assert found == sorted(found)
            assert len(found) == len(right)
            recalls.append(np.mean([distance <= right[-1] + 1e-3 for distance in found]))
        assert np.mean(recalls) >= 0.95
