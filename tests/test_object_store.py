"""A shop whose pictures lie in a bucket: what is read from the environment, what is said where it is away, and many
machines that share nothing else but the database and the broker."""

import sys
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
from django.core.checks import run_checks

from catalog.models import Product
from catalog.pictures import renditions, storage
from catalog.pictures.media import media
from recommender import embedding
from recommender.models import Embedding
from recommender.registry import active_encoder
from tests.factories import ProductFactory
from tests.pictures import as_file, drawing
from tests.processes import WORKER, eventually, free_port, manage, redis_server, running

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def no_answer(bucket, monkeypatch, settings) -> None:
    """Nobody is at the object store's address any more."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{free_port()}")
    settings.STORAGES = {**settings.STORAGES}


def test_the_settings_name_a_bucket_and_who_asks_it_says_the_environment(bucket, object_store):
    code = "from catalog.pictures import storage; print(storage.store(b'a picture', '.jpg')[0])"
    said = manage("shell", "--no-imports", "--command", code, MEDIA_STORAGE=bucket, **object_store)
    assert said.returncode == 0, said.stderr
    assert storage.media.open(said.stdout.strip()).read() == b"a picture"
    assert [file.name for file in media.walk()] == [said.stdout.strip()]


@pytest.mark.parametrize("name", ["pictures", "s3://", "s3:///pictures", "https://store.example.org/pictures"])
def test_what_is_no_bucket_is_refused_at_the_start(name):
    said = manage("check", MEDIA_STORAGE=name)
    assert said.stderr.startswith("The setting MEDIA_STORAGE is to be a bucket, like s3://pictures")


def test_pictures_come_through_the_shop_as_if_they_lay_on_its_disk(client, bucket):
    product = ProductFactory(file=as_file(drawing(3, (600, 800))))
    for address in (product.image.url, renditions.address(product.image_digest, 240)):
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["Content-Type"] in ("image/jpeg", "image/webp")
        assert int(answer["Content-Length"]) == len(answer.getvalue())
    assert client.get("/media/products/none.jpg").status_code == 404
    assert client.get(f"/media/products/{'n' * 2000}.jpg").status_code == 404


def test_a_store_that_is_away_is_said_and_costs_no_product_its_picture(client, no_answer, caplog):
    with pytest.raises(OSError, match="Could not connect"):
        storage.store(b"a picture", ".jpg")
    answer = client.get("/media/products/any.jpg")
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "The storage of pictures is at fault: [Errno 5] Could not connect" in caplog.text
    active_encoder()
    assert client.get("/readyz").json()["missing"] == ["media"]
    assert "shop.E004" in {message.id for message in run_checks(tags=["shop"], include_deployment_checks=True)}
    digest = "0" * 64
    product = Product.objects.create(sku="1", image=f"products/00/{digest}.jpg", image_digest=digest)
    embedding.embed_products([product.pk])
    assert embedding.EmbeddingFailure.objects.get().due_at


def test_what_stands_in_front_of_the_pictures_is_named_in_pages_and_allowed(client, settings):
    code = "from django.conf import settings; print(settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['img-src'])"
    front = "https://cdn.example.org/media/"
    said = manage("shell", "--no-imports", "--command", code, MEDIA_URL=front)
    assert said.stdout.strip() == "[\"'self'\", 'data:', 'https://cdn.example.org']"
    settings.MEDIA_URL = front
    product = ProductFactory(file=as_file(drawing(3, (600, 800))))
    assert product.image.url == f"{front}{product.image.name}"
    assert product.image_address == f"{front}renditions/480/{product.image_digest}.webp"
    page = client.get(product.get_absolute_url()).content.decode()
    assert product.image_address in page
    assert '"/media/' not in page


HAND_OUT = """
from catalog.models import Product
from catalog.tasks import hand_over_in_batches
from recommender.tasks import embed_products
hand_over_in_batches(embed_products, list(Product.objects.values_list("pk", flat=True)), 4)
"""


def test_two_workers_with_folders_of_their_own_embed_the_shop_together(tmp_path, bucket, object_store):
    ProductFactory.create_batch(40)
    logs = [tmp_path / name / "log" for name in ("one", "two")]
    with ExitStack() as stack:
        broker = stack.enter_context(redis_server(tmp_path))
        shared = {"CELERY_BROKER_URL": broker, "MEDIA_STORAGE": bucket, **object_store}
        for log in logs:
            stack.enter_context(_embedding_worker(log, **shared))
        # What a worker finds waiting when it starts is one task, and the other worker's.
        eventually(lambda: Embedding.objects.count() == 40)
        Embedding.objects.all().delete()
        eventually(lambda: all("ready." in log.read_text() for log in logs))
        before = [log.read_text().count("embed_products[") for log in logs]
        assert manage("shell", "--no-imports", "--command", HAND_OUT, **shared).returncode == 0
        eventually(lambda: Embedding.objects.count() == 40)
    after = [log.read_text().count("embed_products[") for log in logs]
    assert all(now > then for now, then in zip(after, before, strict=True)), after
    assert not list(tmp_path.glob("*/media/products"))


def _embedding_worker(log: Path, **shared: str) -> AbstractContextManager:
    """One that has no folder that another process has, and that does nothing but embed."""
    own = {"VAR_DIR": log.parent / "var", "MEDIA_ROOT": log.parent / "media"}
    log.parent.mkdir()
    log.touch()
    worker = (sys.executable, *WORKER[:-1], "info", "--queues", "celery", "--hostname", log.parent.name)
    said = ("sh", "-c", f'exec "$@" 2>{log}', "sh")
    return running(*said, *worker, DJANGO_SETTINGS_MODULE="fashionsite.settings", **own, **shared)
