"""What the processes of a running shop take: how much memory, and nothing of what only the training needs."""

import socket
import sys
import urllib.request

import psutil
import pytest
from django.conf import settings

from catalog.importing.advancing import import_catalog
from recommender.models import Embedding
from tests.factories import searchable_products
from tests.pictures import write_catalogue
from tests.processes import eventually, free_port, libraries, running, worker

pytestmark = pytest.mark.django_db(transaction=True)
MEBIBYTE = 1 << 20
WEB, BEAT = 130 * MEBIBYTE, 80 * MEBIBYTE
TRAINING_ONLY = {"keras", "tensorflow", "sklearn", "scipy.stats", "recommender.training"}
NOTE_MODULES = """
import sys

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
    assert not TRAINING_ONLY & loaded


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
