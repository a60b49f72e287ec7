"""Pictures from addresses, and nothing from inside networks."""

import http.server
import ipaddress
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from catalog import fetching
from tests.pictures import as_file, drawing


@pytest.fixture
def server():
    """A web server here: `/picture`, `/loop` to itself, `/away` to the picture, `/to?` elsewhere, `/endless`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path in ("/loop", "/away"):
                self.send_response(302)
                self.send_header("Location", {"/away": "/a%20picture?n=%C3%BC"}.get(self.path, self.path))
                self.end_headers()
            elif self.path.startswith("/to?"):
                self.send_response(302)
                self.send_header("Location", self.path.removeprefix("/to?"))
                self.end_headers()
            elif self.path in ("/picture", "/a%20picture?n=%C3%BC", "/endless"):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(bytes(300_000) if self.path == "/endless" else as_file(drawing(3)))
            elif self.path == "/torn":
                self.send_response(200)
                self.send_header("Content-Length", "1000")
                self.end_headers()
                self.wfile.write(b"half")
            elif self.path == "/busy":
                self.send_response(429)
                self.send_header("Retry-After", "120")
                self.end_headers()
            else:
                self.send_error(404)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.0.0.1",
        "0.0.0.0",  # noqa: S104 – nothing listens
        "2130706433",
        "0x7f.1",
        "169.254.169.254",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "192.88.99.1",
        "224.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:0:127.0.0.1]",
        "[::127.0.0.1]",
        "[::a00:1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::169.254.169.254]",
        "[64:ff9b:1::10.0.0.1]",
        "[2002:7f00:1::1]",
        "[2001:0:a00:1::1]",
        "[2606:4700::5efe:10.0.0.1]",
        "[2606:4700::200:5efe:10.0.0.1]",
        "[fe80::1]",
        "[fec0::1]",
        "[fd00:ec2::254]",
        "[5f00::1]",
        "[ff02::1]",
        "[2001:db8::1]",
    ],
)
def test_an_address_inside_networks_is_never_asked(host):
    with pytest.raises(fetching.UnfetchableAddress, match=r"public internet|does not answer"):
        fetching.fetch(f"http://{host}/a.jpg", 1 << 20)
    with pytest.raises(fetching.UnfetchableAddress, match="public internet"):
        fetching.host_of(f"http://{host}/a.jpg")


@pytest.mark.parametrize("host", ["nas", "LOCALHOST.", "feeds.intern.local", "printer.lan", "metadata.google.internal"])
def test_names_that_are_only_known_inside_networks_are_refused_unasked(host):
    with pytest.raises(fetching.UnfetchableAddress, match="public internet"):
        fetching.host_of(f"https://{host}/a.csv")


@pytest.mark.parametrize(
    "host", ["example.org", "93.184.216.34", "[2606:2800:220:1::1]", "xn--bcher-kva.example", "1.shop"]
)
def test_other_hosts_are_left_to_be_asked(host):
    assert fetching.host_of(f"https://{host}/a.csv") == host.strip("[]")


@pytest.mark.parametrize("ip", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::93.184.216.34"])
def test_the_public_internet_is_public(ip):
    assert fetching._is_public(ip)


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "ftp://example.org/a",
        "//x",
        "",
        "http://",
        "http://u:p@h/",
        "http://h:99999/",
        "http://h:x/",
        "http://[h/",
        "http://h:22/",
        "http://h:6379/",
        f"http://{'h' * 70}.org/",
        "http://a\0b/",
    ],
)
def test_only_web_addresses_are_asked(address):
    with pytest.raises(fetching.UnfetchableAddress):
        fetching.fetch(address, 1 << 20)


def test_a_public_address_is_fetched_within_limits(server, public):
    assert fetching.fetch(f"{server}/picture", 1 << 20) == as_file(drawing(3))
    assert fetching.fetch(f"{server}/a picture?n=ü", 1 << 20) == as_file(drawing(3))
    assert fetching.fetch(f"{server}/away", 1 << 20) == as_file(drawing(3))
    for path, message in (
        ("/loop", "too often"),
        ("/endless", "too large"),
        ("/none", "404"),
        ("/torn", "does not answer"),
    ):
        with pytest.raises(fetching.UnfetchableAddress, match=message):
            fetching.fetch(server + path, 100_000)


@pytest.mark.parametrize(
    ("elsewhere", "says"),
    [
        ("http://127.0.0.2/picture", "public internet"),
        ("//127.0.0.2/picture", "public internet"),
        ("http://[::1]/", "public internet"),
        ("http://169.254.169.254/latest/meta-data/", "public internet"),
        ("http://[64:ff9b::7f00:1]/", "public internet"),
        ("http://2130706434/", "public internet"),
        ("http://127.0.0.1:6379/", "ports"),
        ("http://somebody:secret@127.0.0.1/", "begins with"),
        ("file:///etc/passwd", "begins with"),
        ("gopher://127.0.0.1:6379/_INFO", "begins with"),
    ],
)
def test_a_redirect_is_checked_as_the_address_was(server, monkeypatch, elsewhere, says):
    """One number of this machine stands in for the public internet, and its port for that of the web."""
    monkeypatch.setattr(fetching, "_is_public", lambda ip: ip == "127.0.0.1")
    monkeypatch.setattr(fetching, "PORTS", {"http": int(server.rpartition(":")[2]), "https": 443})
    with pytest.raises(fetching.UnfetchableAddress, match=says):
        fetching.fetch(f"{server}/to?{elsewhere}", 1 << 20)


def test_a_server_that_asks_to_wait_is_heard(server, public):
    with pytest.raises(fetching.UnfetchableAddress, match="429") as raised:
        fetching.fetch(f"{server}/busy", 1 << 20)
    assert (raised.value.is_temporary, raised.value.seconds) == (True, 120)
    with pytest.raises(fetching.UnfetchableAddress) as raised:
        fetching.fetch(f"{server}/none", 1 << 20)
    assert not raised.value.is_temporary


@pytest.fixture
def talker():
    """Starts a server that answers with what it is told to, piece by piece; (its address, what hangs up)."""
    listener = socket.create_server(("127.0.0.1", 0))

    def start(start: bytes, piece: bytes, pause: float) -> str:
        def talk() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(start)
                while True:
                    connection.sendall(piece)
                    time.sleep(pause)

        def until_hung_up(talk: Callable[[], None]) -> None:
            with suppress(OSError):
                talk()

        threading.Thread(target=until_hung_up, args=[talk], daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"

    yield start
    listener.close()


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"y"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b"a"),
    ],
)
def test_what_drips_ends_at_the_deadline(start, piece, talker, public):
    before = time.monotonic()
    with pytest.raises(fetching.UnfetchableAddress) as raised:
        fetching.fetch(talker(start, piece, 0.02), 1 << 20, seconds=0.2)
    assert raised.value.is_temporary
    assert time.monotonic() - before < 1


def test_endless_interim_answers_are_cut_off(talker, public):
    with pytest.raises(fetching.UnfetchableAddress, match=r"more than a picture|does not answer"):
        fetching.fetch(talker(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000, 0), 1 << 10)


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 302 Found\r\nLocation: http://[\r\n",
        b"HTTP/1.1 503 Unavailable\r\nRetry-After: Mon, 01 Jan 99999999999 00:00:00 GMT\r\n",
        b"HTTP/1.1 503 Unavailable\r\nRetry-After: Mon, 01 Jan 2024 00:00:00 +9999999999999999\r\n",
    ],
)
def test_headers_of_no_sense_are_refused_as_the_address_is(head, talker, public):
    with pytest.raises(fetching.UnfetchableAddress):
        fetching.fetch(talker(head + b"Content-Length: 0\r\n\r\n", b"", 1), 1 << 20)


def test_a_version_that_no_table_can_hold_is_none(talker, public):
    answer = b'HTTP/1.1 200 OK\r\nETag: "a\0b"\r\nLast-Modified: Mon\r\nContent-Length: 1\r\n\r\nx'
    _, version = fetching.fetch_changed(talker(answer, b"", 1), 1 << 20, fetching.Version(), "table")
    assert version == fetching.Version("", "Mon")


@pytest.mark.parametrize(("networks", "is_asked"), [(["127.0.0.0/8"], True), (["10.0.0.0/8"], False), ([], False)])
def test_what_is_sent_goes_into_networks_of_ones_own_alone(networks, is_asked):
    """Nothing listens at port 1, so an address that is asked does not answer."""
    own = [ipaddress.ip_network(network) for network in networks]
    with pytest.raises(fetching.UnfetchableAddress) as refused:
        fetching.post("http://127.0.0.1:1/", b"{}", {}, networks=own)
    assert refused.value.is_temporary == is_asked
