"""What is said of a shop that is no production yet; each by its id."""

from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.db import OperationalError, connection

from fashionsite import health
from fashionsite.celery import app
from tests.processes import manage

pytestmark = pytest.mark.django_db
ENVIRONMENT = {"SECRET_KEY": "a key", "DATABASE_URL": "postgresql://", "CELERY_BROKER_URL": "filesystem://localhost"}


@pytest.fixture
def found(settings, monkeypatch, tmp_path):
    """The ids that are said of a shop which has nothing to complain about but what a test changes."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    settings.SITE_URL = "https://shop.example.org"
    settings.MEDIA_ROOT = tmp_path
    return lambda: {message.id for message in run_checks(tags=["shop"], include_deployment_checks=True)}


def test_nothing_is_said_where_nothing_is_wrong_and_nothing_without_deploy(found, settings):
    assert found() == set()
    settings.SITE_URL = ""
    assert run_checks(tags=["shop"]) == []


@pytest.mark.parametrize(
    ("id_", "changes"),
    [
        ("shop.W001", {"SITE_URL": "http://shop.example.org"}),
        ("shop.W005", {"METRICS_TOKEN": "guess"}),
        ("shop.W006", {"CELERY_BROKER_TRANSPORT_OPTIONS": {"visibility_timeout": 60}}),
        ("shop.E002", {"CACHES": {"photos": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}}),
        ("shop.W007", {"CACHES": {"photos": {"BACKEND": "catalog.file_cache.FileBasedCache"}}}),
        ("shop.E003", {"CACHES": {"photos": {"BACKEND": "catalog.redis_cache.RedisCache"}}}),
        ("shop.E004", {"MEDIA_ROOT": "/nowhere/at/all"}),
        ("shop.W008", {"FILE_UPLOAD_TEMP_DIR": "/proc"}),
    ],
)
def test_a_setting_that_is_no_production_is_said(found, settings, tmp_path, id_, changes):
    places = {"locmem": "", "file_cache": str(tmp_path), "redis_cache": "redis://127.0.0.1:1/0"}
    Path(settings.VAR_DIR, "imports").mkdir(exist_ok=True)
    for name, value in changes.items():
        if name == "CACHES":
            place = places[value["photos"]["BACKEND"].split(".")[-2]]
            value = {"default": settings.CACHES["default"], "photos": {**value["photos"], "LOCATION": place}}
        setattr(settings, name, value)
    assert found() == {id_}


@pytest.mark.parametrize(("id_", "name"), [(f"shop.W00{n}", name) for n, name in enumerate(ENVIRONMENT, 2)])
def test_what_the_site_made_for_itself_is_said(found, monkeypatch, id_, name):
    monkeypatch.delenv(name)
    assert found() == {id_}


def test_a_broker_that_is_away_is_said(found, monkeypatch):
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    assert found() == {"shop.E001"}


def test_a_full_disk_is_said(found, monkeypatch):
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 10**18)
    assert found() == {"shop.W009"}


@pytest.mark.parametrize(("id_", "rows"), [("shop.E006", "false"), ("shop.E007", "true")])
def test_a_pgvector_that_is_missing_or_old_is_said(found, id_, rows):
    with connection.cursor() as cursor:
        # Takes the catalogue's place for this transaction.
        cursor.execute(
            "CREATE TEMPORARY TABLE pg_extension ON COMMIT DROP AS SELECT 'vector' AS extname, '0.7.4' AS "
            f"extversion WHERE {rows}"
        )
        cursor.execute("SET LOCAL search_path = pg_temp, public, pg_catalog")
    assert found() == {id_}


def test_a_database_that_is_away_is_said(found):
    with connection.execute_wrapper(_away):
        assert found() == {"shop.E005"}


def _away(*_: object) -> None:
    raise OperationalError("the database is away")


@pytest.mark.parametrize(
    ("name", "value"),
    [("READ_RATE", "abc"), ("PHOTO_RATE", "0/min"), ("STATISTICS_DAYS", "-1"), ("SOLD_OUT", "no"), ("VECTORS", "x")],
)
def test_a_mistyped_setting_is_refused_at_the_start_in_a_sentence(name, value):
    result = manage("check", **{name: value})
    assert result.returncode == 1
    assert result.stderr.startswith(f"The setting {name} is to be ")
    assert result.stderr.count("\n") == 1
