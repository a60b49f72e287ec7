"""Real processes for the tests: the worker, commands, and whatever else is a program of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

import psutil
import redis
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
WORKER = ("-m", "celery", "--app", "fashionsite", "worker", "--pool", "solo", "--loglevel", "warning")


def environment(database: str | None = None, **extra: object) -> dict[str, str]:
    """The environment in which a process uses the test's media, and its database or another one beside that."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": _database_url(database),
        "PYTHONUNBUFFERED": "1",
        **{name: str(value) for name, value in extra.items()},
    }


def _database_url(name: str | None) -> str:
    database = connection.settings_dict
    login = f"{quote(database['USER'], safe='')}:{quote(database['PASSWORD'], safe='')}"
    place = f"{database['HOST']}:{database['PORT']}" if database["HOST"] else ""
    options = f"?{urlencode(database['OPTIONS'], quote_via=quote)}" if database["OPTIONS"] else ""
    return f"postgresql://{login}@{place}/{name or database['NAME']}{options}"


def manage(*arguments: object, cwd: Path = ROOT, **extra: object) -> subprocess.CompletedProcess:
    """Runs a management command as a process of its own and returns what it printed."""
    command = [sys.executable, "manage.py", *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, env=environment(**extra), capture_output=True, text=True, timeout=120, check=False
    )


@contextmanager
def running(*command: object, cwd: Path = ROOT, **extra: object) -> Iterator[subprocess.Popen]:
    """A process that runs for as long as the block does, and then ends, with all that it started."""
    process = subprocess.Popen([*map(str, command)], cwd=cwd, env=environment(**extra), start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def worker(**extra: object):
    """A real Celery worker on the test's database, as a context manager."""
    return running(sys.executable, *WORKER, **extra)


@contextmanager
def redis_server(folder: Path, port: int | None = None) -> Iterator[str]:
    """The address of a Redis that keeps nothing on disk."""
    port = port or free_port()
    command = ("redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", folder)
    with running(*command, "--loglevel", "warning"):
        client = redis.Redis(port=port)
        eventually(lambda: _answers(client))
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def milvus_server(folder: Path, port: int) -> Iterator[None]:
    """A Milvus Lite at that port that keeps its collections in a folder."""
    run = "from milvus_lite.cmdline import main; main()"
    where = ("--data-dir", folder, "--host", "127.0.0.1", "--port", port)
    with running(sys.executable, "-c", run, "server", *where):
        eventually(lambda: _listens(port))
        yield


def _listens(port: int) -> bool:
    with socket.socket() as door:
        return door.connect_ex(("127.0.0.1", port)) == 0


def _answers(client: redis.Redis) -> bool:
    try:
        return client.ping()
    except redis.ConnectionError:
        return False


@contextmanager
def mute_server() -> Iterator[str]:
    """The address of what says that it is a Redis, takes every connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=1000) as door:
        yield f"redis://127.0.0.1:{door.getsockname()[1]}/0"


def libraries(process: subprocess.Popen) -> set[str]:
    """The installed packages whose compiled parts a process has loaded."""
    paths = [Path(file.path).parts for file in psutil.Process(process.pid).memory_maps()]
    return {parts[parts.index("site-packages") + 1] for parts in paths if "site-packages" in parts}


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def eventually(condition: Callable[[], object], seconds: float = 60) -> None:
    """Looks again and again until the condition holds. Raises TimeoutError when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not true within {seconds} s")
        time.sleep(0.02)
