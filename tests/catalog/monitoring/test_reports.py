"""Errors reach whoever understands Sentry's language, without anything of a person."""

import importlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.processes import ROOT, environment

ASK = """
import django, json, sys
django.setup()
from django.test import Client
client = Client(raise_request_exception=False, headers={"host": "localhost", "cookie": "seen=SECRET"})
answer = client.get("/products/?q=SECRET&look=SECRET")
print(json.dumps([answer.status_code, answer.headers["X-Request-ID"], "sentry_sdk" in sys.modules]))
"""
NOBODY = "postgresql://nobody:SECRET@127.0.0.1:1/none"


@pytest.fixture
def received() -> Iterator[tuple[str, list[bytes]]]:
    """(The address of a Sentry, the envelopes that it was sent)."""
    envelopes: list[bytes] = []

    class Sentry(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            # The client takes Brotli where it happens to be installed.
            unpack = importlib.import_module({"br": "brotli"}.get(self.headers["Content-Encoding"], "gzip"))
            envelopes.append(unpack.decompress(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Sentry) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://key@127.0.0.1:{server.server_port}/1", envelopes
        server.shutdown()


def ask(**extra: str) -> tuple[int, str, bool]:
    """(Status, id of the request, whether Sentry's client was imported) in a shop whose database is away."""
    environment_ = environment(**extra) | {"DATABASE_URL": NOBODY}
    command = [sys.executable, "-c", ASK]
    said = subprocess.run(command, cwd=ROOT, env=environment_, capture_output=True, text=True, check=True)
    return tuple(json.loads(said.stdout))


@pytest.mark.django_db
def test_an_error_is_sent_with_the_id_of_its_request_and_without_what_somebody_typed(received):
    address, envelopes = received
    status, id_, _ = ask(SENTRY_DSN=address)
    assert status == 503
    errors = [json.loads(line) for envelope in envelopes for line in envelope.splitlines() if b'"exception"' in line]
    assert errors[0]["exception"]["values"][-1]["type"] == "OperationalError"
    assert errors[0]["tags"]["request_id"] == id_
    assert b"SECRET" not in b"".join(envelopes)


@pytest.mark.django_db
def test_without_an_address_nothing_of_it_is_loaded():
    assert ask()[2] is False
