"""The threat model names tests that exist, and the rules of Prometheus name metrics that do."""

import re

import pytest
import yaml

from recommender import embedding
from recommender.tasks import measure_index
from tests.factories import ProductFactory, searchable_products
from tests.processes import ROOT
from tests.test_metrics import figures


def test_every_test_that_the_threat_model_names_exists():
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs" / "security.md").read_text())
    assert len(named) > 30
    gone = [f"{file}::{name}" for file, name in named if not _has(file, name)]
    assert gone == []


def _has(file: str, name: str) -> bool:
    path = ROOT / file
    return path.exists() and re.search(rf"^def {name}\(", path.read_text(), re.MULTILINE) is not None


@pytest.mark.django_db
def test_every_metric_that_a_rule_or_the_docs_name_exists(client):
    searchable_products(14)
    embedding.embed_products([ProductFactory(file=b"no picture").pk])
    measure_index()
    client.get("/products/")
    told = {name for name, *_ in figures(client.get("/metrics").content.decode())}
    rules = yaml.safe_load((ROOT / "deploy" / "prometheus-alerts.yml").read_text())["groups"][0]["rules"]
    assert len(rules) >= 5
    docs = (ROOT / "docs" / "operations.md").read_text()
    assert set(re.findall(r"shop_\w+", " ".join(rule["expr"] for rule in rules))) <= told
    listed = set(re.findall(r"`(shop_[a-z_]+)`", docs))
    assert {name for name in listed if not {name, f"{name}_count"} & told} == set()
    assert {name for name in told if not any(name.startswith(one) for one in listed)} == set()
    assert {rule["alert"] for rule in rules} == set(re.findall(r"^\| `(Shop\w+)`", docs, re.MULTILINE))
