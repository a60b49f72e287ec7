"""The id of a request in its answer, in its lines and in its tasks, and what a line says of whoever asks."""

import io
import json
import logging
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalog.models import Product
from catalog.monitoring import tasks
from catalog.monitoring.identity import request_id
from catalog.monitoring.logs import Json, WithRequest
from catalog.tasks import make_renditions
from tests.factories import ProductFactory
from tests.pages import NO_INLINES
from tests.pictures import as_file, drawing
from tests.processes import ROOT, WORKER, environment, eventually

MADE = re.compile(r"[0-9a-f]{32}")
PROXY = ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.fixture
def lines():
    """What is written as JSON, as a list of objects."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Json())
    handler.addFilter(WithRequest())
    access, root = logging.getLogger("access"), logging.getLogger()
    access.setLevel(logging.INFO)
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    access.setLevel(logging.WARNING)


@pytest.fixture
def empty_queue() -> Path:
    queue = settings.VAR_DIR / "broker"
    shutil.rmtree(queue, ignore_errors=True)
    queue.mkdir()
    return queue


def test_an_answer_names_its_id_and_the_next_one_another(client):
    first, second = (client.get("/healthz").headers["X-Request-ID"] for _ in range(2))
    assert MADE.fullmatch(first)
    assert MADE.fullmatch(second)
    assert first != second
    assert request_id.get() == ""


@pytest.mark.parametrize("given", ["from-a-proxy.1", "0" * 64])
def test_a_proxys_id_is_taken_up(client, settings, given):
    settings.SECURE_PROXY_SSL_HEADER = PROXY
    assert client.get("/healthz", HTTP_X_REQUEST_ID=given).headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["short", "0" * 65, 'a"quotation"mark', "two words", "ünlike-ascii", "line\nbreak"])
def test_what_is_no_id_is_not(client, settings, given):
    settings.SECURE_PROXY_SSL_HEADER = PROXY
    assert MADE.fullmatch(client.get("/healthz", HTTP_X_REQUEST_ID=given).headers["X-Request-ID"])


def test_where_there_is_no_proxy_a_browsers_id_is_not_believed(client):
    assert MADE.fullmatch(client.get("/healthz", HTTP_X_REQUEST_ID="made-up-id").headers["X-Request-ID"])


@pytest.mark.django_db
def test_every_line_of_a_request_has_its_id_and_one_says_what_was_asked(client, lines):
    answer = client.get("/products/none/?page=2&q=jane+doe&look=SEAL&sort=name")
    written = [line for line in lines() if line["logger"] in ("access", "django.request")]
    assert {line["logger"] for line in written} == {"access", "django.request"}
    assert {line["request_id"] for line in written} == {answer.headers["X-Request-ID"]}
    (line,) = (line for line in written if line["logger"] == "access")
    assert line | {"method": "GET", "view": "catalog:product", "status": 404, "path": "/products/none/"} == line
    assert line["asked"] == {"page": "2", "sort": "name"}
    assert line["ms"] > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+00:00", line["time"])


def test_a_photos_name_and_what_is_searched_for_are_in_no_line(client, lines):
    client.get("/search/photo/SECRETNAME.jpg?q=SECRETWORD")
    (line,) = (line for line in lines() if line["logger"] == "access")
    assert line["path"] == "/search/photo/<slug:name>.jpg"
    assert "SECRET" not in json.dumps([line for line in lines() if line["logger"] == "access"])


def test_an_exception_is_one_line(lines):
    try:
        raise ValueError("wrong\nwith a break")
    except ValueError:
        logging.getLogger("shop").exception("It failed")
    (line,) = lines()
    assert (line["level"], line["message"]) == ("ERROR", "It failed")
    assert "ValueError: wrong\nwith a break" in line["traceback"]


def test_plain_lines_name_it_too(client, capfd):
    environment_ = {**environment(), "LOG_FORMAT": "plain"}
    code = (
        "import django, logging; django.setup(); from catalog.monitoring.identity import request_id;"
        "logging.warning('one'); request_id.set('an-id-of-8'); logging.warning('two')"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment_, capture_output=True, text=True)
    assert "WARNING root: one" in said.stderr
    assert "WARNING root [an-id-of-8]: two" in said.stderr


@pytest.mark.django_db(transaction=True)
def test_a_task_of_a_request_logs_with_its_id_in_all_its_threads(admin_client, empty_queue, tmp_path):
    product = ProductFactory(image="", image_digest="")
    fields = dict.fromkeys(("name", "gender", "category", "base_colour", "season", "year", "usage"), "")
    fields |= NO_INLINES
    picture = SimpleUploadedFile("shirt.jpg", as_file(drawing(1, size=(600, 800))))
    address = reverse("admin:catalog_product_change", args=[product.pk])
    answer = admin_client.post(address, {**fields, "sku": product.sku, "image": picture})
    assert answer.status_code == 302
    Path(Product.objects.get().image.path).write_bytes(b"torn")
    log = tmp_path / "log"
    with log.open("wb") as stream:
        worker = subprocess.Popen(
            [sys.executable, *WORKER], cwd=ROOT, env=environment(LOG_FORMAT="json"), stderr=stream
        )
        try:
            eventually(lambda: "stays in its own size" in log.read_text())
        finally:
            worker.terminate()
            worker.wait(20)
    written = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    (warning,) = (line for line in written if "stays in its own size" in line["message"])
    assert warning["request_id"] == answer.headers["X-Request-ID"]


def test_a_task_hands_the_id_to_those_that_it_enqueues(empty_queue):
    tasks.take_up(task_id="of-the-task", task=SimpleNamespace(request=SimpleNamespace(request_id="of-the-request")))
    make_renditions.delay([1])
    tasks.lay_down()
    tasks.take_up(task_id="of-the-task", task=SimpleNamespace(request=SimpleNamespace()))
    make_renditions.delay([2])
    tasks.lay_down()
    make_renditions.delay([3])
    headers = [json.loads(message.read_text())["headers"] for message in empty_queue.iterdir()]
    ids = {header["argsrepr"]: header.get("request_id") for header in headers}
    assert ids == {"([1],)": "of-the-request", "([2],)": "of-the-task", "([3],)": None}
