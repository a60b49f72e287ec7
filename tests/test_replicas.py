"""A shop with a streaming replica: shoppers' pages read from it for as long as it is there and not too far behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import psutil
import psycopg2
import pytest
from django.conf import settings
from django.db import connection

from catalog.models import Product
from fashionsite import replicas
from recommender.models import Embedding
from tests.factories import searchable_products
from tests.processes import environment, eventually, free_port, manage, running

pytestmark = pytest.mark.django_db(transaction=True)


class Standby:
    """A PostgreSQL that follows the one of the tests."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            server = psutil.Process(cursor.fetchone()[0])
        self._programs = Path(server.exe()).parent
        self._user = server.username() if os.getuid() == 0 else None
        # Where the server's account may write.
        self._folder = Path(settings.VAR_DIR, "replica")
        # The primary has its socket beside its data, and the copy has its lock.
        self._data = self._folder / "data"
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(mode=0o700)
        if self._user:
            shutil.chown(self._folder, self._user)
        parameters = connection.get_connection_params()
        primary = ("-h", parameters["host"], "-U", parameters["user"])
        self._run("pg_basebackup", "-D", self._data, "-R", "-c", "fast", *primary).wait(60)
        self.url = f"postgresql://{parameters['user']}:@/{parameters['dbname']}?host={self._folder}"
        self.start()

    def start(self) -> None:
        self._server = self._run("postgres", "-D", self._data, "-h", "", "-k", self._folder)
        eventually(lambda: self.ask("SELECT 1") == 1)

    def _run(self, program: str, *arguments: object) -> subprocess.Popen:
        command = [str(self._programs / program), *map(str, arguments)]
        return subprocess.Popen(command, user=self._user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(self, statement: str) -> object:
        try:
            other = psycopg2.connect(self.url)
        except psycopg2.OperationalError:
            return None
        with other.cursor() as cursor:
            cursor.execute(statement)
            (said,) = cursor.fetchone()
        other.close()
        return said

    def kill(self) -> None:
        processes = [psutil.Process(self._server.pid), *psutil.Process(self._server.pid).children()]
        for process in processes:
            process.send_signal(signal.SIGKILL)
        psutil.wait_procs(processes, timeout=10)
        (self._data / "postmaster.pid").unlink()

    def end(self) -> None:
        self._server.send_signal(signal.SIGINT)
        self._server.wait(20)
        shutil.rmtree(self._folder)


@pytest.fixture
def standby() -> Iterator[Standby]:
    standby = Standby()
    yield standby
    standby.end()


class Web:
    """A web process that knows of the replica."""

    def __init__(self, address: str) -> None:
        self._address = address

    def ask(self, path: str, **headers: str) -> str:
        request = urllib.request.Request(f"http://{self._address}{path}", headers=headers)
        with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310 – its own server
            return response.read().decode()

    def asks_the_replica(self) -> bool:
        try:
            return json.loads(self.ask("/readyz"))["replicas"]["replica 1"]
        except urllib.error.HTTPError as error:
            return json.loads(error.read())["replicas"]["replica 1"]
        except urllib.error.URLError:
            return False


@pytest.fixture
def web(standby) -> Iterator[Web]:
    address = f"127.0.0.1:{free_port()}"
    command = (sys.executable, "-m", "gunicorn", "fashionsite.wsgi", "--bind", address, "--workers", 1)
    with running(*command, DATABASE_REPLICA_URL=standby.url):
        web = Web(address)
        eventually(web.asks_the_replica)
        yield web


def test_pages_of_shoppers_come_from_a_replica_that_is_there_and_not_too_far_behind(request):
    product, near = searchable_products(2)
    standby, web = request.getfixturevalue("standby"), request.getfixturevalue("web")
    page, words = product.get_absolute_url(), f"/products/?q={product.sku}"

    standby.ask("SELECT pg_wal_replay_pause()")
    Product.objects.filter(pk=product.pk).update(name="As it is now")
    Embedding.objects.filter(product=near).delete()
    assert "As it is now" not in web.ask(page)
    assert near.name in web.ask(page)
    # What is not for everybody, and what programs are told, is as it is now.
    for path, headers in ((page, {"Cookie": "sessionid=1"}), (f"/api/v1/products/{product.sku}/", {})):
        assert "As it is now" in web.ask(path, **headers)
    began = time.monotonic()
    eventually(lambda: "As it is now" in web.ask(page))
    assert time.monotonic() - began < replicas.MOST_LAG + 2
    assert near.name not in web.ask(page)
    standby.ask("SELECT pg_wal_replay_resume()")
    eventually(web.asks_the_replica)

    counts: Counter[int] = Counter()
    is_enough = Event()
    shoppers = [Thread(target=_go_around, args=(web, [page, words, "/"], counts, is_enough)) for _ in range(3)]
    for shopper in shoppers:
        shopper.start()
    for _ in range(2):
        standby.kill()
        time.sleep(replicas.SECONDS_TRUSTED)
        assert not web.asks_the_replica()
        standby.start()
        eventually(web.asks_the_replica)
    is_enough.set()
    for shopper in shoppers:
        shopper.join()
    assert set(counts) == {200}
    assert counts[200] > 20


def _go_around(web: Web, paths: list[str], counts: Counter[int], is_enough: Event) -> None:
    while not is_enough.is_set():
        for path in paths:
            try:
                web.ask(path)
                counts[200] += 1
            except urllib.error.HTTPError as error:
                counts[error.code] += 1


def test_who_has_written_reads_what_is_written():
    router = replicas.Router()
    with replicas.reading_from("replica 1"):
        assert router.db_for_read(Product) == "replica 1"
        assert router.db_for_write(Product) == "default"
        assert router.db_for_read(Product) == "default"
    with replicas.reading_from("replica 1"):
        assert router.db_for_read(Product) == "replica 1"
    assert router.db_for_read(Product) == "default"
    assert not router.allow_migrate("replica 1", "catalog")


CANDIDATES = """
from django.db import connections
from fashionsite.replicas import reading_from
from recommender.neighbours import index_settings
with reading_from("replica 1"), index_settings(123):
    for alias in connections:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT '[1]'::vector; SHOW hnsw.ef_search")
            print(alias, *cursor.fetchone())
"""


def test_what_a_search_needs_is_set_where_its_queries_go():
    said = manage("shell", "--no-imports", "-c", CANDIDATES, DATABASE_REPLICA_URL=environment()["DATABASE_URL"])
    assert said.stdout.splitlines() == ["default 40", "replica 1 123"], said.stderr


PAGES = """
from django.db import connections
from django.test import Client
from fashionsite.replicas import reading_from

def tell(execute, statement, *rest):
    print(statement)
    return execute(statement, *rest)

shopper = Client(SERVER_NAME="localhost")
with reading_from("replica 1"), connections["default"].execute_wrapper(tell):
    for path in {paths}:
        print(path, shopper.get(path).status_code)
"""


def test_whatever_pages_read_they_read_from_the_replica():
    product, *_ = searchable_products(3)
    words = product.name.lower()
    paths = ["/", "/products/", f"/products/?q={words}&sort=price", f"/products/?base_colour={product.base_colour}"]
    paths += ["/products/?size=M&min_price=1", f"/suggestions/?q={words}", product.get_absolute_url(), "/explore/"]
    replica = environment()["DATABASE_URL"]
    said = manage("shell", "--no-imports", "-c", PAGES.format(paths=paths), DATABASE_REPLICA_URL=replica)
    assert said.stdout.splitlines() == [f"{path} 200" for path in paths], said.stderr
