"""A second shop in a folder of its own: started as the README says, filled by an import, visited, weighed, deleted."""

import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from django.conf import settings

from recommender.benchmark.figures import Figure, Section, figure

OWN_SETTINGS = ("DATABASE_URL", "CELERY_BROKER_URL", "VAR_DIR", "MEDIA_ROOT", "PORT")
"""What the second shop must not share with this one"""
CLIENTS = 8
SECONDS_OF_VISITS = 15
SECONDS_TO_START = 300
OPEN = "The shop is open"
PARTS = {"gunicorn": "a web process", "celery": "the embedding worker", "fashionsite.beat": "beat"}


@dataclass(frozen=True)
class Shop:
    """A shop that runs."""

    supervisor: psutil.Process
    port: int
    environment: dict[str, str]

    def manage(self, *arguments: object) -> None:
        """Runs a command of manage.py. Raises RuntimeError with what it said where it fails."""
        command = [sys.executable, "manage.py", *map(str, arguments)]
        result = subprocess.run(  # noqa: S603 – its own command
            command, cwd=settings.BASE_DIR, env=self.environment, stdout=subprocess.PIPE, text=True, check=False
        )
        if result.returncode:
            raise RuntimeError(result.stdout)

    def processes(self) -> list[psutil.Process]:
        return [self.supervisor, *self.supervisor.children(recursive=True), *self._database()]

    def _database(self) -> list[psutil.Process]:
        """PostgreSQL, which is no child of what started it, and its processes."""
        pid = Path(self.environment["VAR_DIR"], "postgres", "postmaster.pid").read_text().split()[0]
        postmaster = psutil.Process(int(pid))
        return [postmaster, *postmaster.children(recursive=True)]


def sections(styles: Path, images: Path, baseline: float | None) -> list[Section]:
    """The import of a catalogue, eight visitors at once, and memory. The baseline is a picture in Keras, in ms."""
    with TemporaryDirectory(prefix="benchmark-") as folder, _started(Path(folder)) as shop:
        fresh = _memory(shop)
        shop.manage("remove_sample")
        return [_import(shop, styles, images, baseline), _visits(shop), _memory_section(fresh, _memory(shop))]


@contextmanager
def _started(folder: Path) -> Iterator[Shop]:
    port = _free_port()
    own = {"VAR_DIR": str(folder / "var"), "MEDIA_ROOT": str(folder / "media"), "PORT": str(port)}
    environment = {name: value for name, value in os.environ.items() if name not in OWN_SETTINGS} | own
    log = folder / "log"
    with log.open("wb") as stream:
        server = subprocess.Popen(  # noqa: S603 – its own command
            [settings.BASE_DIR / "script" / "server"],
            env=environment,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    try:
        _wait_until_open(server, log)
        yield Shop(psutil.Process(server.pid), port, environment)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(SECONDS_TO_START)


def _wait_until_open(server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while OPEN not in log.read_text():
        if server.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the second shop does not open:\n{log.read_text()}")
        time.sleep(0.2)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _import(shop: Shop, styles: Path, images: Path, baseline: float | None) -> Section:
    """From the command to the last product that is searchable."""
    cores_before, started = _core_seconds(shop), time.perf_counter()
    shop.manage("import_catalog", "--styles", styles, "--images", images, "--wait")
    whole = time.perf_counter() - started
    busy = (_core_seconds(shop) - cores_before) / whole / (os.cpu_count() or 1)
    count = _listed(shop)["count"]
    return Section(
        "An import",
        f"{count:,} products with pictures in {whole:.0f} s, from the command to the last one searchable.",
        "Keras ResNet50 predict, picture by picture, and nothing else",
        [figure("a product", [whole / count], baseline), Figure("cores busy", round(100 * busy), unit="%")],
    )


def _core_seconds(shop: Shop) -> float:
    """What the shop's processes have used so far, and the commands that this one has waited for."""
    mine = os.times()
    total = mine.children_user + mine.children_system
    for process in shop.processes():
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def _listed(shop: Shop) -> dict:
    """A page of products, as the API of that shop answers."""
    with urllib.request.urlopen(f"http://127.0.0.1:{shop.port}/api/v1/products/?limit=100") as answer:
        return json.load(answer)


def _visits(shop: Shop) -> Section:
    """Product pages for eight visitors who ask again as soon as they are answered."""
    skus = [product["sku"] for product in _listed(shop)["results"]]
    until = time.perf_counter() + SECONDS_OF_VISITS
    with ThreadPoolExecutor(CLIENTS) as clients:
        seconds = [
            one for visits in clients.map(lambda _: list(_visit(shop, skus, until)), range(CLIENTS)) for one in visits
        ]
    return Section(
        "Eight visitors",
        "Product pages of the second shop, over HTTP, from this machine.",
        "",
        [
            Figure("product pages", round(len(seconds) / SECONDS_OF_VISITS, 1), unit="a second"),
            figure("a product page", seconds),
        ],
    )


def _visit(shop: Shop, skus: list[str], until: float) -> Iterator[float]:
    connection = http.client.HTTPConnection("127.0.0.1", shop.port)
    while (started := time.perf_counter()) < until:
        connection.request("GET", f"/products/{random.choice(skus)}/", headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"a product page answers with {answer.status}")
        yield time.perf_counter() - started


def _memory(shop: Shop) -> dict[str, float]:
    """The largest process of each part: its resident megabytes."""
    largest: dict[str, float] = {}
    for process in shop.supervisor.children(recursive=True):
        command = " ".join(process.cmdline())
        for program, part in PARTS.items():
            if program in command:
                largest[part] = max(largest.get(part, 0), process.memory_info().rss / 1e6)
    return largest


def _memory_section(fresh: dict[str, float], used: dict[str, float]) -> Section:
    figures = [
        figure
        for part, megabytes in used.items()
        for figure in (
            Figure(f"{part}, fresh", round(fresh.get(part, 0)), unit="MB"),
            Figure(f"{part}, after the import and the visits", round(megabytes), unit="MB"),
        )
    ]
    return Section("Memory", "Resident, of the largest process of each part of the second shop.", "", figures)
