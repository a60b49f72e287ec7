"""The merchant's home in the administration."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils import timezone

from catalog.importing.models import ImportIssue, ImportJob, PictureAddress
from fashionsite import health
from fashionsite.celery import app
from recommender.models import EmbeddingFailure, QualityReport
from recommender.registry import active_encoder
from recommender.statistics.models import SearchedWords
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted():
    cache.clear()


def home(client) -> str:
    response = client.get("/admin/")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_last_import_is_shown_with_its_counts_and_its_link(admin_client):
    assert "Import a catalogue" in home(admin_client)
    ImportJob.objects.create(state="done", styles="/old.csv")
    job = ImportJob.objects.create(
        state="failed", styles="/new.csv", error="It broke.", rows=3, created=2, rejected=1, finished_at=timezone.now()
    )
    text = home(admin_client)
    assert f'<a href="{job.get_absolute_url()}">new.csv</a>: <strong class="home-alarm">failed</strong>' in text
    assert "2 new, 0 changed, 0 unchanged, 1 rejected of 3 rows" in text
    assert "It broke." in text
    assert "old.csv" not in text


def test_what_waits_and_what_failed_is_counted(admin_client):
    encoder = active_encoder()
    products = ProductFactory.create_batch(3)
    EmbeddingFailure.objects.create(
        encoder=encoder,
        product=products[0],
        image_digest=products[0].image_digest,
        reason="no",
        created_at=timezone.now(),
    )
    text = home(admin_client)
    assert "2 wait to be searchable" in text
    assert "1 cannot be looked at" in text
    german = admin_client.get("/admin/", headers={"accept-language": "de"}).content.decode()
    assert "1 lässt sich nicht ansehen" in german


def test_pictures_that_could_not_be_had_lead_to_their_reasons(admin_client):
    job = ImportJob.objects.create(state="done", styles="/new.csv", finished_at=timezone.now())
    PictureAddress.objects.create(
        job=job,
        product=ProductFactory(),
        position=0,
        line=2,
        address="https://shop.example.com/1.jpg",
        host="shop.example.com",
        state="failed",
        due_at=timezone.now(),
    )
    ImportIssue.objects.create(job=job, line=2, sku="1", kind="picture address", reason="It is gone.")
    ImportIssue.objects.create(job=job, line=3, sku="2", kind="bad value", reason="It is odd.")
    link = re.search(r'<a href="([^"]*)" class="home-alarm">1 could not be had</a>', home(admin_client)).group(1)
    page = admin_client.get(link).content.decode()
    assert "It is gone." in page
    assert "It is odd." not in page


def test_words_in_vain_are_those_of_this_week(admin_client):
    today = timezone.localdate()
    for number in range(7):
        SearchedWords.objects.create(day=today, words=f"words{number}", answer="nothing", times=10 - number)
    SearchedWords.objects.create(day=today - timedelta(days=7), words="old", answer="nothing", times=99)
    text = home(admin_client)
    assert "words0 <span>10 " in text
    assert "words4" in text
    assert "words5" not in text
    assert ">old " not in text


def test_quality_is_shown_with_its_change_in_a_week(admin_client):
    values = {"encoder": active_encoder(), "products": 9, "colour": 0.5}
    before = QualityReport.objects.create(category=0.9, **values)
    QualityReport.objects.filter(pk=before.pk).update(created_at=timezone.now() - timedelta(days=8))
    QualityReport.objects.create(category=0.8, **values)
    assert "<strong>0.800</strong> (-0.100 in a week)" in home(admin_client)


def test_parts_that_are_missing_are_named(admin_client, monkeypatch):
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 10**18)
    text = home(admin_client)
    assert '<strong class="home-alarm">queue: ' in text
    assert '<strong class="home-alarm">disk: less than' in text
    assert "database: pgvector" in text


def test_staff_see_what_they_may(client):
    client.force_login(User.objects.create_user("ann", is_staff=True))
    SearchedWords.objects.create(day=timezone.localdate(), words="zeppelin", answer="nothing", times=1)
    text = home(client)
    assert "database: pgvector" in text
    assert "zeppelin" not in text
    assert "Last import" not in text
    assert client.get("/").status_code == 200


def test_whoever_is_no_staff_sees_nothing(client):
    assert client.get("/admin/").status_code == 302
