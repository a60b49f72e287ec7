"""A program of the merchant's that is told, on this machine."""

import ipaddress
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from fashionsite.webhooks.models import Endpoint, Event


@dataclass
class Receiver:
    """What came, as (headers, body), and what is answered to each path."""

    address: str = ""
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    said: bytes = b""

    @property
    def messages(self) -> list[dict]:
        return [json.loads(body) for _, body in self.came]


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.came.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(receiver.status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(receiver.said)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    receiver.address = f"http://127.0.0.1:{server.server_port}/told"
    settings.WEBHOOK_NETWORKS = [ipaddress.ip_network("127.0.0.0/8")]
    yield receiver
    server.shutdown()
    server.server_close()


@pytest.fixture
def endpoint(db, receiver: Receiver) -> Endpoint:
    endpoint = Endpoint(address=receiver.address, events=Event.values)
    endpoint.take_new_secret()
    endpoint.save()
    return endpoint
