"""Whether this process is alive, and whether the shop can do all that it should: for load balancers and monitoring."""

import shutil
from collections.abc import Callable, Iterable
from uuid import uuid4

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from kombu.exceptions import OperationalError

from catalog.pictures.media import media
from fashionsite.celery import app
from fashionsite.replicas import REPLICAS
from recommender import querysets
from recommender.models import Encoder
from recommender.vectors import VectorsAway, engine

SECONDS_FOR_THE_BROKER = 2
LEAST_FREE_BYTES = 500_000_000


class NotReady(Exception):
    """Something that the shop needs is missing; says what."""


@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """Says ok, whatever else is broken: a reason not to kill this process."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """What each part has to say, as JSON; with status 503 where one of them is missing."""
    said, missing = look(CHECKS)
    return JsonResponse({"ready": not missing, "missing": missing, **said}, status=503 if missing else 200)


def look(names: Iterable[str]) -> tuple[dict[str, object], list[str]]:
    """What each of these parts has to say, and which of them are missing."""
    said: dict[str, object] = {}
    missing = []
    for name in names:
        try:
            said[name] = CHECKS[name]()
        except (NotReady, VectorsAway, DatabaseError, OperationalError, OSError) as error:
            missing.append(name)
            said[name] = str(error).splitlines()[0]
    return said, missing


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
        return f"pgvector {cursor.fetchone()[0]}"


def _broker() -> str:
    limits = dict.fromkeys(("socket_connect_timeout", "socket_timeout"), SECONDS_FOR_THE_BROKER)
    with app.connection_for_write(transport_options=limits) as broker:
        broker.ensure_connection(max_retries=1, timeout=SECONDS_FOR_THE_BROKER)
        return broker.transport.driver_name


def _replicas() -> dict[str, bool]:
    """Whether this process asks each of them; pages do without."""
    return {replica.alias: replica.is_usable for replica in REPLICAS}


def _media() -> str:
    """Where pictures lie; raises OSError where that cannot be asked for one."""
    media.exists(f"readyz-{uuid4()}")
    return settings.MEDIA_STORAGE or "MEDIA_ROOT"


def _encoder() -> str:
    encoder = Encoder.objects.active()
    if encoder is None:
        raise NotReady(gettext("no encoder is registered yet; the first worker does that"))
    return encoder.name


def _vectors() -> str:
    return f"Milvus {engine().version()}" if settings.VECTORS else "in the database"


def _backlog() -> dict[str, int]:
    """How many products wait for an embedding of each encoder at work."""
    return {encoder.name: querysets.waiting(encoder).count() for encoder in Encoder.objects.at_work()}


def free_bytes() -> dict[str, float]:
    """Of the disks of the folders that grow."""
    of_media = media.free_bytes
    free = {} if of_media is None else {"MEDIA_ROOT": float(of_media)}
    return {**free, "VAR_DIR": float(shutil.disk_usage(settings.VAR_DIR).free)}


def _enough_free_bytes() -> dict[str, float]:
    free = free_bytes()
    if min(free.values()) < LEAST_FREE_BYTES:
        raise NotReady(
            gettext("less than {megabytes} MB of disk are free").format(megabytes=LEAST_FREE_BYTES // 1_000_000)
        )
    return free


CHECKS: dict[str, Callable[[], object]] = {
    "database": _database,
    "replicas": _replicas,
    "broker": _broker,
    "media": _media,
    "encoder": _encoder,
    "vectors": _vectors,
    "backlog": _backlog,
    "free_bytes": _enough_free_bytes,
}
