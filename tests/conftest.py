"""What every test shares."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from pytest_django import DjangoDbBlocker

from catalog.appearance import KEPT
from catalog.handing_over import BROKER
from catalog.importing.collecting import STORAGE
from catalog.models import Appearance
from catalog.outages import CACHE
from recommender import registry
from recommender.models import Embedding, Encoder
from recommender.statistics.tally import TALLY
from tests.factories import ProductFactory

# A busy machine takes its time, which is no fault of what is tested.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")

LONGEST = (
    "tests/recommender/training/test_training.py",
    "tests/browser/test_accessibility.py",
    "tests/recommender/test_worker.py",
    "tests/test_site.py",
    "tests/browser/test_photo_search.py",
    "tests/browser/test_import_desk.py",
    "tests/browser/test_policy.py",
    "tests/campaign/test_campaign.py",
    "tests/browser/test_phone.py",
    "tests/catalog/test_attributes.py",
    "tests/browser/test_suggestions.py",
    "tests/browser/test_browsing.py",
    "tests/browser/test_gallery.py",
    "tests/browser/test_widget.py",
    "tests/hostile/test_corpus.py",
    "tests/hostile/test_desk.py",
    "tests/test_backups.py",
    "tests/test_processes.py",
    "tests/test_replicas.py",
    "tests/test_object_store.py",
    "tests/test_containers.py",
    "tests/recommender/test_vectors.py",
)
"""Files that take some twenty seconds and more"""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files begin first, so that at the end no process waits for another's."""
    items.sort(key=lambda item: item.nodeid.partition("::")[0] not in LONGEST)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Somebody has visited the shop: its encoder is there, a file that would take a third of a second in every test."""
    with django_db_blocker.unblock():
        registry.active_encoder()


@pytest.fixture
def unvisited(db: None) -> None:
    """Nobody has asked for an encoder yet."""
    Encoder.objects.all().delete()


@pytest.fixture(scope="module", autouse=True)
def no_dead_vectors(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The next module finds no rows in the index that are gone.

    What a test takes back stays in the index until a vacuum, and every test has the same pictures. Some thousand copies
    that are nobody's, all at the distance 0 from each other, keep a search from the rows that are there.
    """
    yield
    if connection.connection is not None:
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(f"VACUUM {Embedding._meta.db_table}")
            # A test that takes encoders and indexes away for good may leave none.
            registry.end_fills()


@pytest.fixture(scope="session", autouse=True)
def empty_media() -> None:
    """No file of an earlier run."""
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
    Path(settings.MEDIA_ROOT).mkdir(parents=True)


@pytest.fixture(scope="session")
def object_store() -> Iterator[dict[str, str]]:
    """The environment in which boto3 asks an object store of this machine."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield {
        "AWS_ENDPOINT_URL_S3": "http://{}:{}".format(*server.get_host_and_port()),
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    server.stop()


@pytest.fixture
def bucket(object_store: dict[str, str], settings, monkeypatch) -> str:
    """The address of an empty bucket, which is where the test's pictures lie."""
    for name, value in object_store.items():
        monkeypatch.setenv(name, value)
    name = f"pictures-{uuid4()}"
    options = {"bucket_name": name, "location": "shop"}
    settings.MEDIA_STORAGE = f"s3://{name}/shop"
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "catalog.pictures.bucket.Bucket", "OPTIONS": options}
    }
    default_storage.connection.create_bucket(Bucket=name)
    return settings.MEDIA_STORAGE


@pytest.fixture(params=["disk", "bucket"])
def either_storage(request: pytest.FixtureRequest, settings, tmp_path) -> str:
    """Pictures of this test alone, in a folder and then in a bucket; says which."""
    if request.param == "bucket":
        request.getfixturevalue("bucket")
    else:
        settings.MEDIA_ROOT = tmp_path / "media"
        settings.MEDIA_ROOT.mkdir()
    return request.param


@pytest.fixture(autouse=True)
def empty_queue() -> None:
    """No task of an earlier test, all of which a worker would do before those of its own."""
    for message in (settings.VAR_DIR / "broker").iterdir():
        message.unlink()


@pytest.fixture(autouse=True)
def no_outage() -> None:
    """What was away for one test is there for the next."""
    for one in (BROKER, CACHE, STORAGE):
        one.end()


@pytest.fixture(autouse=True)
def shipped_appearance() -> None:
    """Nobody has made the shop theirs yet, and a page need not ask."""
    KEPT.keep(Appearance())


@pytest.fixture(autouse=True)
def same_drawings() -> None:
    """A test's products have the same pictures, whichever tests ran before."""
    ProductFactory.reset_sequence(0)


@pytest.fixture
def counting(settings, db, monkeypatch) -> Iterator[None]:
    """A test writes what is counted when it asks for it, and leaves nothing for the next one."""
    monkeypatch.setattr("recommender.statistics.tally.SECONDS_BETWEEN_WRITES", 3600)
    settings.STATISTICS_DAYS = 90
    yield
    TALLY.write()
