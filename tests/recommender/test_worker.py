"""Imports and embedding as they run in earnest: commands and Celery workers as processes, killed and restarted."""

import re
import shutil
import sys

import numpy as np
import pytest
import redis
from django.conf import settings
from django.db import connection

from catalog.importing.advancing import import_catalog
from catalog.importing.models import ImportJob
from catalog.models import Product
from catalog.pictures.decoding import read_picture
from recommender import embedding
from recommender.encoders import load_encoder
from recommender.models import Embedding
from recommender.tasks import enqueue
from tests.factories import ProductFactory
from tests.pictures import write_catalogue
from tests.processes import eventually, manage, redis_server, running, worker

pytestmark = pytest.mark.django_db(transaction=True)
BACKLOG = 40
FILL_THE_QUEUE = f"""
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from catalog.handing_over import hand_over
from catalog.importing.tasks import tell_of_ends
from recommender.tasks import embed_products
for number in range({BACKLOG}):
    assert hand_over(embed_products, [number]) and hand_over(tell_of_ends)
client = Client(headers={{"host": "localhost"}})
client.force_login(get_user_model().objects.create_superuser("boss"))
table = SimpleUploadedFile("table.csv", b"id,name\\n1,Shirt\\n")
assert client.post("/admin/importing/importjob/add/", {{"styles": table}}).status_code == 302
"""


def lose_the_queue() -> None:
    shutil.rmtree(settings.VAR_DIR / "broker")
    (settings.VAR_DIR / "broker").mkdir()


def assert_every_vector_is_right() -> None:
    """Each product's vector is the one that its own picture has."""
    encoder = load_encoder("fashion-resnet")
    rows = Embedding.objects.select_related("product")
    for row in rows:
        picture = encoder.prepare(read_picture(row.product.image.read()))
        assert row.vector @ encoder.encode(picture[None])[0] > 0.999
    assert rows.count() == Product.objects.count()


def test_import_and_wait_ends_with_everything_embedded_and_a_second_one_embeds_nothing(tmp_path):
    styles, images = write_catalogue(tmp_path, 70)
    (images / "7.jpg").unlink()
    with worker():
        first = manage("import_catalog", "--styles", styles, "--images", images, "--wait")
        second = manage("import_catalog", "--styles", styles, "--images", images, "--wait")
    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    assert "70 rows: 70 new, 0 changed, 0 unchanged, 0 rejected; 1 issues" in first.stdout
    assert "70 products, 69 images, 69 embeddings, 0 unreadable images, 1 issues; embedded 69 in" in first.stdout
    assert re.search(r"\d+ images per second", first.stdout)
    assert "line 8, id 7: no picture named 7 came with the file" in first.stderr
    assert "Embedding: 100%" in first.stderr
    assert "70 rows: 0 new, 0 changed, 70 unchanged, 0 rejected" in second.stdout
    assert "embedded 0 in" in second.stdout


def test_waiting_without_a_worker_embeds_by_itself(tmp_path):
    styles, images = write_catalogue(tmp_path, 3)
    result = manage("import_catalog", "--styles", styles, "--images", images, "--wait")
    assert result.returncode == 0, result.stderr
    assert "3 products, 3 images, 3 embeddings" in result.stdout


@pytest.mark.parametrize(
    ("styles", "reason"), [("none.csv", "does not exist"), ("bad.csv", "no column of the first line holds")]
)
def test_a_file_that_cannot_be_used_is_refused_with_a_reason(tmp_path, styles, reason):
    (tmp_path / "bad.csv").write_text("number,title\n1,Shirt\n")
    result = manage("import_catalog", "--styles", tmp_path / styles, "--images", tmp_path)
    assert result.returncode == 1
    assert reason in result.stderr
    assert "Traceback" not in result.stderr


def test_a_worker_killed_at_work_and_a_lost_queue_lose_nothing(tmp_path):
    styles, images = write_catalogue(tmp_path, embedding.AT_ONCE + 100)
    import_catalog(styles, images)
    with worker() as process:
        eventually(Embedding.objects.exists)
        process.kill()
        process.wait()
    assert 0 < Embedding.objects.count() < embedding.AT_ONCE + 100
    lose_the_queue()
    with worker():
        eventually(lambda: not embedding.waiting_ids())
    assert_every_vector_is_right()


