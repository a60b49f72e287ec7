"""A second shop in a folder of its own: started as the README says, filled by an import, visited, weighed, deleted."""

import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from django.conf import settings

from recommender.benchmark import pictures
from recommender.benchmark.figures import A_SECOND, Figure, Section, beside, figure
from recommender.benchmark.report import read

OWN_SETTINGS = ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "VAR_DIR", "MEDIA_ROOT", "PORT")
"""What the second shop must not share with this one"""
CLIENTS = 8
SECONDS_OF_VISITS = 15
SECONDS_TO_START = 300
OPEN = "The shop is open"
PARTS = {"gunicorn": "a web process", "celery": "the embedding worker", "fashionsite.beat": "beat"}


class Shop:
    """A shop in a folder; it can be opened, closed, and opened again."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, _free_port()
        own = {"VAR_DIR": str(folder / "var"), "MEDIA_ROOT": str(folder / "media"), "PORT": str(self.port)}
        # All visitors have one address, which may ask so often only.
        own["READ_RATE"] = ""
        self._environment = {name: value for name, value in os.environ.items() if name not in OWN_SETTINGS} | own

    @contextmanager
    def opened(self) -> Iterator[psutil.Process]:
        """The supervisor of its processes, which end with the block."""
        log = self.folder / "log"
        with log.open("wb") as stream:
            server = self._start([settings.BASE_DIR / "script" / "server"], stdout=stream, stderr=stream)
        try:
            _wait_until_open(server, log)
            yield psutil.Process(server.pid)
        finally:
            # As Ctrl-C does, which reaches the commands before the supervisor, too.
            os.killpg(server.pid, signal.SIGINT)
            server.wait(SECONDS_TO_START)

    def manage(self, *arguments: object) -> str:
        """What a command of manage.py says. Raises RuntimeError with that where it fails."""
        command = self._start([sys.executable, "manage.py", *map(str, arguments)], stdout=subprocess.PIPE, text=True)
        try:
            said, _ = command.communicate()
        except BaseException:
            # Whoever is told to end must not wait for a query of minutes, and the database not be left to nobody.
            for process in self.database()[:1]:
                process.send_signal(signal.SIGQUIT)
            command.send_signal(signal.SIGINT)
            command.wait()
            raise
        if command.returncode:
            raise RuntimeError(said)
        return said

    def database(self) -> list[psutil.Process]:
        """PostgreSQL, which is no child of what started it, and its processes; none where it does not run."""
        try:
            pid = (self.folder / "var" / "postgres" / "postmaster.pid").read_text().split()[0]
            postmaster = psutil.Process(int(pid))
            return [postmaster, *postmaster.children(recursive=True)]
        except (FileNotFoundError, IndexError, psutil.NoSuchProcess):
            return []

    def delete_photos(self) -> None:
        """What it keeps in memory, beside its folder."""
        command = "from django.conf import settings; print(settings.CACHES['photos']['LOCATION'])"
        shutil.rmtree(self.manage("shell", "--verbosity", 0, "--command", command).strip())

    def _start(self, command: list, **options: Any) -> subprocess.Popen:
        """In a session of its own, so that nothing but this process tells it to end."""
        return subprocess.Popen(  # noqa: S603 – its own commands
            command, cwd=settings.BASE_DIR, env=self._environment, start_new_session=True, **options
        )


def sections(styles: Path, images: Path, measured: Mapping[str, Section], products: int) -> Iterator[Section]:
    """The import of a catalogue, eight visitors at once, and memory; pages and searches, too, with so many products.

    What was measured in this shop is what it is compared with. With 0 products the catalogue is not grown.
    """
    with TemporaryDirectory(prefix="benchmark-") as folder:
        shop = Shop(Path(folder))
        try:
            with shop.opened() as supervisor:
                fresh = _memory(supervisor)
                shop.manage("remove_sample")
                baseline = pictures.of_peers(measured["embedding"]) if "embedding" in measured else None
                yield _import(shop, supervisor, styles, images, baseline)
                yield (visits := _visits(shop))
                yield (memory := _memory_section(fresh, _memory(supervisor)))
            if products:
                yield from _grown(shop, products, {**measured, "visits": visits, "memory": memory})
        finally:
            shop.delete_photos()


def _grown(shop: Shop, products: int, measured: Mapping[str, Section]) -> Iterator[Section]:
    """The same with so many products, beside what was measured with fewer."""
    shop.manage("grow_catalog", "--products", products, "--yes")
    report = shop.folder / "report"
    shop.manage("benchmark", "--report", report, "--parts", "searches", "pages")
    nearest, pages = read(report)
    yield nearest
    yield _with(products, pages, measured.get("pages"))
    with shop.opened() as supervisor:
        fresh = _memory(supervisor)
        yield _with(products, _visits(shop), measured["visits"])
        yield _with(products, _memory_section(fresh, _memory(supervisor)), measured["memory"])


def _with(products: int, section: Section, other: Section | None) -> Section:
    title = f"{section.title}, with {products:,} products"
    return beside(section, other, title) if other else replace(section, title=title)


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


def _import(shop: Shop, supervisor: psutil.Process, styles: Path, images: Path, baseline: float | None) -> Section:
    """From the command to the last product that is searchable."""
    cores_before, started = _core_seconds(shop, supervisor), time.perf_counter()
    shop.manage("import_catalog", "--styles", styles, "--images", images, "--wait")
    whole = time.perf_counter() - started
    busy = (_core_seconds(shop, supervisor) - cores_before) / whole / (os.cpu_count() or 1)
    # As beat has it made within a minute; without, searches compare all vectors.
    shop.manage("shell", "--verbosity", 0, "--command", "from recommender import registry; registry.end_fills()")
    with_index = time.perf_counter() - started
    count = _listed(shop)["count"]
    return Section(
        "An import",
        f"{count:,} products with pictures in {whole:.0f} s, from the command to the last one searchable.",
        "Keras ResNet50 predict, picture by picture, and nothing else",
        [
            figure("a product", [whole / count], baseline),
            figure("a product, with the index made anew", [with_index / count], baseline),
            Figure("cores busy", round(100 * busy), unit="%"),
        ],
    )


def _core_seconds(shop: Shop, supervisor: psutil.Process) -> float:
    """What the shop's processes have used so far, and the commands that this one has waited for."""
    mine = os.times()
    total = mine.children_user + mine.children_system
    for process in [supervisor, *supervisor.children(recursive=True), *shop.database()]:
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
    """Product pages for eight visitors who ask again as soon as they are answered, first ones and then known ones."""
    skus = [product["sku"] for product in _listed(shop)["results"]]
    figures = []
    for when in ("", ", where others were before"):
        seconds = _visited(shop, skus)
        rate = round(len(seconds) / SECONDS_OF_VISITS, 1)
        figures += [Figure(f"product pages{when}", rate, unit=A_SECOND), figure(f"a product page{when}", seconds)]
    return Section(
        "Eight visitors",
        f"Pages of {len(skus)} products of the second shop, again and again, over HTTP, from this machine: for "
        f"{SECONDS_OF_VISITS} seconds, in which each web process writes each page for the first time, and for as many.",
        "",
        figures,
    )


def _visited(shop: Shop, skus: list[str]) -> list[float]:
    """The seconds that each page took."""
    until = time.perf_counter() + SECONDS_OF_VISITS
    with ThreadPoolExecutor(CLIENTS) as clients:
        visits = clients.map(lambda _: list(_visit(shop, skus, until)), range(CLIENTS))
        return [seconds for each in visits for seconds in each]


def _visit(shop: Shop, skus: list[str], until: float) -> Iterator[float]:
    connection = http.client.HTTPConnection("127.0.0.1", shop.port)
    while (started := time.perf_counter()) < until:
        connection.request("GET", f"/products/{random.choice(skus)}/", headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"a product page answers with {answer.status}")
        yield time.perf_counter() - started


def _memory(supervisor: psutil.Process) -> dict[str, float]:
    """The largest process of each part: its resident megabytes."""
    largest: dict[str, float] = {}
    for process in supervisor.children(recursive=True):
        # It may end just now.
        with suppress(psutil.NoSuchProcess):
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
            Figure(f"{part}, after use", round(megabytes), unit="MB"),
        )
    ]
    about = (
        "Resident, of the largest process of each part of the second shop: when it is open, and after all of the above."
    )
    return Section("Memory", about, "", figures)
