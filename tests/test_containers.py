"""The containers of deploy/: what runs in them is what runs elsewhere, and nothing in them is secret."""

import configparser
import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands
from packaging.specifiers import SpecifierSet

from tests.processes import ROOT, manage

DEPLOY = ROOT / "deploy"
COMPOSE = shutil.which("docker-compose")
SECRETS = {"SECRET_KEY": "a-key-of-this-test", "POSTGRES_PASSWORD": "a-password-of-this-test"}
OUR_OWN = ("prepare", "web", "worker", "beat")


@pytest.fixture(scope="module")
def services() -> dict[str, dict]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]


def of_systemd(name: str) -> list[str]:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(DEPLOY / f"shop-{name}.service")
    return shlex.split(unit["Service"]["ExecStart"].replace("/srv/shop/.venv/bin/", ""))


def of_procfile(name: str) -> list[str]:
    lines = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    return shlex.split(lines[name])


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_what_runs_in_containers_is_what_runs_elsewhere(services, name):
    command = services[name]["command"]
    assert re.sub(r"127\.0\.0\.1:|0\.0\.0\.0:", "", shlex.join(command)) == re.sub(
        r"127\.0\.0\.1:|0\.0\.0\.0:", "", shlex.join(of_systemd(name))
    )
    elsewhere = of_procfile(name)
    assert command[: len(elsewhere) - 1] == elsewhere[:-1]
    assert command[len(elsewhere) - 1].replace("8000", "$PORT") == elsewhere[-1]
    assert Path(sys.executable).with_name(command[0]).exists()


def test_every_command_of_manage_py_is_there(services):
    asked = re.findall(r"manage\.py (\w+)", " ".join(services["prepare"]["command"]))
    assert asked == ["migrate", "collectstatic"]
    assert set(asked) <= set(get_commands())


def test_what_is_asked_of_a_web_process_is_answered_where_it_is_asked(services):
    *_, code = services["web"]["healthcheck"]["test"]
    compile(code, "healthcheck", "exec")
    assert re.search(r":8000(/healthz)", code)
    assert "0.0.0.0:8000" in services["web"]["command"]
    assert "127.0.0.1:8000" in (DEPLOY / "nginx.conf").read_text()
    assert r"127\.0\.0\.1:8000/web:8000" in services["nginx"]["command"][-1]


def test_web_worker_and_nginx_have_the_same_folders(services):
    mounted = {volume.split(":")[1] for volume in services["nginx"]["volumes"]}
    roots = set(re.findall(r"root (/srv/shop\S*);", (DEPLOY / "nginx.conf").read_text()))
    assert roots == {"/srv/shop", "/srv/shop/var"}
    assert {"/srv/shop/var", "/srv/shop/media", "/etc/letsencrypt"} <= mounted
    for name in OUR_OWN:
        assert services[name]["volumes"] == ["var:/srv/shop/var", "media:/srv/shop/media"]
    image = (DEPLOY / "Dockerfile").read_text()
    assert "VAR_DIR=/srv/shop/var MEDIA_ROOT=/srv/shop/media" in image


def test_no_secret_is_in_them():
    for name in ("compose.yaml", "Dockerfile", "compose.env"):
        for secret in re.findall(r"(?:PASSWORD|SECRET_KEY)(?::[ ]|=)(\S*)", (DEPLOY / name).read_text()):
            assert secret == "" or secret.lstrip('"').startswith("${"), (name, secret)
    ignored = subprocess.run(["git", "check-ignore", "deploy/.env"], cwd=ROOT, capture_output=True, check=False)
    assert ignored.returncode == 0


def test_the_image_has_all_that_the_shop_needs_to_run():
    text = (DEPLOY / "Dockerfile").read_text()
    python = re.search(r"^FROM python:([0-9.]+)-", text, re.MULTILINE)[1]
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert python in SpecifierSet(wanted)
    copied = {name for line in re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE) for name in line.split()}
    assert all((ROOT / name).exists() for name in copied)
    assert {"requirements-serving.txt", "manage.py", "gunicorn.conf.py", "pyproject.toml"} <= copied
    assert {"catalog", "fashionsite", "recommender", "static", "templates"} <= copied
    assert re.search(r"^USER shop$", text, re.MULTILINE)


@pytest.mark.django_db
def test_the_shop_starts_from_what_the_image_has_alone(tmp_path):
    text = (DEPLOY / "Dockerfile").read_text()
    for line in re.findall(r"^COPY (.+) \S+$", text, re.MULTILINE):
        for name in line.split():
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, tmp_path / name)
    said = manage(
        *("collectstatic", "--noinput"),
        cwd=tmp_path,
        DJANGO_SETTINGS_MODULE="fashionsite.settings",
        VAR_DIR=tmp_path / "var",
        MEDIA_ROOT=tmp_path / "media",
    )
    assert said.returncode == 0, said.stderr
    assert (tmp_path / "var" / "static" / "staticfiles.json").exists()


@pytest.mark.skipif(COMPOSE is None, reason="docker-compose is not installed")
def test_compose_understands_it_and_says_what_is_missing(tmp_path):
    for name in ("compose.yaml", "nginx.conf"):
        shutil.copy(DEPLOY / name, tmp_path)
    sample = (DEPLOY / "compose.env").read_text()
    (tmp_path / ".env").write_text(sample)
    refused = _config(tmp_path)
    assert refused.returncode != 0
    assert "is to be the output of openssl rand -hex 32" in refused.stderr
    for name, value in SECRETS.items():
        sample = sample.replace(f"{name}=\n", f"{name}={value}\n")
    (tmp_path / ".env").write_text(sample)
    said = _config(tmp_path)
    assert said.returncode == 0, said.stderr
    services = yaml.safe_load(said.stdout)["services"]
    for name in OUR_OWN:
        told = services[name]["environment"]
        assert told["DATABASE_URL"] == f"postgresql://shop:{SECRETS['POSTGRES_PASSWORD']}@database/shop"
        assert told["SECRET_KEY"] == SECRETS["SECRET_KEY"]
    assert "127.0.0.1" in json.dumps(services["web"]["healthcheck"])


def _config(folder: Path) -> subprocess.CompletedProcess:
    command = [COMPOSE, "--file", "compose.yaml", "config"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