def test_an_import_killed_at_work_goes_on_where_it_was(tmp_path):
    styles, images = write_catalogue(tmp_path, 1000)
    with running(sys.executable, "manage.py", "import_catalog", "--styles", styles, "--images", images) as process:
        eventually(Product.objects.exists)
        process.kill()
        process.wait()
    known = Product.objects.count()
    assert 0 < known < 1000
    job = ImportJob.objects.get()
    assert (job.state, job.rows, job.created) == (ImportJob.State.RUNNING, known, known)
    with worker() as process:
        eventually(lambda: Product.objects.count() > known)
        process.kill()
        process.wait()
    with worker():
        eventually(lambda: ImportJob.objects.filter(state=ImportJob.State.DONE).exists())
    job.refresh_from_db()
    assert (job.rows, job.created, job.updated, job.unchanged) == (1000, 1000, 0, 0)
    assert Product.objects.count() == job.changes.count() == 1000
    again = import_catalog(styles, images)
    assert (again.rows, again.unchanged) == (1000, 1000)


def test_two_workers_share_the_work(tmp_path):
    styles, images = write_catalogue(tmp_path, 130)
    import_catalog(styles, images)
    with worker(), worker():
        eventually(lambda: not embedding.waiting_ids())
    assert_every_vector_is_right()


def connections_of_others() -> list[int]:
    """The ids of PostgreSQL's processes that serve somebody else than the test."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid != pg_backend_pid()"
        )
        return [pid for (pid,) in cursor.fetchall()]


def connection_that_embeds() -> int:
    """The connection by which a worker embeds one more product."""
    product = ProductFactory()
    enqueue([product.pk])
    eventually(Embedding.objects.filter(product=product).exists)
    (pid,) = connections_of_others()
    return pid


def test_a_worker_keeps_its_connection_and_takes_another_one_when_that_is_cut():
    with worker():
        first = connection_that_embeds()
        assert connection_that_embeds() == first
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [first])
        eventually(lambda: first not in connections_of_others())
        assert connection_that_embeds() != first


@pytest.fixture
def redis_url(tmp_path):
    with redis_server(tmp_path) as url:
        yield url


def test_redis_carries_the_tasks_when_it_is_configured(tmp_path, redis_url):
    styles, images = write_catalogue(tmp_path, 70)
    with worker(CELERY_BROKER_URL=redis_url):
        command = ("import_catalog", "--styles", styles, "--images", images, "--wait")
        result = manage(*command, CELERY_BROKER_URL=redis_url)
    assert result.returncode == 0, result.stderr
    assert "70 embeddings" in result.stdout
    assert "as no worker does" not in result.stderr
    assert redis.Redis.from_url(redis_url).info("commandstats")["cmdstat_lpush"]["calls"] >= 2
    assert not list((settings.VAR_DIR / "broker").iterdir())
    assert np.allclose([np.linalg.norm(row.vector) for row in Embedding.objects.all()], 1, atol=1e-3)


@pytest.mark.parametrize("broker", ["files", "redis"])
def test_a_preview_goes_before_all_that_is_queued(tmp_path, request, broker):
    products = ProductFactory.create_batch(BACKLOG)
    url = {"CELERY_BROKER_URL": request.getfixturevalue("redis_url")} if broker == "redis" else {}
    script = FILL_THE_QUEUE.replace("[number]", f"[{products[0].pk} + number]")
    filled = manage("shell", "-c", script, **url)
    assert filled.returncode == 0, filled.stderr
    with worker(**url):
        eventually(ImportJob.objects.filter(state=ImportJob.State.READY).exists)
        assert Embedding.objects.count() < BACKLOG / 4
        eventually(lambda: Embedding.objects.count() == BACKLOG)


def test_a_broker_that_is_away_is_told_and_loses_nothing(tmp_path):
    styles, images = write_catalogue(tmp_path, 2)
    result = manage("import_catalog", "--styles", styles, "--images", images, CELERY_BROKER_URL="redis://127.0.0.1:1/0")
    assert result.returncode == 0, result.stderr
    assert "2 rows: 2 new" in result.stdout
    assert "The broker fails, and is left alone for" in result.stderr
    assert len(embedding.waiting_ids()) == 2
