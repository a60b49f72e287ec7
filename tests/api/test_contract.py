"""What the schema says holds, whatever a program asks that it made up by it: nothing is an error of the server."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings

from catalog.appearance import KEPT
from catalog.models import Appearance
from fashionsite.api.views import described
from fashionsite.wsgi import application
from tests.api.conftest import bearer
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db
BASE = Path(__file__).parents[2]
EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "20"))
"""Of each operation, with a key, and of those that go without one, so too; CONTRACT_EXAMPLES=200 is a longer run, which
also asks for each value at its limits."""
CONFIG = schemathesis.Config.from_path(BASE / "schemathesis.toml")
CONFIG.projects.default.phases.coverage.enabled = "CONTRACT_EXAMPLES" in os.environ
# The schema is made before there is a database to ask what the shop is called.
KEPT.keep(Appearance())
SCHEMA = schemathesis.openapi.from_dict(described(), config=CONFIG)
SCHEMA.app = application
made_up = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(autouse=True)
def shop(db):
    """A product; and the connection with the test's transaction stays open, as Django's own test client keeps it."""
    ProductFactory(sku="1", price=5, currency="EUR")
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def key() -> dict[str, str]:
    return bearer(may_write=True)


@SCHEMA.parametrize()
@made_up
def test_who_may_everything_is_answered_as_the_schema_says(case, key):
    case.call_and_validate(headers=key)


@SCHEMA.include(lambda asked: asked.operation.definition.raw["x-scope"] != "write").parametrize()
@made_up
def test_who_has_no_key_is_answered_as_the_schema_says(case):
    case.call_and_validate()


@pytest.mark.django_db(transaction=True)
def test_what_one_answer_names_the_next_request_takes(live_server, key):
    """By the command itself, as developers run it."""
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{live_server}/api/v1/schema/"]
    headers = [option for header in key.items() for option in ("--header", ": ".join(header))]
    options = ["--checks", "all", "--phases", "stateful", "--max-examples", str(EXAMPLES // 4), "--no-color"]
    ran = subprocess.run([*command, *headers, *options], cwd=BASE, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout
