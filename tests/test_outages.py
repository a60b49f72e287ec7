"""What becomes of the shop while its Redis, as broker or as cache, is away or takes connections and says nothing."""

import re
import time

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import caches

from catalog.outages import CACHE
from recommender import embedding
from tests.factories import searchable_products
from tests.photos import photo_of, picture_of, upload
from tests.pictures import write_catalogue
from tests.processes import free_port, manage, mute_server, redis_server

PATIENCE = 3
SAVE = """
import time
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from catalog.models import Product
from recommender import tasks
from tests.pages import NO_INLINES
from tests.pictures import as_file, drawing
client = Client(headers={"host": "localhost"})
client.force_login(get_user_model().objects.get())
names = ("gender", "category", "base_colour", "season", "year", "usage")
def seconds(address, data):
    began = time.monotonic()
    assert client.post(address, data).status_code == 302
    return time.monotonic() - began
for sku in ("a", "b"):
    file = SimpleUploadedFile("a.jpg", as_file(drawing(7)))
    product = {**dict.fromkeys(names, ""), **NO_INLINES, "sku": sku, "name": sku, "image": file}
    print("SECONDS", seconds("/admin/catalog/product/add/", product))
print("SECONDS", seconds("/admin/recommender/qualityreport/measure/", {}))
"""


@pytest.fixture
def mute():
    with mute_server() as url:
        yield url


@pytest.mark.django_db(transaction=True)
def test_a_save_waits_a_moment_for_a_mute_broker_and_the_next_one_does_not(mute):
    get_user_model().objects.create_superuser("boss", password="secret")
    result = manage("shell", "-c", SAVE, CELERY_BROKER_URL=mute)
    assert result.returncode == 0, result.stderr
    first, *others = [float(line.split()[1]) for line in result.stdout.splitlines() if line.startswith("SECONDS")]
    assert first < PATIENCE + 2
    assert max(others) < PATIENCE / 2
    assert result.stderr.count("The broker fails") == 1
    assert len(embedding.waiting_ids()) == 2


@pytest.mark.django_db(transaction=True)
def test_an_import_does_not_wait_for_a_mute_broker_at_every_batch(tmp_path, mute):
    styles, images = write_catalogue(tmp_path, 600)
    result = manage("import_catalog", "--styles", styles, "--images", images, CELERY_BROKER_URL=mute)
    assert result.returncode == 0, result.stderr
    assert "600 rows: 600 new" in result.stdout
    assert result.stderr.count("The broker fails") == 1


@pytest.fixture
def use_cache(settings):
    """Has the site keep in the Redis at that address what it keeps; returns how."""

    def use(url: str) -> None:
        options = {"BACKEND": "catalog.redis_cache.RedisCache", "LOCATION": url, "OPTIONS": settings.REDIS_PATIENCE}
        settings.CACHES = {name: {**options, "KEY_PREFIX": name} for name in settings.CACHES}

    yield use
    CACHE.end()


@pytest.mark.django_db
def test_a_photo_search_goes_on_without_a_cache_that_is_mute(client, settings, mute, use_cache, caplog):
    products = searchable_products(6)
    settings.LIMITS = {**settings.LIMITS, "photos": "1/min", "reads": "1/min"}
    use_cache(mute)
    began = time.monotonic()
    assert caches["photos"].get("a") is None
    assert time.monotonic() - began < PATIENCE
    for _ in range(2):
        answer = upload(client, picture_of(products[0]))
        page = answer.content.decode()
        assert answer.status_code == 200
        assert f'data-sku="{products[0].sku}"' in page
        assert "Your photo cannot be shown or cropped at the moment" in page
    name = re.search(r"photo=([\w-]+)", page)[1]
    for address in (f"/search/photo/?photo={name}&box=0,0,50,50", f"/search/photo/{name}.jpg"):
        answer = client.get(address)
        assert answer.status_code == 503
        assert answer["Retry-After"]
    assert "Please try again in a minute" in client.get(f"/search/photo/?photo={name}").content.decode()
    assert client.get("/products/").status_code == client.get("/").status_code == 200
    assert caplog.text.count("The cache fails") == 1


@pytest.mark.django_db
def test_a_redis_keeps_photos_and_counts_and_comes_back(client, settings, tmp_path, use_cache, caplog):
    products = searchable_products(6)
    port = free_port()
    settings.LIMITS = {**settings.LIMITS, "photos": "1/min"}
    with redis_server(tmp_path, port) as url:
        use_cache(url)
        page = client.post("/search/photo/", {"photo": photo_of(products[0])}).content.decode()
        assert "The photo you searched with" in page
        assert client.post("/search/photo/", {"photo": photo_of(products[0])}).status_code == 429
    assert client.post("/search/photo/", {"photo": photo_of(products[0])}).status_code == 200
    assert caplog.text.count("The cache fails") == 1
    CACHE.end()
    with redis_server(tmp_path, port):
        page = client.post("/search/photo/", {"photo": photo_of(products[0])}).content.decode()
        assert "The photo you searched with" in page
