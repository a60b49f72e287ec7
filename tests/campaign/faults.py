"""The faults. Each is a function of the shop, a source of chance and some seconds, and says what it has really hit.

A fault counts as effective when it hit something: a process that ran and was killed or stopped, a message that was
waiting, a connection that was open, a file that was there. Where there was nothing to hit it returns None.
"""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

import fasteners
import psutil
import psycopg2
import redis

from catalog.locking import Lock
from tests.campaign.shop import QUEUES, Shop

Hit = Callable[[Shop, Random, float], str | None]
SECONDS_TO_FIND_A_MESSAGE = 3.0
NOTHING_THERE = (psutil.Error, psycopg2.Error, redis.RedisError, OSError)
"""What the functions meet where another fault was quicker."""


@dataclass(frozen=True)
class Fault:
    """What is done to which part of the shop, and with what it is possible: any broker, or disks of one's own."""

    kind: str
    part: str
    function: Hit
    broker: str = ""
    needs_disks: bool = False

    def is_possible(self, shop: Shop) -> bool:
        return self.broker in ("", shop.broker) and (bool(shop.disks.mounted) or not self.needs_disks)

    def hit(self, shop: Shop, random: Random, seconds: float) -> str | None:
        """What it hit, in words; None where there was nothing."""
        try:
            return self.function(shop, random, seconds)
        except NOTHING_THERE:
            return None


def _killed(*words: str, level: int = 0) -> Hit:
    """SIGKILL for one of the supervised processes with these words; `level` 1 is their children."""

    def hit(shop: Shop, random: Random, seconds: float) -> str | None:
        return _kill(_some(shop, words, level), random)

    return hit


def _stopped(*words: str, level: int = 0) -> Hit:
    """SIGSTOP for some seconds for one of them."""

    def hit(shop: Shop, random: Random, seconds: float) -> str | None:
        found = _some(shop, words, level)
        return _stop(random.choice(found), seconds=seconds) if found else None

    return hit


def _some(shop: Shop, words: tuple[str, ...], level: int) -> list[psutil.Process]:
    found = shop.supervised(*words)
    tops = [process for process in found if process.ppid() == shop.supervisor.pid]
    return [child for process in tops for child in process.children()] if level else tops


def _kill(processes: list[psutil.Process], random: Random) -> str | None:
    if not processes:
        return None
    process = random.choice(processes)
    name = _name(process)
    process.kill()
    with suppress(psutil.TimeoutExpired):
        process.wait(5)
    return name


def _stop(*processes: psutil.Process, seconds: float) -> str | None:
    stopped = []
    try:
        for process in processes:
            process.suspend()
            stopped.append(process)
        time.sleep(seconds)
    finally:
        for process in stopped:
            with suppress(psutil.NoSuchProcess):
                process.resume()
    return f"{_name(stopped[0])} for {seconds:.1f} s" if stopped else None


