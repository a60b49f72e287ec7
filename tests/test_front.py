"""The nginx of deploy/, in front of a web process of the shop."""

import re
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from email.message import Message
from http.client import HTTPResponse
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings

from catalog.pictures import renditions
from tests.factories import ProductFactory
from tests.pictures import as_file, drawing
from tests.processes import ROOT, eventually, free_port, running

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
MEGABYTE = 1 << 20
pytestmark = [
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed"),
    pytest.mark.django_db(transaction=True),
]
WHOLE = """
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{}}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    scgi_temp_path {folder}/scgi;
    uwsgi_temp_path {folder}/uwsgi;
    include {folder}/shop.conf;
}}
"""
MAKE_CERTIFICATE = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=shop.example.org -keyout key -out chain"


class Answer(NamedTuple):
    status: int
    headers: Message
    text: str


class Front:
    """nginx, as a browser meets it."""

    def __init__(self, port: int) -> None:
        self._address = ("127.0.0.1", port)
        # It signed its certificate itself.
        self._tls = ssl._create_unverified_context()  # noqa: S323

    def connect(self) -> ssl.SSLSocket:
        return self._tls.wrap_socket(
            socket.create_connection(self._address, timeout=20), server_hostname="shop.example.org"
        )

    def ask(self, path: str, *headers: str, method: str = "GET", body: bytes = b"") -> Answer:
        with self.connect() as connection:
            lines = [f"{method} {path} HTTP/1.1", "Host: shop.example.org", "Connection: close", *headers, "", ""]
            connection.sendall("\r\n".join(lines).encode() + body)
            answer = HTTPResponse(connection)
            answer.begin()
            return Answer(answer.status, answer.headers, answer.read().decode(errors="replace"))


def _configuration(folder: Path, ports: dict[str, int]) -> str:
    """That of deploy/, on the ports of this test and with its files."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    text = re.sub(r".*listen \[::\].*\n", "", text)
    for old, new in ports.items():
        text = re.sub(rf"(listen|server) (?:127\.0\.0\.1:)?{old}\b", rf"\1 127.0.0.1:{new}", text)
    text = re.sub(r"/etc/letsencrypt/live/[^/]+/(fullchain|privkey).pem", rf"{folder}/\1", text)
    text = text.replace("/fullchain;", "/chain;").replace("/privkey;", "/key;")
    return text.replace("/srv/shop", str(folder))


@pytest.fixture(scope="module")
def front(django_db_setup, tmp_path_factory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    ports = {"80": free_port(), "443": free_port(), "8000": free_port()}
    subprocess.run(MAKE_CERTIFICATE.split(), cwd=folder, check=True, capture_output=True)
    (folder / "shop.conf").write_text(_configuration(folder, ports))
    (folder / "nginx.conf").write_text(WHOLE.format(folder=folder))
    (folder / "media").symlink_to(settings.MEDIA_ROOT)
    (folder / "var" / "static").mkdir(parents=True)
    nginx = (NGINX, "-c", folder / "nginx.conf", "-p", folder, "-e", folder / "error.log")
    checked = subprocess.run([*map(str, nginx), "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    bind = f"127.0.0.1:{ports['8000']}"
    gunicorn = (sys.executable, "-m", "gunicorn", "fashionsite.wsgi", "--bind", bind, "--workers", 1)
    with ExitStack() as stack:
        stack.enter_context(running(*gunicorn, SITE_URL="https://shop.example.org"))
        stack.enter_context(running(*nginx))
        for port in ports.values():
            eventually(lambda port=port: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
        yield Front(ports["443"])


def test_pages_come_through_over_https_and_the_shops_own_figures_do_not(front):
    page = front.ask("/")
    assert page.status == 200
    assert "Strict-Transport-Security" in page.headers
    assert [front.ask(path).status for path in ("/healthz", "/readyz", "/metrics")] == [404, 404, 404]


def test_what_a_client_says_of_itself_is_not_passed_on(front):
    # Django redirects what is not said to be https.
    assert front.ask("/", "X-Forwarded-Proto: http", "X-Forwarded-For: 9.9.9.9").status == 200
    assert front.ask("/", "X-Forwarded-Host: evil.example.org").status == 200


def test_slow_clients_stop_no_page(front):
    with ExitStack() as stack:
        slow = [stack.enter_context(front.connect()) for _ in range(50)]
        for client in slow[:25]:
            client.sendall(b"GET / HTTP/1.1\r\nHost: shop.example.org\r\nX: ")
        for client in slow[25:]:
            client.sendall(b"POST /search/photo/ HTTP/1.1\r\nHost: shop.example.org\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(3):
            assert front.ask("/").status == 200
            for client in slow:
                client.send(b"a")


@pytest.mark.parametrize(
    ("path", "length", "said"),
    [
        ("/search/photo/", 400_000_000, "Up to 20 MB work here."),
        ("/api/v1/search/photo/", 400_000_000, "This is too large; up to 20 MB work here."),
        ("/admin/login/", 1_100_000, "Up to 1 MB work here."),
        ("/admin/importing/importjob/add/", 20 * 1024**3, "Up to 16,384 MB work here."),
    ],
)
def test_what_is_too_large_gets_the_shops_own_answer_before_it_comes(front, path, length, said):
    answer = front.ask(path, f"Content-Length: {length}", method="POST")
    assert answer.status == 413
    assert said in answer.text


def test_the_import_desk_reads_nothing_of_a_stranger(front):
    answer = front.ask("/admin/importing/importjob/add/", "Content-Length: 4000000000", method="POST", body=b"a")
    assert answer.status == 302
    assert answer.headers["Location"].startswith("/admin/login/")


def test_nginx_hands_out_the_pictures_that_there_are_and_the_shop_the_others(front):
    product = ProductFactory(file=as_file(drawing(707_070, (300, 400))))
    address = renditions.address(product.image_digest, 240)
    made_by_the_shop = front.ask(address)
    handed_out = [front.ask(product.image.url), front.ask(address)]
    for answer in (made_by_the_shop, *handed_out):
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    # The shop gives each of its answers an id.
    assert "X-Request-ID" in made_by_the_shop.headers
    assert not any("X-Request-ID" in answer.headers for answer in handed_out)
