"""What becomes of the shop while its Redis, as broker or as cache, is away or takes connections and says nothing."""

import re
import time

import pytest
import redis
from django.contrib.auth import get_user_model
from django.core.cache import cache, caches

from catalog.outages import CACHE
from recommender import embedding
from tests.factories import searchable_products
from tests.hardships import full_disk
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
KEEP = """
from django.conf import settings
from catalog.caching import kept
from catalog.revalidation import program
for zone in ("UTC", "UTC", "Asia/Tokyo"):
    settings.TIME_ZONE = zone
    program.cache_clear()
    print("KEPT", kept("test:1", lambda: zone, 60))
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


def _statuses(client, product) -> list[int]:
    pages = [client.get(address).status_code for address in ("/", "/products/", f"/products/{product.sku}/")]
    return [*pages, client.post("/search/photo/", {"photo": photo_of(product)}).status_code]


@pytest.mark.django_db
@pytest.mark.parametrize("refuses", ["is full", "is a replica", "asks for a password", "allows nothing"])
def test_pages_go_on_beside_a_redis_that_refuses(client, settings, tmp_path, use_cache, refuses):
    products = searchable_products(6)
    settings.LIMITS = {**settings.LIMITS, "photos": "9/min", "reads": "9/min"}
    with redis_server(tmp_path) as url:
        use_cache(url)
        server = redis.Redis.from_url(url)
        if refuses == "is full":
            server.config_set("maxmemory", 1)
        elif refuses == "is a replica":
            server.replicaof("127.0.0.1", free_port())
        elif refuses == "asks for a password":
            server.config_set("requirepass", "secret")
        else:
            server.acl_setuser("default", enabled=True, nopass=True, commands=["-@all", "+ping"])
        assert _statuses(client, products[0]) == [200] * 4
    CACHE.end()
    assert cache.delete("a") is False


@pytest.mark.django_db
@pytest.mark.parametrize("damaged", [b"", b"garbage", b"\x80\x05cno.such.module\nnone\n."])
def test_what_is_damaged_in_a_redis_counts_as_not_there(client, settings, tmp_path, use_cache, damaged, caplog):
    products = searchable_products(6)
    settings.LIMITS = {**settings.LIMITS, "photos": "9/min", "reads": "9/min"}
    with redis_server(tmp_path) as url:
        use_cache(url)
        assert _statuses(client, products[0]) == [200] * 4
        server = redis.Redis.from_url(url)
        for key in server.scan_iter():
            server.set(key, damaged)
        assert _statuses(client, products[0]) == [200] * 4
    assert "cannot be read, and counts as not there" in caplog.text


@pytest.mark.django_db
def test_a_photo_search_goes_on_with_a_folder_that_is_full_or_damaged(client, settings, tmp_path):
    product, *_ = searchable_products(6)
    settings.LIMITS = {**settings.LIMITS, "photos": "9/min"}
    folders = {name: {**settings.CACHES[name], "LOCATION": str(tmp_path / name)} for name in ("photos", "limits")}
    settings.CACHES = {**settings.CACHES, **folders}
    with full_disk():
        page = client.post("/search/photo/", {"photo": photo_of(product)}).content.decode()
        assert f'data-sku="{product.sku}"' in page
        assert "Your photo cannot be shown or cropped at the moment" in page
    CACHE.end()
    page = client.post("/search/photo/", {"photo": photo_of(product)}).content.decode()
    name = re.search(r"photo=([\w-]+)", page)[1]
    for damaged in (b"", b"garbage"):
        for file in tmp_path.glob("*/*.djcache"):
            file.write_bytes(damaged)
        assert client.get(f"/search/photo/{name}.jpg").status_code == 404
        assert _statuses(client, product) == [200] * 4


@pytest.mark.django_db(transaction=True)
def test_an_updated_shop_reads_nothing_that_the_one_before_has_kept(tmp_path):
    with redis_server(tmp_path) as url:
        result = manage("shell", "-c", KEEP, CACHE_URL=url)
    assert re.findall(r"KEPT (\S+)", result.stdout) == ["UTC", "UTC", "Asia/Tokyo"], result.stderr
