"""Fetches a picture from an address that somebody typed, and nothing that lies inside networks."""

import http.client
import ipaddress
import socket
import ssl
import time
from urllib.parse import SplitResult, urljoin, urlsplit

BYTES_AT_ONCE = 64 * 1024
MOST_REDIRECTS = 3
REDIRECTS = (301, 302, 303, 307, 308)
SECONDS = 10.0


class UnfetchableAddress(Exception):
    """The address cannot be used; the message tells a person why."""


def fetch(address: str, most_bytes: int) -> bytes:
    """What lies at a public http or https address. Raises UnfetchableAddress.

    Each redirect is checked as the address was, and the connection goes to the very machine that was checked, so that
    a name cannot mean another one a moment later.
    """
    deadline = time.monotonic() + SECONDS
    for _ in range(1 + MOST_REDIRECTS):
        try:
            found = _ask(_checked(address), most_bytes, deadline)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise UnfetchableAddress("This address does not answer with a picture.") from error
        if isinstance(found, bytes):
            return found
        address = urljoin(address, found)
    raise UnfetchableAddress("This address leads from one to another too often.")


def _checked(address: str) -> SplitResult:
    parts = urlsplit(address.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise UnfetchableAddress("Give the address of a picture that begins with http:// or https://.")
    return parts


def _public_address_of(host: str, port: int) -> str:
    """An IP address of the host, all of which are public. Raises UnfetchableAddress."""
    found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    if not all(_is_public(ip) for ip in found):
        raise UnfetchableAddress("This address is not on the public internet.")
    return sorted(found)[0]


def _is_public(text: str) -> bool:
    ip = ipaddress.ip_address(text)
    mapped = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return ip.is_global and not ip.is_multicast and (mapped is None or mapped.is_global)


def _ask(parts: SplitResult, most_bytes: int, deadline: float) -> bytes | str:
    """The content, or where it is instead."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = parts.hostname or ""
    connection = http.client.HTTPConnection(host, port)
    connection.sock = _connect(parts, _public_address_of(host, port), port, deadline)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target, headers={"Accept": "image/*", "User-Agent": "photo-search"})
        response = connection.getresponse()
        if response.status in REDIRECTS:
            return response.headers.get("Location", "")
        if response.status != http.HTTPStatus.OK:
            raise UnfetchableAddress(f"This address answers with the status {response.status}.")
        return _read(response, most_bytes, deadline)
    finally:
        connection.close()


def _connect(parts: SplitResult, ip: str, port: int, deadline: float) -> socket.socket:
    plain = socket.create_connection((ip, port), timeout=_left(deadline))
    if parts.scheme == "http":
        return plain
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname)
    except OSError:
        plain.close()
        raise


def _read(response: http.client.HTTPResponse, most_bytes: int, deadline: float) -> bytes:
    content = bytearray()
    while part := response.read1(BYTES_AT_ONCE):
        content += part
        if len(content) > most_bytes:
            raise UnfetchableAddress(f"This picture is too large; up to {most_bytes >> 20} MB work.")
        _left(deadline)
    return bytes(content)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise UnfetchableAddress("This address takes too long to answer.")
    return left
