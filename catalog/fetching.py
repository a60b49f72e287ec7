"""Asks addresses that somebody gave for pictures and tables, or sends something there; never inside networks."""

import http.client
import io
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from django.utils.translation import gettext, gettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

BYTES_AT_ONCE = 64 * 1024
BYTES_OF_ANSWER = 2048
BYTES_OF_HEADERS = 256 * 1024
"""What may come beside the picture: headers, and the sizes of chunks."""
MOST_REDIRECTS = 3
VERSION_LENGTH = 300
REDIRECTS = (301, 302, 303, 307, 308)
TEMPORARY = (408, 425, 429, 500, 502, 503, 504)
SECONDS = 10.0
PORTS = {"http": 80, "https": 443}
ACCEPTED = {"picture": "image/*", "table": "*/*"}
USER_AGENT = "visual-search-shop/1 (fetches pictures of products)"

IPv4 = ipaddress.IPv4Address
IPv6 = ipaddress.IPv6Address
Networks = Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]
"""Of somebody's own"""
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
NOT_FOR_SHOPS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure's own service beside each machine
        "192.0.0.0/24",  # Oracle's metadata among others
        "192.88.99.0/24",  # relays of 6to4
        "100.64.0.0/10",  # shared by carriers; Alibaba's metadata
    )
)
NAMES_INSIDE = (".localhost", ".local", ".internal", ".home.arpa", ".lan")
INSIDE = gettext_lazy("This address is not on the public internet.")
ONLY_PORTS = gettext_lazy("Only the ports 80 and 443 are asked.")
NOT_THERE = {
    "picture": gettext_lazy("This address does not answer with a picture."),
    "table": gettext_lazy("This address does not answer with a table."),
}
TOO_LARGE = {
    "picture": gettext_lazy("This picture is too large; up to {most} MB work."),
    "table": gettext_lazy("This table is too large; up to {most} MB work."),
}
# The system's resolver cannot be told when to give up.
_resolvers = ThreadPoolExecutor(16, thread_name_prefix="resolver")


class UnfetchableAddress(Exception):
    """The address cannot be used; the message tells a person why.

    `is_temporary` where another try may find it, `seconds` how long its server asks to wait before that.
    """

    def __init__(self, message: "StrOrPromise", is_temporary: bool = False, seconds: float | None = None):
        super().__init__(message)
        self.is_temporary, self.seconds = is_temporary, seconds


class Version(NamedTuple):
    """How a server tells whether what lies at an address is still what it was; "" where it does not."""

    etag: str = ""
    modified: str = ""


class Answer(NamedTuple):
    """What a server answers to what was sent: how its text begins, and how long it asks to wait if it does."""

    status: int
    beginning: str
    seconds_to_wait: float | None


class Unchanged(Exception):
    """What lies at the address is still the version that is known."""


def fetch(address: str, most_bytes: int, wanted: str = "picture", seconds: float = SECONDS) -> bytes:
    """What lies at a public http or https address, a picture or a table. Raises UnfetchableAddress."""
    content, _ = fetch_changed(address, most_bytes, Version(), wanted, seconds)
    return content


def fetch_changed(
    address: str, most_bytes: int, known: Version, wanted: str, seconds: float = SECONDS
) -> tuple[bytes, Version]:
    """The same with its version, where that is another one than is known. Raises UnfetchableAddress and Unchanged.

    Each redirect is checked as the address was, and the connection goes to the very machine that was checked, so that
    a name cannot mean another one a moment later. The seconds are for all of it together, however slowly it drips.
    """
    deadline = time.monotonic() + seconds
    for _ in range(1 + MOST_REDIRECTS):
        with _in_words(NOT_THERE[wanted]):
            found = _ask(_checked(address), most_bytes, deadline, wanted, known)
            if not isinstance(found, str):
                return found
            address = urljoin(address, found)
    raise UnfetchableAddress(gettext("This address leads from one to another too often."))


