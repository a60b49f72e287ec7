"""What the processes of a running shop take: how much memory, and nothing of what only the training needs."""

import os
import socket
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, encode_multipart

from catalog.importing.advancing import import_catalog
from recommender.models import Embedding
from tests.factories import searchable_products
from tests.hardships import tiff_of_tiles
from tests.pictures import write_catalogue
from tests.processes import eventually, free_port, libraries, running, worker

pytestmark = pytest.mark.django_db(transaction=True)
MEBIBYTE = 1 << 20
WEB, BEAT = 130 * MEBIBYTE, 80 * MEBIBYTE
TRAINING_ONLY = {"keras", "tensorflow", "sklearn", "scipy.stats", "recommender.training"}
NOTE_MODULES = """
import sys

worker_class = "fashionsite.serving.WebProcess"

def worker_exit(server, worker):
    with open({path!r}, "w") as stream:
        stream.write("\\n".join(sys.modules))
"""


def test_a_web_process_is_small_and_loads_nothing_of_the_training(tmp_path):
    product = searchable_products(14)[0]
    config, modules, address = tmp_path / "config.py", tmp_path / "modules", f"127.0.0.1:{free_port()}"
    config.write_text(NOTE_MODULES.format(path=str(modules)))
    command = (sys.executable, "-m", "gunicorn", "fashionsite.wsgi", "--bind", address, "--threads", 4)
    with running(*command, "--config", config) as process:
        eventually(lambda: _answers(address))
        for path in ("/", product.get_absolute_url()):
            with urllib.request.urlopen(f"http://{address}{path}") as response:
                assert response.status == 200
        (web,) = psutil.Process(process.pid).children()
        assert web.memory_info().rss <= WEB
    assert {"catalog.views", "recommender.views"} <= (loaded := set(modules.read_text().split()))
    assert not (TRAINING_ONLY | {"openpyxl", "pymilvus"}) & loaded


def test_beat_is_small_and_hands_out_what_is_due_by_name_alone():
    queue = settings.VAR_DIR / "broker"
    with running(sys.executable, "-m", "celery", "--app", "fashionsite.beat", "beat", "--pidfile=") as process:
        eventually(lambda: any(".imports." in message.name for message in queue.iterdir()))
        assert psutil.Process(process.pid).memory_info().rss <= BEAT
        assert not {"numpy", "PIL", "psycopg2", "ai_edge_litert"} & libraries(process)


def test_a_worker_loads_nothing_of_the_training(tmp_path):
    import_catalog(*write_catalogue(tmp_path, 1))
    with worker() as process:
        eventually(Embedding.objects.exists)
        loaded = libraries(process)
    assert "ai_edge_litert" in loaded
    assert not TRAINING_ONLY & loaded


def _answers(address: str) -> bool:
    host, port = address.split(":")
    with socket.socket() as door:
        return door.connect_ex((host, int(port))) == 0


def test_pictures_that_take_long_leave_the_pages_of_a_web_process_alone():
    searchable_products(3)
    hostile, address = tiff_of_tiles(50_000, 65_536), f"127.0.0.1:{free_port()}"
    command = (sys.executable, "-m", "gunicorn", "fashionsite.wsgi", "--bind", address, "--workers", 1)
    with running(*command) as process, ThreadPoolExecutor() as pool:
        eventually(lambda: _answers(address))
        with urllib.request.urlopen(f"http://{address}/") as page:
            assert page.status == 200
        searches = [pool.submit(_search, address, hostile) for _ in range(8)]
        eventually(lambda: len(psutil.Process(process.pid).children(recursive=True)) > 1)
        with urllib.request.urlopen(f"http://{address}/") as page:
            assert page.status == 200
        assert not all(search.done() for search in searches)
        assert {search.result() for search in searches} == {(422, None), (503, "5")}
        decoders = psutil.Process(process.pid).children(recursive=True)[1:]
        assert len(decoders) <= os.cpu_count()


def _search(address: str, photo: bytes) -> tuple[int, str | None]:
    """(status, Retry-After) of a search with a photo."""
    body = encode_multipart(BOUNDARY, {"photo": SimpleUploadedFile("photo", photo)})
    request = urllib.request.Request(
        f"http://{address}/api/v1/search/photo/", body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 – an address of its own
            return answer.status, None
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("Retry-After")
