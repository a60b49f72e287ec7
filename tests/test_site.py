"""The site as a whole: the two commands, and what a production server must be."""

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg2
import pytest
from django.db import connection

from fashionsite import embedded
from tests.pictures import as_file, drawing
from tests.processes import ROOT, environment, eventually, free_port, manage, redis_server, running


def _environment(folder: Path, **extra: str) -> dict[str, str]:
    """A machine of its own: nothing of this one's database, media or settings."""
    own = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "CELERY_BROKER_URL", "VAR_DIR", "MEDIA_ROOT")
    rest = {name: value for name, value in os.environ.items() if name not in own}
    return {**rest, "VAR_DIR": str(folder / "var"), "MEDIA_ROOT": str(folder / "media"), **extra}


def _status(address: str) -> tuple[int, str | None]:
    """What it answers with, and in how many seconds to come again."""
    try:
        with urllib.request.urlopen(address) as response:  # noqa: S310
            return response.status, response.headers["Retry-After"]
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Retry-After"]


def _family(server: subprocess.Popen, folder: Path) -> list[psutil.Process]:
    """All that script/server runs, the database first."""
    database = int((folder / "var" / "postgres" / "postmaster.pid").read_text().split()[0])
    return [psutil.Process(database), *psutil.Process(server.pid).children(recursive=True)]


def _get(address: str) -> str:
    with urllib.request.urlopen(address) as response:  # noqa: S310
        return response.read().decode()


def _start_in_vain(folder: Path, **extra: str) -> subprocess.CompletedProcess:
    """What script/server says that does not start."""
    command = [ROOT / "script" / "server"]
    result = subprocess.run(command, env=_environment(folder, **extra), capture_output=True, text=True, check=False)
    assert result.returncode == 1
    return result


@pytest.fixture
def server(tmp_path):
    """script/server on an empty machine, open for shoppers; (its process, its address, what it printed)."""
    port = free_port()
    log = tmp_path / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            # A shell that starts it in the background, and nohup, let it ignore SIGINT.
            ["sh", "-c", f"trap '' INT; exec '{ROOT / 'script' / 'server'}'"],
            cwd=tmp_path,
            env=_environment(tmp_path, PORT=str(port)),
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    try:
        eventually(lambda: "The shop is open" in log.read_text() or process.poll() is not None, seconds=300)
        yield process, f"http://127.0.0.1:{port}", log
    finally:
        process.terminate()
        process.wait(60)


def test_one_command_opens_a_shop_that_mends_itself_and_ctrl_c_closes_it(server, tmp_path):
    process, address, log = server
    assert f"{address}/" in log.read_text()
    assert re.search(r"login admin, password \S{16}", log.read_text())
    sku = re.findall(r'data-sku="(sample-\d+)"', _get(f"{address}/"))[0]
    eventually(lambda: _get(f"{address}/products/{sku}/").count("% similar") == 12)
    stylesheet = re.search(r'href="(/static/css/base\.[0-9a-f]+\.css)"', _get(f"{address}/"))[1]
    assert "--ground" in _get(address + stylesheet)

    again = _start_in_vain(tmp_path, PORT=str(free_port()))
    assert again.stderr == f"This shop is started already, at {address}/. Its Ctrl-C stops it.\n"

    family = _family(process, tmp_path)
    servers = [one for one in family if {"gunicorn", "celery"} & set(re.split(r"[/ ]", " ".join(one.cmdline())))]
    assert len(servers) >= 4
    for one in servers:
        assert "tensorflow" not in {Path(file.path).parent.name for file in one.memory_maps()}
    assert "Traceback" not in log.read_text()

    beat = next(one for one in family if "fashionsite.beat" in one.cmdline())
    for one in (beat, family[0]):
        one.kill()
    eventually(lambda: _status(f"{address}/products/") == (503, "10"))
    eventually(lambda: _status(f"{address}/products/") == (200, None))
    eventually(lambda: any("fashionsite.beat" in one.cmdline() for one in psutil.Process(process.pid).children()))

    family = _family(process, tmp_path)
    process.send_signal(signal.SIGINT)
    process.wait(30)
    psutil.wait_procs(family, timeout=10)
    assert [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE] == []