def post(
    address: str, content: bytes, headers: Mapping[str, str], seconds: float = SECONDS, networks: Networks = ()
) -> Answer:
    """Sends something to a public address, or to one in networks of one's own. Raises UnfetchableAddress.

    A redirect is an answer like others: what is sent is for that address alone. The seconds are for all of it together.
    """
    deadline = time.monotonic() + seconds
    with _in_words(gettext_lazy("This address does not answer.")):
        parts = _checked(address, networks)
        with _asked(parts, "POST", content, headers, 0, deadline, networks) as response:
            beginning = response.read1(BYTES_OF_ANSWER).decode("utf-8", "replace").replace("\0", "")
            return Answer(response.status, beginning, _seconds_to_wait(response))


@contextmanager
def _in_words(silence: "StrOrPromise") -> Iterator[None]:
    """Raises UnfetchableAddress for what goes wrong, with these words where no good answer comes."""
    try:
        yield
    except TimeoutError as error:
        raise UnfetchableAddress(gettext("This address takes too long to answer."), is_temporary=True) from error
    except (OSError, http.client.HTTPException) as error:
        raise UnfetchableAddress(silence, is_temporary=True) from error
    except ValueError as error:
        raise UnfetchableAddress(gettext("This is not an address of the web.")) from error


def host_of(address: str, networks: Networks = ()) -> str:
    """The machine that an address names, in small letters; nothing is asked for that.

    Raises UnfetchableAddress where it would not be asked, as far as the address itself tells.
    """
    host = _checked(address, networks).hostname or ""
    if _is_inside(host, networks):
        raise UnfetchableAddress(INSIDE)
    return host


def _checked(address: str, networks: Networks = ()) -> SplitResult:
    """Networks of one's own have servers at any port."""
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError as error:
        raise UnfetchableAddress(gettext("This is not an address of the web.")) from error
    if parts.scheme not in PORTS or not parts.hostname or parts.username or parts.password:
        raise UnfetchableAddress(gettext("Give an address that begins with http:// or https://."))
    if port is not None and port not in PORTS.values() and not networks:
        raise UnfetchableAddress(ONLY_PORTS)
    return parts


def _is_inside(host: str, networks: Networks) -> bool:
    """Whether the number that it is, or the name itself, belongs to a network of somebody's own, beside these.

    Where there are networks, a name may lead into them.
    """
    name = host.rstrip(".")
    try:
        ip = name if ":" in name else socket.inet_ntoa(socket.inet_aton(name))
        return not (_is_public(ip) or _is_in(ip, networks))
    except (OSError, ValueError):
        return not networks and ("." not in name or name.endswith(NAMES_INSIDE))


def _is_in(ip: str, networks: Networks) -> bool:
    return any(ipaddress.ip_address(ip) in network for network in networks)


def _address_of(host: str, port: int, deadline: float, networks: Networks) -> str:
    """An IP address of the host, all of which are public, or all in the networks. Raises UnfetchableAddress."""
    asked = _resolvers.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    found = {str(entry[4][0]) for entry in asked.result(_left(deadline))}
    are_own = all(_is_in(ip, networks) for ip in found)
    if not are_own and not all(_is_public(ip) for ip in found):
        raise UnfetchableAddress(INSIDE)
    if not are_own and networks and port not in PORTS.values():
        raise UnfetchableAddress(ONLY_PORTS)
    # Few shops' servers reach the newer internet, and all reach the older one.
    return min(found, key=lambda ip: (":" in ip, ip))


def _is_public(text: str) -> bool:
    return all(_is_global(ip) for ip in _meant_by(ipaddress.ip_address(text)))


def _meant_by(ip: IPv4 | IPv6) -> Iterator[IPv4 | IPv6]:
    """The addresses that a connection to this one may come to: those that are wrapped in it too."""
    if isinstance(ip, IPv6):
        if ip in NAT64 or ip.ipv4_mapped:
            yield IPv4(int(ip) & 0xFFFFFFFF)
            return
        if ip.sixtofour:
            yield ip.sixtofour
        if ip.teredo:
            yield from ip.teredo
        if (int(ip) >> 32) & 0xFDFFFFFF == 0x5EFE:
            # ISATAP
            yield IPv4(int(ip) & 0xFFFFFFFF)
    yield ip


