"""The web server as script/server starts it, and clients that are slow, send too much, or come again."""

import re
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, encode_multipart
from waitress.adjustments import Adjustments

from catalog.importing.models import ImportJob
from fashionsite import serving
from tests.pictures import as_file, drawing
from tests.processes import eventually, free_port, running

pytestmark = pytest.mark.django_db(transaction=True)
MEGABYTE = 1 << 20
START = "/admin/importing/importjob/add/"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


class Client:
    """A connection to the shop, byte by byte."""

    def __init__(self, address: tuple[str, int]) -> None:
        # So small that what a client does not read stays with the server.
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.settimeout(20)
        self.socket.connect(address)

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def ask(self, method: str, path: str, *headers: str) -> None:
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Type: {FORM}", *headers, "", ""]
        self.socket.sendall("\r\n".join(lines).encode())

    def answer(self) -> str:
        """All that comes until the server closes the connection."""
        with self.socket.makefile("rb") as stream:
            return stream.read().decode()


@pytest.fixture(scope="module")
def shop(django_db_setup) -> Iterator[tuple[str, int]]:
    """The address of one web process."""
    address = ("127.0.0.1", free_port())
    command = (sys.executable, "-m", "gunicorn", "fashionsite.wsgi", "--bind", "{}:{}".format(*address))
    with running(*command, "--workers", 1, PHOTO_RATE="1/min"):
        eventually(lambda: socket.socket().connect_ex(address) == 0)
        yield address


@pytest.fixture
def client(shop) -> Iterator[Client]:
    with Client(shop) as client:
        yield client


def _page(shop: tuple[str, int]) -> int:
    connection = HTTPConnection(*shop, timeout=10)
    connection.request("GET", "/")
    try:
        return connection.getresponse().status
    finally:
        connection.close()


def test_slow_clients_stop_no_page(shop):
    large = Path(settings.MEDIA_ROOT) / "large.jpg"
    large.write_bytes(bytes(8 * MEGABYTE))
    with ExitStack() as stack:
        slow = [stack.enter_context(Client(shop)) for _ in range(150)]
        for client in slow[:50]:
            client.socket.sendall(b"GET / HTTP/1.1\r\nHost: local")
        for client in slow[50:100]:
            client.ask("POST", "/search/photo/", "Content-Length: 100000")
        for client in slow[100:]:
            client.ask("GET", "/media/large.jpg")
        for _ in range(3):
            assert _page(shop) == 200
            for client in slow[:100]:
                client.socket.send(b"a")


def test_who_sends_less_than_any_honest_client_is_sent_away(client):
    request = serving.Request(Adjustments(), client.socket)
    request.received(b"POST /search/photo/ HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n")
    now = time.monotonic()
    assert not request.is_too_slow(now + serving.SECONDS_OF_GRACE - 1)
    assert request.is_too_slow(now + serving.SECONDS_OF_GRACE + 1)
    request.received(bytes(100_000))
    assert not request.is_too_slow(now + serving.SECONDS_OF_GRACE + 40)
    assert request.is_too_slow(now + serving.SECONDS_OF_GRACE + 60)


@pytest.mark.parametrize(
    ("path", "length", "said"),
    [
        ("/search/photo/", 400_000_000, "Up to 20 MB work here."),
        ("/api/v1/search/photo/", 22_000_000, "This is too large; up to 20 MB work here."),
        ("/products/1/mark/", 1_100_000, "Up to 1 MB work here."),
        ("/admin/login/", 1_100_000, "Up to 1 MB work here."),
        (START, 20 * 1024**3, "Up to 16,384 MB work here."),
    ],
)
def test_what_is_too_large_is_refused_before_it_comes(client, path, length, said):
    client.ask("POST", path, f"Content-Length: {length}", "Expect: 100-continue")
    answer = client.answer()
    assert answer.startswith("HTTP/1.1 413 ")
    assert "Connection: close" in answer
    assert said in answer


