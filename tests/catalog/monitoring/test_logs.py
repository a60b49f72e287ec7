"""What the log says while the database is away."""

import subprocess
import sys

import pytest

from tests.processes import ROOT, environment, free_port

VISITS = """
import django
django.setup()
from django.test import Client
client = Client(raise_request_exception=False, headers={"host": "localhost"})
print([client.get(address).status_code for address in ("/", "/products/", "/api/v1/products/", "/products/1/")])
"""


@pytest.mark.django_db
def test_a_database_that_is_away_is_a_line_for_each_request_and_one_traceback():
    away = f"postgresql://nobody@127.0.0.1:{free_port()}/shop"
    answer = subprocess.run(
        [sys.executable, "-c", VISITS],
        cwd=ROOT,
        env=environment(DATABASE_URL=away),
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == "[503, 503, 503, 503]"
    lines = [line for line in answer.stderr.splitlines() if "Service Unavailable" in line]
    assert len(lines) == 4
    for line in lines:
        assert " WARNING django.request [" in line
        assert "Connection refused" in line
    assert "ERROR" not in answer.stderr
    # The driver's, of which Django's is the consequence.
    assert answer.stderr.count("Traceback") == 2
