"""Streaming replicas of the database, which answer shoppers' pages.

All else asks the primary: staff, programs, workers, what has to be there at once, and whatever a page does once it
has written something.
"""

import logging
import random
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock, Thread
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, OperationalError, connections
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase

logger = logging.getLogger(__name__)
SECONDS_BETWEEN_LOOKS = 0.25
SECONDS_TRUSTED = 1.0
"""How long a look counts; one that takes longer says as much as one in vain."""
MOST_LAG = 2.0
"""Seconds that a replica may be behind"""
OF_SHOPPERS = frozenset({"catalog", "recommender"})
"""The apps whose pages they are"""
AT_ONCE = frozenset({"media", "rendition", "logo"})
"""Views of what a browser asks for because another page, which may be newer, names it"""
WRITTEN = "SELECT pg_current_wal_lsn() - '0/0'"
REPLAYED = "SELECT pg_last_wal_replay_lsn() - '0/0'"
"""Both in bytes since the database was made"""

_read_from: ContextVar[str] = ContextVar("read_from", default=DEFAULT_DB_ALIAS)


class Router:
    """Reads from the replica of the page that is being answered, as long as that writes nothing."""

    def db_for_read(self, model: type[Model], **_: Any) -> str:
        return _read_from.get()

    def db_for_write(self, model: type[Model], **_: Any) -> str:
        _read_from.set(DEFAULT_DB_ALIAS)
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *_: Any, **__: Any) -> bool:
        """All of them are one database."""
        return True

    def allow_migrate(self, db: str, *_: Any, **__: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


@contextmanager
def reading_from(alias: str) -> Iterator[None]:
    token = _read_from.set(alias)
    try:
        yield
    finally:
        _read_from.reset(token)


class Replica:
    """One of them, and whether it is there and not too far behind, as a thread of this process sees it.

    It is behind where it has not replayed what the primary had written `MOST_LAG` ago.
    """

    def __init__(self, alias: str):
        self.alias = alias
        self._trusted_until = 0.0
        self._written: deque[tuple[float, int]] = deque()
        self._lock = Lock()
        self._watch: Thread | None = None

    @property
    def is_usable(self) -> bool:
        """Before the first look it is not."""
        with self._lock:
            # None of a process's threads lives on in one that it forks.
            if self._watch is None or not self._watch.is_alive():
                self._watch = Thread(target=self._look_on, name=self.alias, daemon=True)
                self._watch.start()
        return time.monotonic() < self._trusted_until

    def leave_out(self) -> None:
        """Until it is looked at again."""
        self._trusted_until = 0.0

    def _look_on(self) -> None:
        was_usable = False
        while True:
            began = time.monotonic()
            is_usable = self._is_fresh(began)
            self._trusted_until = began + SECONDS_TRUSTED if is_usable else 0.0
            if is_usable != was_usable:
                logger.warning("%s %s", self.alias, "is asked" if is_usable else "is left out: it is away or behind")
            was_usable = is_usable
            time.sleep(SECONDS_BETWEEN_LOOKS)

    def _is_fresh(self, now: float) -> bool:
        written = _number(DEFAULT_DB_ALIAS, WRITTEN)
        if written is not None:
            self._written.append((now, written))
        # The first one becomes the latest of those that are old enough.
        while len(self._written) > 1 and self._written[1][0] <= now - MOST_LAG:
            self._written.popleft()
        replayed = _number(self.alias, REPLAYED)
        return bool(self._written) and replayed is not None and replayed >= self._written[0][1]


def _number(alias: str, statement: str) -> int | None:
    """What a database says; None where it does not."""
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute(statement)
            (said,) = cursor.fetchone()
            return None if said is None else int(said)
    except DatabaseError as error:
        logger.info("%s cannot be asked: %s", alias, error)
        connections[alias].close()
        return None


REPLICAS = [Replica(alias) for alias in settings.DATABASES if alias != DEFAULT_DB_ALIAS]


def choose() -> Replica | None:
    usable = [replica for replica in REPLICAS if replica.is_usable]
    return random.choice(usable) if usable else None


class ReadFromReplicas:
    """Answers shoppers' pages from a replica; from the primary where that fails half way."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: tuple, named: dict[str, Any]
    ) -> HttpResponseBase | None:
        replica = choose() if _may_be_behind(request) else None
        if replica is None:
            return None
        try:
            with reading_from(replica.alias):
                return view(request, *args, **named)
        except (OperationalError, InterfaceError) as error:
            logger.warning("%s failed, and the primary is asked: %s", replica.alias, str(error).partition("\n")[0])
            replica.leave_out()
            return None


def _may_be_behind(request: HttpRequest) -> bool:
    """Whether it is for a page that anybody may see, and by somebody of whom the shop keeps nothing."""
    found = request.resolver_match
    return (
        request.method in ("GET", "HEAD")
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and found is not None
        and found.app_name in OF_SHOPPERS
        and found.url_name not in AT_ONCE
    )
