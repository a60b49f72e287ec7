"""What Prometheus is told, and who may ask."""

import signal
import sys
import time
import urllib.request

import psutil
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.http import HttpResponse
from prometheus_client.parser import text_string_to_metric_families

from catalog.importing.models import ImportJob
from catalog.monitoring.requests import watch
from recommender import embedding
from recommender.measuring.index import share_found
from recommender.models import Embedding
from recommender.tasks import measure_index
from tests.factories import ProductFactory, searchable_products
from tests.pictures import as_file, drawing
from tests.processes import eventually, free_port, running, worker

pytestmark = pytest.mark.django_db


def figures(text: str) -> dict[tuple, float]:
    """The values by name and labels."""
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, *sample.labels.values()): sample.value for sample in samples}


@pytest.fixture
def figures_now(client):
    return lambda: figures(client.get("/metrics").content.decode())


@pytest.fixture
def growth(figures_now):
    """By how much a figure has grown since the test began."""
    before = figures_now()
    return lambda *key: figures_now().get(key, 0) - before.get(key, 0)


def test_requests_are_counted_by_view_and_status_and_nothing_that_somebody_sent(client, growth):
    sku = ProductFactory().sku
    for path in (f"/products/{sku}/", "/products/none/", "/nowhere/", "/admin/", "/admin/catalog/product/"):
        client.get(path)
    assert growth("shop_requests_total", "2xx", "catalog:product") == 1
    assert growth("shop_requests_total", "4xx", "catalog:product") == 1
    assert growth("shop_requests_total", "4xx", "none") == 1
    assert growth("shop_requests_total", "3xx", "admin") == 2
    assert growth("shop_request_seconds_count", "catalog:product") == 2


def test_searches_are_timed_by_kind_and_caches_by_what_they_had(client, growth):
    product = searchable_products(14)[0]
    client.get("/products/")
    client.get("/products/?q=product")
    client.get("/products/?q=product")
    client.get(product.get_absolute_url())
    client.post("/search/photo/", {"photo": _photo()})
    for kind, count in {"browse": 1, "words": 2, "similar": 1, "photo": 1, "looks": 1}.items():
        assert growth("shop_search_seconds_count", kind) == count, kind
    assert growth("shop_cache_total", "selection", "hit") >= 1
    assert growth("shop_cache_total", "selection", "miss") >= 1
    assert growth("shop_cache_total", "photos", "hit") >= 1


def test_embedding_is_counted_with_its_steps_and_how_long_a_picture_waited(growth):
    broken = ProductFactory(file=b"no picture")
    ids = [product.pk for product in ProductFactory.create_batch(3)]
    embedding.embed_products([*ids, broken.pk])
    assert growth("shop_embedded_pictures_total", "fashion-resnet") == 3
    assert growth("shop_embedding_failures_total", "fashion-resnet") == 1
    assert growth("shop_searchable_seconds_count") == 3
    assert 0 < growth("shop_searchable_seconds_sum") < 60
    for step in ("read", "encode", "store"):
        assert growth("shop_embedding_seconds_count", step) == 1


def test_the_database_says_what_waits_what_failed_and_how_imports_are(figures_now):
    searchable_products(1)
    ProductFactory.create_batch(2)
    ImportJob.objects.create(state="failed", styles="gone.csv")
    found = figures_now()
    assert found["shop_products_waiting", "fashion-resnet"] == 2
    assert found["shop_products_failed", "fashion-resnet"] == 0
    assert (found["shop_imports", "failed"], found["shop_imports", "running"]) == (1, 0)
    assert found["shop_disk_free_bytes", "VAR_DIR"] > 0
    assert found["shop_info", "0.1.0"] == found[("shop_database_up",)] == 1


def test_a_database_that_is_away_is_a_figure_too(figures_now):
    with connection.execute_wrapper(_refuse):
        found = figures_now()
    assert found[("shop_database_up",)] == 0
    assert found["shop_disk_free_bytes", "VAR_DIR"] > 0