def test_who_sends_it_nevertheless_still_sees_the_answer(client):
    client.ask("POST", "/search/photo/", f"Content-Length: {30 * MEGABYTE}")
    for _ in range(30):
        client.socket.sendall(bytes(MEGABYTE))
    assert "Up to 20 MB work here." in client.answer()


def test_a_body_without_a_length_is_cut_at_the_limit(client):
    client.ask("POST", "/products/1/mark/", "Transfer-Encoding: chunked")
    for _ in range(20):
        client.socket.sendall(b"10000\r\n" + bytes(0x10000) + b"\r\n")
    assert client.answer().startswith("HTTP/1.1 413 ")


def test_a_body_in_crumbs_is_refused(client):
    client.ask("POST", "/search/photo/", "Transfer-Encoding: chunked")
    client.socket.sendall(b"1\r\na\r\n" * 20_000)
    assert client.answer().startswith("HTTP/1.1 400 ")


def test_the_import_desk_reads_nothing_of_a_stranger(client):
    client.ask("POST", START, "Content-Length: 4000000000")
    answer = client.answer()
    assert answer.startswith("HTTP/1.1 302 ")
    assert "Location: /admin/login/" in answer


def test_the_import_desk_asks_how_much_comes(client):
    client.ask("POST", START, "Transfer-Encoding: chunked")
    answer = client.answer()
    assert answer.startswith("HTTP/1.1 411 ")
    assert "has to say how many bytes it has" in answer


@pytest.mark.parametrize("asks_first", [False, True])
def test_the_import_desk_reads_what_staff_send_as_it_comes(client, admin_client, asks_first):
    table = b"id,name\n" + b"1,Shirt\n" * 400_000
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', admin_client.get(START).content.decode())[1]
    body = encode_multipart(BOUNDARY, {"csrfmiddlewaretoken": token, "styles": SimpleUploadedFile("a.csv", table)})
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in admin_client.cookies.items())
    expectations = ["Expect: 100-continue"] if asks_first else []
    client.ask("POST", START, f"Content-Length: {len(body)}", f"Cookie: {cookies}", *expectations)
    if asks_first:
        assert client.socket.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.socket.sendall(body)
    assert client.answer().startswith("HTTP/1.1 302 ")
    assert Path(ImportJob.objects.get().styles).read_bytes() == table


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        *((f"text/html; charset={charset}", 415) for charset in ("utf-16", "cp037", "hex", "undefined", "nonsense")),
        *((f"text/html; charset*={charset}", 400) for charset in ("nonsense''x", "undefined''%ff")),
        *((f'text/html; charset="{charset}"; a="b c"', 200) for charset in ("UTF-8", "utf8", "us-ascii")),
    ],
)
def test_an_address_is_read_in_one_charset(shop, kind, status):
    connection = HTTPConnection(*shop, timeout=10)
    connection.request("GET", "/products/?page=2", headers={"Content-Type": kind})
    assert connection.getresponse().status == status
    connection.close()


def test_headers_have_a_limit(client):
    client.socket.sendall(b"GET / HTTP/1.1\r\nX: " + bytes(serving.HEADER_BYTES))
    assert "431 " in client.answer()


@pytest.mark.parametrize("path", ["/search/photo/", "/api/v1/search/photo/"])
def test_after_too_many_photos_the_connection_goes_on(shop, path):
    caches["photos"].clear()
    body = encode_multipart(BOUNDARY, {"photo": SimpleUploadedFile("a.jpg", as_file(drawing(1)) + bytes(MEGABYTE))})
    connection = HTTPConnection(*shop)
    answers = []
    for _ in range(2):
        connection.request("POST", path, body, {"Content-Type": FORM})
        with connection.getresponse() as answer:
            answers.append(answer)
            answer.read()
    first = connection.sock
    connection.request("GET", "/")
    with connection.getresponse() as page:
        assert page.status == 200
    assert connection.sock is first
    assert answers[1].status == 429
    assert 0 < int(answers[1].headers["Retry-After"]) <= 60
    connection.close()