def _is_global(ip: IPv4 | IPv6) -> bool:
    if isinstance(ip, IPv6) and ip not in GLOBAL_UNICAST:
        return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in NOT_FOR_SHOPS)


def _ask(
    parts: SplitResult, most_bytes: int, deadline: float, wanted: str, known: Version
) -> tuple[bytes, Version] | str:
    """The content with its version, or where it is instead."""
    conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.modified}
    headers = {"Accept": ACCEPTED[wanted], "User-Agent": USER_AGENT, **conditions}
    told = {name: text for name, text in headers.items() if text}
    with _asked(parts, "GET", None, told, most_bytes, deadline) as response:
        if response.status in REDIRECTS:
            return response.headers.get("Location", "")
        if response.status == http.HTTPStatus.NOT_MODIFIED and any(known):
            raise Unchanged
        if response.status != http.HTTPStatus.OK:
            message = gettext("This address answers with the status {status}.").format(status=response.status)
            raise UnfetchableAddress(message, response.status in TEMPORARY, _seconds_to_wait(response))
        return _read(response, most_bytes, wanted), _version_of(response)


@contextmanager
def _asked(
    parts: SplitResult,
    method: str,
    content: bytes | None,
    headers: Mapping[str, str],
    most_bytes: int,
    deadline: float,
    networks: Networks = (),
) -> Iterator[http.client.HTTPResponse]:
    """What a server answers, its content still to be read."""
    host = (parts.hostname or "").encode("idna").decode()
    port = parts.port or PORTS[parts.scheme]
    with _connect(parts.scheme, host, port, deadline, networks) as sock:
        connection = http.client.HTTPConnection(host, port)
        connection.sock = _Hurried(sock, most_bytes + BYTES_OF_HEADERS, deadline)
        connection.request(method, _target(parts), content, headers)
        yield connection.getresponse()


def _connect(scheme: str, host: str, port: int, deadline: float, networks: Networks) -> socket.socket:
    plain = socket.create_connection((_address_of(host, port, deadline, networks), port), timeout=_left(deadline))
    if scheme == "http":
        return plain
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
    except OSError:
        plain.close()
        raise


def _target(parts: SplitResult) -> str:
    """What is asked for, with the spaces and umlauts that people write escaped as browsers do."""
    return quote((parts.path or "/") + (f"?{parts.query}" if parts.query else ""), safe="%/?:@!$&'()*+,;=-._~[]|")


def _read(response: http.client.HTTPResponse, most_bytes: int, wanted: str) -> bytes:
    content = bytearray()
    while part := response.read1(BYTES_AT_ONCE):
        content += part
        if len(content) > most_bytes:
            raise UnfetchableAddress(TOO_LARGE[wanted].format(most=most_bytes >> 20))
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    return bytes(content)


def _version_of(response: http.client.HTTPResponse) -> Version:
    told = (response.headers.get(name, "") for name in ("ETag", "Last-Modified"))
    # PostgreSQL's JSON knows no NUL.
    return Version(*(text if len(text) <= VERSION_LENGTH and text.isprintable() else "" for text in told))


def _seconds_to_wait(response: http.client.HTTPResponse) -> float | None:
    """What a Retry-After asks for, be it seconds or a date; None where it asks for nothing that makes sense."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value[:9])
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None


class _Hurried(io.RawIOBase):
    """A socket as `http.client` uses it, which gives up at the deadline or after so many bytes, whatever comes."""

    def __init__(self, sock: socket.socket, most_bytes: int, deadline: float):
        self._sock, self._bytes_left, self._deadline = sock, most_bytes, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._sock.settimeout(_left(self._deadline))
        count = self._sock.recv_into(buffer)
        self._bytes_left -= count
        if self._bytes_left < 0:
            raise UnfetchableAddress(gettext("This address answers with more than a picture."))
        return count

    def sendall(self, content: bytes) -> None:
        self._sock.settimeout(_left(self._deadline))
        self._sock.sendall(content)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def close(self) -> None:
        """Nothing, as `http.client` closes the socket while the answer is still to be read; `_ask` does so."""


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise UnfetchableAddress(gettext("This address takes too long to answer."), is_temporary=True)
    return left