def test_who_asks_for_a_database_that_still_recovers_waits_for_it(tmp_path):
    code = "import sys, pathlib, fashionsite.embedded as it; print(it.database_url(pathlib.Path(sys.argv[1]))); input()"
    command = [sys.executable, "-u", "-c", code, str(tmp_path / "postgres")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as first:
        address = first.stdout.readline()
        pid_file = tmp_path / "postgres" / "postmaster.pid"
        said = pid_file.read_text()
        _write_over(pid_file, said.replace("ready   ", "starting"))
        with subprocess.Popen(command, cwd=ROOT, **pipes) as second:
            assert second.stderr.readline() == "PostgreSQL is not ready yet\n"
            _write_over(pid_file, said)
            assert second.stdout.readline() == address != ""
            second.communicate("\n")
        first.communicate("\n")


def test_the_database_that_comes_along_takes_an_eighth_of_the_memory_unless_it_is_told_otherwise(tmp_path):
    folder = tmp_path / "postgres"
    code = "import sys, pathlib, fashionsite.embedded as it; print(it.database_url(pathlib.Path(sys.argv[1]))); input()"

    def shared_buffers() -> int:
        """In megabytes, of a server that is started anew."""
        command = [sys.executable, "-u", "-c", code, str(folder)]
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            with psycopg2.connect(process.stdout.readline().strip()) as told, told.cursor() as cursor:
                cursor.execute("SELECT setting::int / 128 FROM pg_settings WHERE name = 'shared_buffers'")
                (megabytes,) = cursor.fetchone()
            told.close()
            process.communicate("\n")
        return megabytes

    eighth = embedded.memory() // 8 >> 20
    assert shared_buffers() == min(max(eighth, 128), 4096)
    with (folder / "postgresql.conf").open("a") as stream:
        stream.write("shared_buffers = 64MB\n")
    assert shared_buffers() == 64


def _write_over(file: Path, text: str) -> None:
    """As PostgreSQL does, so that whoever reads it never finds it empty."""
    with file.open("r+") as stream:
        stream.write(text)


def test_a_database_that_was_started_again_ends_with_the_shop_though_others_were_killed(tmp_path):
    pid_file = tmp_path / "var" / "postgres" / "postmaster.pid"

    def ready_one(beside: int = 0) -> int | None:
        said = ""
        # It goes and comes while it is looked for.
        with suppress(FileNotFoundError):
            said = pid_file.read_text()
        number = int(said.split()[0]) if "ready" in said else beside
        return number if number != beside else None

    killed = subprocess.Popen([sys.executable, "-c", ""])
    command = [sys.executable, "-m", "fashionsite.embedded"]
    with running(*command, DATABASE_URL="", VAR_DIR=tmp_path / "var") as keeper:
        eventually(ready_one)
        first = ready_one()
        psutil.Process(first).kill()
        eventually(lambda: ready_one(beside=first))
        second = ready_one(beside=first)
        asked = tmp_path / "var" / "postgres" / ".handle_pids.json"
        eventually(lambda: str(keeper.pid) in asked.read_text())
        # It is dead and nobody has looked after it yet, as with processes in a container without an init.
        asked.write_text(f"[{killed.pid}, {keeper.pid}]")
    killed.wait()
    eventually(lambda: not psutil.pid_exists(second))


def test_a_taken_port_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"Port {port} is taken" in _start_in_vain(tmp_path, PORT=str(port)).stderr


@pytest.mark.django_db(transaction=True)
def test_of_two_who_migrate_at_once_the_second_finds_nothing_to_do():
    name = f"{connection.settings_dict['NAME']}_empty"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
        cursor.execute(f'CREATE DATABASE "{name}"')
    command = [sys.executable, "manage.py", "migrate"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    both = [subprocess.Popen(command, cwd=ROOT, env=environment(name), **pipes) for _ in range(2)]
    said = ["\n".join(one.communicate(timeout=120)) for one in both]
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{name}"')
    assert [one.returncode for one in both] == [0, 0], said
    assert sum("Applying catalog.0001_initial... OK" in text for text in said) == 1
    assert sum("No migrations to apply" in text for text in said) == 1


@pytest.mark.django_db
def test_the_settings_of_production_have_nothing_to_complain_about(tmp_path):
    with redis_server(tmp_path) as redis:
        result = manage(
            *("check", "--deploy", "--fail-level", "WARNING"),
            DJANGO_SETTINGS_MODULE="fashionsite.settings",
            SITE_URL="https://shop.example.org",
            SECRET_KEY=secrets.token_urlsafe(60),
            CELERY_BROKER_URL=redis,
            CACHE_URL=redis,
        )
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


@pytest.mark.django_db
def test_models_and_migrations_agree():
    command = [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_a_photo_is_never_kept(client, db, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    photo = tmp_path.parent / "photo.jpg"
    photo.write_bytes(as_file(drawing(1)))
    with photo.open("rb") as stream:
        client.post("/search/photo/", {"photo": stream})
    assert list(tmp_path.iterdir()) == []
