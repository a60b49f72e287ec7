"""The shop in containers: the same programs as without."""

import os
import re
import shutil
import subprocess

import pytest
import yaml

from tests.processes import ROOT

DEPLOY = ROOT / "deploy"
ASKED = {"SITE_NAME": "shop.example.org", "SECRET_KEY": "a", "POSTGRES_PASSWORD": "b"}
COMPOSE = next((found for name in ("docker-compose", "docker") if (found := shutil.which(name))), None)
START = re.compile("^ExecStart=/srv/shop/.venv/bin/(.*)$", re.MULTILINE)


@pytest.fixture
def services() -> dict:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]


def test_containers_run_what_the_units_run(services):
    for name in ("web", "worker", "beat"):
        (started,) = START.findall((DEPLOY / f"shop-{name}.service").read_text())
        assert " ".join(services[name]["command"]) == started


def test_nothing_secret_is_in_the_file_and_all_settings_are_known(services):
    documented = (ROOT / "docs" / "settings.md").read_text()
    for name, value in services["web"]["environment"].items():
        assert f"`{name}`" in documented
        assert value.startswith(
            ("redis://redis:", "https://${SITE_NAME:?", "${", "postgresql://shop:${POSTGRES_PASSWORD:?")
        )


def test_files_that_are_named_are_there(services):
    for service in services.values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert not source.startswith("./") or (DEPLOY / source).is_file()
    for copied in re.findall(r"^COPY (\S+\.txt)", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE):
        assert (ROOT / copied).is_file()


@pytest.mark.skipif(COMPOSE is None, reason="docker compose is not installed")
def test_compose_reads_it_and_asks_for_what_it_needs():
    compose = [COMPOSE, "compose"] if COMPOSE.endswith("docker") else [COMPOSE]
    command = [*compose, "--file", DEPLOY / "compose.yaml", "config", "--quiet"]
    environment = {**os.environ, **ASKED}
    read = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert read.returncode == 0, read.stderr
    del environment["SITE_NAME"]
    lacking = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert lacking.returncode
    assert "the name that leads to this machine" in lacking.stderr
