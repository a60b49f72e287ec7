"""What load balancers and monitoring are told."""

import pytest

from fashionsite import health
from fashionsite.celery import app
from tests.factories import ProductFactory, searchable_products

pytestmark = pytest.mark.django_db


def test_a_shop_that_is_ready_says_what_it_has(client):
    searchable_products(1)
    ProductFactory()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["ready"]
    assert answer.json()["encoder"] == "fashion-resnet"
    assert answer.json()["backlog"] == {"fashion-resnet": 1}
    assert client.get("/healthz").content == b"ok"


@pytest.mark.usefixtures("unvisited")
def test_what_is_missing_is_named(client, monkeypatch):
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 10**18)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["missing"] == ["broker", "encoder", "free_bytes"]
    assert "no encoder is registered yet" in answer.json()["encoder"]
