"""What Prometheus is told at /metrics: what all processes counted, and what the database and the disks say now."""

import hmac
import ipaddress
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from functools import cache

from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from catalog.importing.models import ImportJob, PictureAddress
from catalog.monitoring import slots
from fashionsite.health import free_bytes
from recommender import copying, querysets
from recommender.models import Encoder

PROXY_HEADERS = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")


@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever has the token; where none is set, for this machine alone. For all others there is no such page."""
    if not (_has_token(request) if settings.METRICS_TOKEN else _is_from_this_machine(request)):
        raise Http404
    registry = CollectorRegistry()
    MultiProcessCollector(registry, str(slots.folder()))
    registry.register(Shop())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").encode()
    return hmac.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode())


def _is_from_this_machine(request: HttpRequest) -> bool:
    """Not for what a proxy of this machine passes on: a site with a public address has one, and it may not say so."""
    if settings.SITE_URL or any(header in request.headers for header in PROXY_HEADERS):
        return False
    with suppress(ValueError):
        return ipaddress.ip_address(request.META["REMOTE_ADDR"]).is_loopback
    return False


class Shop(Collector):
    """What a query tells better than a count, as it is true for all machines and survives every process."""

    def collect(self) -> Iterator[Gauge]:
        yield _by("shop_info", "The shop's version.", "version", {version(): 1})
        yield _by("shop_disk_free_bytes", "What is free on the disk of this folder.", "folder", free_bytes())
        try:
            yield from [
                *_pictures(),
                *_uncopied(),
                *_imports(),
                Gauge("shop_database_up", "Whether the database answers.", 1),
            ]
        except DatabaseError:
            yield Gauge("shop_database_up", "Whether the database answers.", 0)


@cache
def version() -> str:
    """The shop's version."""
    return tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"]


def _pictures() -> Iterator[Gauge]:
    encoders = list(Encoder.objects.at_work())
    kinds = {"waiting": querysets.waiting, "failed": querysets.failed}
    for kind, products in kinds.items():
        counts = {encoder.name: float(products(encoder).count()) for encoder in encoders}
        yield _by(f"shop_products_{kind}", f"Products whose picture is {kind}, by encoder.", "encoder", counts)


def _uncopied() -> Iterator[Gauge]:
    if settings.VECTORS:
        counts = {encoder.name: float(copying.uncopied(encoder).count()) for encoder in Encoder.objects.at_work()}
        yield _by("shop_vectors_uncopied", "Embeddings that Milvus does not have yet, by encoder.", "encoder", counts)


def _imports() -> Iterator[Gauge]:
    yield _by("shop_imports", "Imports, by state.", "state", _counts(ImportJob))
    yield _by("shop_picture_addresses", "Pictures to fetch from addresses, by state.", "state", _counts(PictureAddress))


def _counts(model: type[ImportJob] | type[PictureAddress]) -> dict[str, float]:
    counted = model._default_manager.order_by().values_list("state").annotate(Count("pk"))
    return dict.fromkeys(model.State.values, 0.0) | dict(counted)


def _by(name: str, about: str, label: str, values: dict[str, float]) -> Gauge:
    gauge = Gauge(name, about, labels=[label])
    for value, number in values.items():
        gauge.add_metric([value], number)
    return gauge
