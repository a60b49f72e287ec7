"""Pictures from addresses, and nothing from inside networks."""

import http.server
import threading

import pytest

from recommender.photo import fetching
from tests.pictures import as_file, drawing


@pytest.fixture
def server():
    """A web server on this machine: `/picture`, `/loop` to itself, `/away` to the picture, `/endless`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path in ("/loop", "/away"):
                self.send_response(302)
                self.send_header("Location", "/loop" if self.path == "/loop" else "/picture")
                self.end_headers()
            elif self.path in ("/picture", "/endless"):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(as_file(drawing(3)) if self.path == "/picture" else bytes(300_000))
            else:
                self.send_error(404)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_an_address_inside_networks_is_never_asked(server):
    for address in (
        f"{server}/picture",
        server.replace("127.0.0.1", "localhost") + "/picture",
        "http://10.0.0.1/a.jpg",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/a.jpg",
        "http://[::ffff:127.0.0.1]/a.jpg",
        "http://0.0.0.0/a.jpg",
        "http://2130706433/a.jpg",
    ):
        with pytest.raises(fetching.UnfetchableAddress, match=r"public internet|does not answer"):
            fetching.fetch(address, 1 << 20)


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://example.org/a", "//x", "", "http://", "http://u:p@h/"]
)
def test_only_web_addresses_are_asked(address):
    with pytest.raises(fetching.UnfetchableAddress):
        fetching.fetch(address, 1 << 20)


def test_a_public_address_is_fetched_within_limits(server, monkeypatch):
    """This machine stands in for the public internet."""
    monkeypatch.setattr(fetching, "_is_public", lambda ip: True)
    assert fetching.fetch(f"{server}/picture", 1 << 20) == as_file(drawing(3))
    assert fetching.fetch(f"{server}/away", 1 << 20) == as_file(drawing(3))
    for path, message in (("/loop", "too often"), ("/endless", "too large"), ("/none", "404")):
        with pytest.raises(fetching.UnfetchableAddress, match=message):
            fetching.fetch(server + path, 100_000)