def test_the_index_is_measured_against_exact_search(figures_now):
    searchable_products(20)
    measure_index()
    assert figures_now()[("shop_index_recall",)] == 1
    assert figures_now()[("shop_index_recall_timestamp_seconds",)] == pytest.approx(time.time(), abs=60)
    assert share_found([0.1, 0.2, 0.3, 0.3], [0.1, 0.3, 0.4, 0.5]) == 0.5


@pytest.mark.parametrize(
    ("token", "site", "headers", "status"),
    [
        ("", "", {}, 200),
        ("", "", {"REMOTE_ADDR": "::1"}, 200),
        ("", "", {"REMOTE_ADDR": "10.0.0.7"}, 404),
        ("", "", {"REMOTE_ADDR": ""}, 404),
        ("", "", {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 404),
        ("", "http://shop.example.org", {}, 404),
        ("secret", "", {}, 404),
        ("secret", "", {"HTTP_AUTHORIZATION": "Bearer secreT"}, 404),
        ("secret", "", {"HTTP_AUTHORIZATION": "Bearer sécret"}, 404),
        ("secret", "", {"HTTP_AUTHORIZATION": "Bearer secret", "REMOTE_ADDR": "10.0.0.7"}, 200),
        ("secret", "http://shop.example.org", {"HTTP_AUTHORIZATION": "Bearer secret"}, 200),
    ],
)
def test_metrics_are_for_this_machine_or_for_who_has_the_token(client, settings, token, site, headers, status):
    settings.METRICS_TOKEN, settings.SITE_URL = token, site
    assert client.get("/metrics", **headers).status_code == status


@pytest.mark.django_db(transaction=True)
def test_any_web_process_answers_for_all_and_no_count_is_lost_with_a_process(tmp_path):
    """Two web processes and a worker, whose files are as many as they are, whatever is started again."""
    product = ProductFactory()
    address = f"http://127.0.0.1:{(port := free_port())}"
    folder = tmp_path / "metrics"
    shop = {"DJANGO_SETTINGS_MODULE": "fashionsite.settings", "VAR_DIR": tmp_path, "MEDIA_ROOT": settings.MEDIA_ROOT}
    command = (sys.executable, "-m", "gunicorn", "fashionsite.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", 2)

    def asked() -> dict[tuple, float]:
        with urllib.request.urlopen(f"{address}/metrics") as response:  # noqa: S310
            return figures(response.read().decode())

    with running(*command, **shop) as web, worker(**shop):
        eventually(lambda: len(list(folder.glob("histogram_*.db"))) == 3 and Embedding.objects.exists())
        for _ in range(10):
            urllib.request.urlopen(f"{address}/healthz")  # noqa: S310
        eventually(lambda: asked().get(("shop_embedded_pictures_total", "fashion-resnet")) == 1)
        assert asked()["shop_requests_total", "2xx", "alive"] == 10
        for process in psutil.Process(web.pid).children():
            process.send_signal(signal.SIGKILL)
        eventually(lambda: len(psutil.Process(web.pid).children()) == 2)
        assert asked()["shop_requests_total", "2xx", "alive"] == 10
        assert sorted(file.name for file in folder.glob("histogram_*.db")) == [f"histogram_{n}.db" for n in range(3)]
    assert Embedding.objects.get().product == product


def test_counting_a_request_costs_next_to_nothing(rf):
    """0.2 ms at most, of which a page takes twenty or a hundred times as much."""
    answer, request = watch(lambda request: HttpResponse()), rf.get("/")
    answer(request)
    began = time.thread_time()
    for _ in range(500):
        answer(request)
    assert (time.thread_time() - began) / 500 < 0.0002


def _refuse(*_: object) -> None:
    raise OperationalError("the database is away")


def _photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.jpg", as_file(drawing(1)))
