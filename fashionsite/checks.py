"""What `manage.py check --deploy` finds out about a shop in production; docs/operations.md lists it."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core import checks
from django.core.cache import caches
from django.db import DatabaseError, connection
from kombu.exceptions import OperationalError

from catalog.outages import CACHE
from catalog.pictures.media import media
from fashionsite import health
from recommender.vectors import VectorsAway

LEAST_PGVECTOR = (0, 8)
"""Iterative scans of an index"""
LEAST_VISIBILITY = 3600
"""Seconds: what measures a large shop every night may take many of them."""
MEMORY = Path("/dev/shm")  # noqa: S108 – compared with, not written to
LEAST_TOKEN = 16


@checks.register("shop", deploy=True)
def check_shop(**_: object) -> list[checks.CheckMessage]:
    """Everything that a public shop should not be."""
    parts = (_defaults, _metrics, _broker, _visibility, _caches, _media, _uploads, _database, _vectors, _disks)
    return [message for part in parts for message in part()]


def _defaults() -> Iterator[checks.CheckMessage]:
    if not settings.SITE_URL.startswith("https://"):
        hint = "Set SITE_URL to the public address, like https://shop.example.org, and end TLS in front of the site."
        yield checks.Warning("The site has no public https address.", hint, id="shop.W001")
    for number, name, default in (
        (2, "SECRET_KEY", "a key that this machine made for itself"),
        (3, "DATABASE_URL", "the PostgreSQL that starts itself, with this machine's programs"),
        (4, "CELERY_BROKER_URL", "a queue of files, which only this machine has"),
    ):
        if not os.environ.get(name):
            yield checks.Warning(f"The site uses {default}.", f"Set {name} in the environment.", id=f"shop.W00{number}")


def _metrics() -> Iterator[checks.CheckMessage]:
    if 0 < len(settings.METRICS_TOKEN) < LEAST_TOKEN:
        hint = "python -c 'import secrets; print(secrets.token_urlsafe())' makes one."
        yield checks.Warning("METRICS_TOKEN is short enough to be guessed.", hint, id="shop.W005")


def _broker() -> Iterator[checks.CheckMessage]:
    try:
        health.CHECKS["broker"]()
    except (OperationalError, OSError) as error:
        hint = "Start it, or correct CELERY_BROKER_URL: without it pictures wait to be searchable."
        yield checks.Error(f"The broker cannot be reached: {error}", hint, id="shop.E001")


def _visibility() -> Iterator[checks.CheckMessage]:
    options = getattr(settings, "CELERY_BROKER_TRANSPORT_OPTIONS", {})
    if options.get("visibility_timeout", LEAST_VISIBILITY) < LEAST_VISIBILITY:
        hint = f"Make visibility_timeout {LEAST_VISIBILITY} seconds at least."
        yield checks.Warning("The broker hands a task that is still at work out again.", hint, id="shop.W006")


def _caches() -> Iterator[checks.CheckMessage]:
    photos = caches.settings["photos"]
    if photos["BACKEND"].endswith(("LocMemCache", "DummyCache")):
        hint = "Set CACHE_URL, or leave settings.CACHES as it is."
        yield checks.Error("Each process has photos of its own, which the others do not find.", hint, id="shop.E002")
    elif photos["BACKEND"].endswith("FileBasedCache") and not Path(photos["LOCATION"]).is_relative_to(MEMORY):
        hint = "Set CACHE_URL to a Redis server, or give the machine a /dev/shm."
        yield checks.Warning("Shoppers' photos are kept on a disk for half an hour.", hint, id="shop.W007")
    for name in ("default", "photos"):
        caches[name].get(f"check-{uuid4()}")
        if CACHE.is_away:
            hint = "Start it, or correct CACHE_URL; the line before says what is wrong."
            yield checks.Error(f"The cache {name} cannot be read.", hint, id="shop.E003")


def _media() -> Iterator[checks.CheckMessage]:
    try:
        media.probe()
    except OSError as error:
        hint = "Make the folder, and have it belong to the account that the shop runs as."
        if settings.MEDIA_STORAGE:
            hint = "Make the bucket, and let the shop list it, and get, put and delete objects in it."
        place = settings.MEDIA_STORAGE or "MEDIA_ROOT"
        yield checks.Error(f"No picture can be stored in {place}: {error}", hint, id="shop.E004")


def _uploads() -> Iterator[checks.CheckMessage]:
    imports = Path(settings.VAR_DIR, "imports")
    if imports.exists() and imports.stat().st_dev != Path(settings.FILE_UPLOAD_TEMP_DIR).stat().st_dev:
        hint = "Mount VAR_DIR as a whole, or let FILE_UPLOAD_TEMP_DIR be on the disk of VAR_DIR/imports."
        yield checks.Warning("Uploaded catalogues are copied from disk to disk, not moved.", hint, id="shop.W008")


def _database() -> Iterator[checks.CheckMessage]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
            found = cursor.fetchone()
    except DatabaseError as error:
        hint = "Start it, or correct DATABASE_URL."
        yield checks.Error(f"The database cannot be asked: {error}", hint, id="shop.E005")
        return
    if found is None:
        yield checks.Error("The database has no pgvector.", "Run manage.py migrate, which installs it.", id="shop.E006")
    elif tuple(int(part) for part in found[0].split(".")[:2]) < LEAST_PGVECTOR:
        hint = "Update its package, and run ALTER EXTENSION vector UPDATE."
        yield checks.Error(f"pgvector {found[0]} is too old; searches with a filter need 0.8.", hint, id="shop.E007")


def _vectors() -> Iterator[checks.CheckMessage]:
    try:
        health.CHECKS["vectors"]()
    except (VectorsAway, ImportError) as error:
        hint = "Start it, or correct VECTORS; it needs what requirements-milvus.txt names."
        yield checks.Error(f"Milvus cannot be asked: {error}", hint, id="shop.E008")


def _disks() -> Iterator[checks.CheckMessage]:
    try:
        health.CHECKS["free_bytes"]()
    except health.NotReady as error:
        yield checks.Warning(
            f"Of MEDIA_ROOT or VAR_DIR, {error}.", "Make room, or give it a larger disk.", id="shop.W009"
        )