def _name(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(Path(word).name for word in process.cmdline()[:6])[:80]
    return str(process.pid)


def kill_any_child_of_the_supervisor(shop: Shop, random: Random, seconds: float) -> str | None:
    return _kill([process for process in shop.supervised() if process.ppid() == shop.supervisor.pid], random)


def kill_the_command(shop: Shop, random: Random, seconds: float) -> str | None:
    command = shop.command
    if command is None or command.poll() is not None:
        return None
    # Not before it is at work.
    time.sleep(random.uniform(0, 2))
    if command.poll() is not None:
        return None
    command.kill()
    return "import_catalog"


def stop_the_command(shop: Shop, random: Random, seconds: float) -> str | None:
    command = shop.command
    return _stop(psutil.Process(command.pid), seconds=seconds) if command else None


def kill_postgresql(shop: Shop, random: Random, seconds: float) -> str | None:
    postmaster = shop.postmaster()
    return _kill([postmaster] if postmaster else [], random)


def kill_a_backend(shop: Shop, random: Random, seconds: float) -> str | None:
    postmaster = shop.postmaster()
    return _kill(postmaster.children() if postmaster else [], random)


def stop_postgresql(shop: Shop, random: Random, seconds: float) -> str | None:
    """It accepts connections and says nothing."""
    postmaster = shop.postmaster()
    return _stop(postmaster, *postmaster.children(), seconds=seconds) if postmaster else None


def take_postgresql_away(shop: Shop, random: Random, seconds: float) -> str | None:
    """Shut down in haste, and nobody may start it again for a while."""
    with fasteners.InterProcessLock(shop.var / "postgres.lock"):
        postmaster = shop.postmaster()
        if postmaster is None:
            return None
        postmaster.send_signal(signal.SIGINT)
        time.sleep(seconds)
    return f"PostgreSQL for {seconds:.1f} s"


def cut_connections(shop: Shop, random: Random, seconds: float) -> str | None:
    statement = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    cut = [is_cut for (is_cut,) in shop.ask(statement) if is_cut]
    return f"{len(cut)} connections" if cut else None


def lock_rows(shop: Shop, random: Random, seconds: float) -> str | None:
    return _lock(shop, seconds, "SELECT id FROM catalog_product ORDER BY random() LIMIT 50 FOR UPDATE", "50 rows")


def lock_the_products(shop: Shop, random: Random, seconds: float) -> str | None:
    return _lock(shop, seconds, "LOCK TABLE catalog_product IN ACCESS EXCLUSIVE MODE", "the table of products")


def lock_imports(shop: Shop, random: Random, seconds: float) -> str | None:
    return _lock(shop, seconds, f"SELECT pg_advisory_xact_lock({Lock.IMPORT})", "the lock of imports")


def _lock(shop: Shop, seconds: float, statement: str, what: str) -> str:
    with shop.database() as cursor:
        cursor.execute("SET lock_timeout = '3s'")
        cursor.execute(statement)
        time.sleep(seconds)
    return f"{what} for {seconds:.1f} s"


def kill_redis(shop: Shop, random: Random, seconds: float) -> str | None:
    if shop.redis is None or shop.redis.poll() is not None:
        return None
    shop.redis.kill()
    shop.redis.wait()
    time.sleep(seconds)
    shop.start_broker()
    return f"redis-server for {seconds:.1f} s"


def mute_redis(shop: Shop, random: Random, seconds: float) -> str | None:
    """It accepts connections and says nothing."""
    return _stop(psutil.Process(shop.redis.pid), seconds=seconds) if shop.redis else None


def lose_messages(shop: Shop, random: Random, seconds: float) -> str | None:
    def lose() -> int:
        if shop.broker == "redis":
            client = shop.redis_client()
            return sum(client.llen(queue) for queue in QUEUES if client.llen(queue) and client.delete(queue))
        lost = shop.messages()
        for path in lost:
            path.unlink(missing_ok=True)
        return len(lost)

    return _as_soon_as_there_is_a_message(lose, "lost")


def double_messages(shop: Shop, random: Random, seconds: float) -> str | None:
    def double() -> int:
        if shop.broker == "redis":
            client = shop.redis_client()
            waiting = {queue: client.lrange(queue, 0, -1) for queue in QUEUES}
            return sum(len(texts) for queue, texts in waiting.items() if texts and client.rpush(queue, *texts))
        doubled = 0
        for path in shop.messages():
            with suppress(FileNotFoundError):
                shutil.copy(path, path.with_name(f"0{random.randrange(10**9)}_{path.name.partition('_')[2]}"))
                doubled += 1
        return doubled

    return _as_soon_as_there_is_a_message(double, "doubled")


def tear_messages(shop: Shop, random: Random, seconds: float) -> str | None:
    """As a full disk or a killed sender would leave them."""

    def tear() -> int:
        torn = 0
        for path in shop.messages():
            with suppress(FileNotFoundError):
                os.truncate(path, random.choice((0, path.stat().st_size // 2)))
                torn += 1
        return torn

    return _as_soon_as_there_is_a_message(tear, "torn")


def _as_soon_as_there_is_a_message(action: Callable[[], int], done: str) -> str | None:
    deadline = time.monotonic() + SECONDS_TO_FIND_A_MESSAGE
    while time.monotonic() < deadline:
        if count := action():
            return f"{count} messages {done}"
        time.sleep(0.02)
    return None


def tear_a_stored_picture(shop: Shop, random: Random, seconds: float) -> str | None:
    """As a power cut leaves it."""
    path = _stored(shop, random)
    if path is None:
        return None
    os.truncate(path, path.stat().st_size // random.randint(2, 9))
    return f"{path.name[:12]}… torn"


def lose_a_stored_picture(shop: Shop, random: Random, seconds: float) -> str | None:
    path = _stored(shop, random)
    if path is None:
        return None
    path.unlink()
    return f"{path.name[:12]}… gone"


def lose_renditions(shop: Shop, random: Random, seconds: float) -> str | None:
    found = sorted((shop.media / "renditions").rglob("*.webp"))
    lost = random.sample(found, min(len(found), 20))
    for path in lost:
        path.unlink(missing_ok=True)
    return f"{len(lost)} renditions gone" if lost else None


def _stored(shop: Shop, random: Random) -> Path | None:
    """A picture of those that the command imports, as the shop stores it: importing again brings it back."""
    half = "SELECT count(*) / 2 FROM catalog_product"
    statement = f"SELECT image FROM catalog_product WHERE image <> '' ORDER BY id LIMIT ({half})"  # noqa: S608
    found = [path for (name,) in shop.ask(statement) if (path := shop.media / name).exists()]
    return random.choice(found) if found else None


def tear_a_brought_picture(shop: Shop, random: Random, seconds: float) -> str | None:
    """A file that the merchant's program is still writing while it is imported."""
    with _brought(shop, random) as path:
        if path is None:
            return None
        content = path.read_bytes()
        try:
            path.write_bytes(content[: len(content) // 2])
            time.sleep(seconds)
        finally:
            path.write_bytes(content)
        return f"{path.name} torn for {seconds:.1f} s"


def lose_a_brought_picture(shop: Shop, random: Random, seconds: float) -> str | None:
    with _brought(shop, random) as path:
        if path is None:
            return None
        aside = path.with_suffix(".aside")
        path.rename(aside)
        try:
            time.sleep(seconds)
        finally:
            aside.rename(path)
        return f"{path.name} gone for {seconds:.1f} s"


@contextmanager
def _brought(shop: Shop, random: Random) -> Iterator[Path | None]:
    """A picture in the folder from which the command imports, while it does."""
    folder = shop.importing_from
    found = sorted(folder.glob("*.jpg")) if folder else []
    yield random.choice(found) if found else None


def fill_the_media(shop: Shop, random: Random, seconds: float) -> str | None:
    return _fill(shop.media, seconds)


def fill_var(shop: Shop, random: Random, seconds: float) -> str | None:
    """PostgreSQL, the queue and uploads are there."""
    return _fill(shop.var, seconds)


def _fill(folder: Path, seconds: float) -> str:
    filler = folder / "filler"
    try:
        with filler.open("wb") as stream:
            free = shutil.disk_usage(folder).free
            os.posix_fallocate(stream.fileno(), 0, free)
        time.sleep(seconds)
        return f"{free >> 20} MB of {folder.name} for {seconds:.1f} s"
    finally:
        filler.unlink(missing_ok=True)


FAULTS = (
    Fault("a web process is killed", "web", _killed("fashionsite.wsgi", level=1)),
    Fault("a web process stands still", "web", _stopped("fashionsite.wsgi", level=1)),
    Fault("the web server is killed", "web", _killed("fashionsite.wsgi")),
    Fault("the worker is killed", "worker", _killed("worker")),
    Fault("the worker stands still", "worker", _stopped("worker")),
    Fault("a child of the worker is killed", "worker", _killed("worker", level=1)),
    Fault("beat is killed", "beat", _killed("beat")),
    Fault("beat stands still", "beat", _stopped("beat")),
    Fault("a child of the supervisor is killed", "any", kill_any_child_of_the_supervisor),
    Fault("the keeper of PostgreSQL is killed", "database", _killed("fashionsite.embedded")),
    Fault("PostgreSQL is killed", "database", kill_postgresql),
    Fault("a process of PostgreSQL is killed", "database", kill_a_backend),
    Fault("PostgreSQL stands still", "database", stop_postgresql),
    Fault("PostgreSQL is away", "database", take_postgresql_away),
    Fault("all connections are cut", "database", cut_connections),
    Fault("rows are locked for long", "database", lock_rows),
    Fault("the table of products is locked for long", "database", lock_the_products),
    Fault("the lock of imports is held for long", "database", lock_imports),
    Fault("Redis is killed, and away", "broker", kill_redis, broker="redis"),
    Fault("Redis is mute", "broker", mute_redis, broker="redis"),
    Fault("messages are lost", "broker", lose_messages),
    Fault("messages come twice", "broker", double_messages),
    Fault("messages are torn", "broker", tear_messages, broker="files"),
    Fault("the import command is killed", "imports", kill_the_command),
    Fault("the import command stands still", "imports", stop_the_command),
    Fault("a brought picture is torn", "files", tear_a_brought_picture),
    Fault("a brought picture is away", "files", lose_a_brought_picture),
    Fault("a stored picture is torn", "files", tear_a_stored_picture),
    Fault("a stored picture is gone", "files", lose_a_stored_picture),
    Fault("renditions are gone", "files", lose_renditions),
    Fault("the disk of pictures is full", "disk", fill_the_media, needs_disks=True),
    Fault("the disk of PostgreSQL, queue and uploads is full", "disk", fill_var, needs_disks=True),
)
