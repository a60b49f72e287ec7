"""What the schema says holds, whatever a program asks that it made up by it: nothing is an error of the server."""

import os

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck
from hypothesis import settings as examples
from hypothesis.stateful import run_state_machine_as_test

from catalog.appearance import KEPT
from catalog.models import Appearance
from fashionsite.api.views import described
from fashionsite.wsgi import application
from tests.api.conftest import bearer
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db
EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "20"))
"""Of each operation, with a key, and of those that go without one, so too; CONTRACT_EXAMPLES=200 is a longer run, which
also asks for each value at its limits."""
CONFIG = schemathesis.Config.from_path(settings.BASE_DIR / "schemathesis.toml")
CONFIG.projects.default.phases.coverage.enabled = "CONTRACT_EXAMPLES" in os.environ
# The schema is made before there is a database to ask what the shop is called.
KEPT.keep(Appearance())
SCHEMA = schemathesis.openapi.from_dict(described(), config=CONFIG)
SCHEMA.app = application
made_up = examples(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


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


def test_what_one_answer_names_the_next_request_takes(key):
    class Links(SCHEMA.as_state_machine()):
        def get_call_kwargs(self, transition):
            return {"headers": key}

        def validate_response(self, response, case, additional_checks=None, **kwargs):
            case.validate_response(response, additional_checks=additional_checks, headers=key)

    run_state_machine_as_test(Links, settings=examples(made_up, max_examples=EXAMPLES // 10))
