"""A shop of its own for the campaign: folders, broker and the processes that script/server's supervisor runs."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from zlib import crc32

import psutil
import psycopg2
import redis
import requests

from tests.processes import ROOT, free_port

QUEUES = ("awaited", "celery", "imports", "renditions")
SECONDS_TO_STOP = 40
ADDRESSES_OF_OTHERS = ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "SITE_URL", "IMPORT_ROOT", "DEBUG")
MEDIA_BYTES, VAR_BYTES = 256 << 20, 1200 << 20
"""Sizes of the file systems in memory that faults fill."""


class Disks:
    """The shop's media and var as small file systems in memory, where this user may mount some."""

    def __init__(self, **folders: int) -> None:
        self.mounted: list[Path] = []
        for folder, size in folders.items():
            Path(folder).mkdir(parents=True)
            command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "campaign", folder]
            if subprocess.run(command, capture_output=True, check=False).returncode == 0:
                self.mounted.append(Path(folder))

    def unmount(self) -> None:
        for folder in self.mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=False)


class Shop:
    """`var` and `media` are made; `base` is a shop that has been stopped, to begin with a copy of it."""

    def __init__(self, folder: Path, broker: str = "files", has_disks: bool = False) -> None:
        self.folder, self.var, self.media, self.tmp = folder, folder / "var", folder / "media", folder / "tmp"
        disks = {str(self.media): MEDIA_BYTES, str(self.var): VAR_BYTES} if has_disks else {}
        self.disks = Disks(**disks)
        for made in (self.var, self.media, self.tmp):
            made.mkdir(parents=True, exist_ok=True)
        self.broker, self.broker_port, self.port = broker, free_port(), free_port()
        self.redis: subprocess.Popen | None = None
        self.supervisor: subprocess.Popen | None = None
        self.command: subprocess.Popen | None = None
        """`import_catalog`, while one runs"""
        self.importing_from: Path | None = None
        """The folder of pictures that it reads"""
        self.log = folder / "log"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def photos(self) -> Path:
        """Where the site keeps photos: fashionsite.settings names it so."""
        return Path("/dev/shm") / f"photos-{os.getuid()}-{crc32(bytes(self.var)):08x}"  # noqa: S108

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in ADDRESSES_OF_OTHERS}
        broker = {"CELERY_BROKER_URL": f"redis://127.0.0.1:{self.broker_port}/0"} if self.broker == "redis" else {}
        return {
            **kept,
            **broker,
            "DJANGO_SETTINGS_MODULE": "tests.campaign.settings",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "PORT": str(self.port),
            "TMPDIR": str(self.tmp),
            "VAR_DIR": str(self.var),
            "MEDIA_ROOT": str(self.media),
        }

    def copy_to(self, other: "Shop") -> None:
        """Only while nothing of either runs."""
        for mine, theirs in ((self.var, other.var), (self.media, other.media)):
            subprocess.run(["cp", "-a", f"{mine}/.", str(theirs)], check=True)

    def calm(self, target: Path, *files: Path) -> None:
        """Imports and embeds these files with no process but one, and writes down what the shop has then."""
        self._finish([sys.executable, "-m", "tests.campaign.calm", str(target), *map(str, files)])

    def sweep(self) -> None:
        """What lies in var and media is old by now, and the hour has come in which the shop sweeps."""
        left = [*(self.var / "uploads").glob("*"), *(self.var / "imports").glob("*"), *self.media.rglob("*")]
        for path in left:
            os.utime(path, (0, 0))
        command = (
            "from catalog.importing.tasks import sweep_pictures, sweep_uploads; "
            "from catalog.tasks import delete_abandoned_files; "
            "sweep_uploads(); delete_abandoned_files(); sweep_pictures()"
        )
        self.manage("shell", "--command", command)

    def manage(self, *arguments: str) -> None:
        """Runs a command of manage.py. Raises CalledProcessError."""
        self._finish([sys.executable, "manage.py", *arguments])

    def start(self) -> None:
        self.start_broker()
        as_root = ["--user", "root"] if os.getuid() == 0 else []
        command = ["supervisord", "--configuration", "script/supervisord.conf", *as_root]
        self.supervisor = self._run(command)

    def import_by_command(self, styles: Path, images: Path) -> int:
        """The status with which the command ended."""
        self.importing_from = images
        command = [sys.executable, "manage.py", "import_catalog", "--styles", str(styles), "--images", str(images)]
        self.command = self._run(command)
        try:
            return self.command.wait()
        finally:
            self.command = self.importing_from = None

    def start_broker(self) -> None:
        if self.broker == "redis":
            options = {"port": self.broker_port, "bind": "127.0.0.1", "dir": self.tmp, "save": "", "appendonly": "no"}
            arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
            self.redis = self._run(["redis-server", *arguments])

    def stop(self) -> list[str]:
        """Stops everything as Ctrl-C would; the processes that are left after that, in words, are killed."""
        for process in (self.supervisor, self.redis):
            if process and process.poll() is None:
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(SECONDS_TO_STOP)
        deadline = time.monotonic() + SECONDS_TO_STOP
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.2)
        said = [" ".join(process.cmdline())[:120] for process in left if process.is_running()]
        for process in left:
            with suppress(psutil.Error):
                process.kill()
        return said

    def processes(self) -> list[psutil.Process]:
        """All that belong to the shop, whoever started them."""
        return [process for process in psutil.process_iter() if process.pid != os.getpid() and self._owns(process)]

    def supervised(self, *words: str) -> list[psutil.Process]:
        """The supervisor's children, and theirs, whose command line has all these words."""
        if self.supervisor is None:
            return []
        with suppress(psutil.NoSuchProcess):
            children = psutil.Process(self.supervisor.pid).children(recursive=True)
            return [child for child in children if _has_words(child, words)]
        return []

    def postmaster(self) -> psutil.Process | None:
        with suppress(OSError, ValueError, IndexError, psutil.NoSuchProcess):
            process = psutil.Process(int((self.var / "postgres" / "postmaster.pid").read_text().splitlines()[0]))
            return process if "postgres" in process.name() else None
        return None

    @contextmanager
    def database(self) -> Iterator[psycopg2.extensions.cursor]:
        """A cursor of a connection of its own. Raises psycopg2.Error, and OSError where PostgreSQL is away."""
        lines = (self.var / "postgres" / "postmaster.pid").read_text().splitlines()
        if len(lines) < 5:
            raise FileNotFoundError("PostgreSQL does not say yet where it listens")
        connection = psycopg2.connect(host=lines[4], user="postgres", dbname="postgres", connect_timeout=5)
        try:
            with connection, connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def ask(self, statement: str, *values: object) -> list[tuple]:
        """The rows of a query. Raises as `database`."""
        with self.database() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    def messages(self) -> list[Path]:
        """Those that wait in the folder of the broker that works with files."""
        return sorted((self.var / "broker").glob("*.msg"))

    def redis_client(self) -> redis.Redis:
        return redis.Redis(port=self.broker_port, socket_timeout=5, socket_connect_timeout=5)

    def queued(self) -> int:
        """How many messages wait."""
        if self.broker == "files":
            return len(self.messages())
        return sum(self.redis_client().llen(queue) for queue in QUEUES)

    def _finish(self, command: list[str]) -> None:
        with self.log.open("ab") as log:
            subprocess.run(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, check=True)

    def _run(self, command: list[str]) -> subprocess.Popen:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self.log.open("ab"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _owns(self, process: psutil.Process) -> bool:
        """PostgreSQL writes over its environment, but works in its folder."""
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            return process.environ().get("VAR_DIR") == str(self.var) or Path(process.cwd()).is_relative_to(self.var)
        except (psutil.Error, OSError):
            return False


def _has_words(process: psutil.Process, words: tuple[str, ...]) -> bool:
    with suppress(psutil.Error):
        line = process.cmdline()
        return bool(line) and process.status() != psutil.STATUS_ZOMBIE and all(word in line for word in words)
    return False


def answers(shop: Shop, path: str = "/healthz") -> requests.Response | None:
    """None where nobody does."""
    with suppress(requests.RequestException):
        return requests.get(shop.address + path, timeout=10)
    return None


def wait_until(condition: Callable[[], str], seconds: float) -> tuple[float, str]:
    """(seconds it took, what is still missing): the condition says what that is, and "" when there is nothing."""
    started, said = time.monotonic(), ""
    while missing := condition():
        if (kind := re.sub(r"\d+", "some", missing)) != said:
            print(f"{time.strftime('%X')}   still {missing}", flush=True)
            said = kind
        if time.monotonic() - started > seconds:
            break
        time.sleep(0.25)
    return time.monotonic() - started, missing


def end_on_signals() -> None:
    """Whoever ends the campaign ends it with all that it has started."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
