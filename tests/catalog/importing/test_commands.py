"""The commands that import, but for what they do with a worker."""

import sys

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.dispatch import Signal

from catalog.importing.models import ImportJob
from catalog.importing.signals import wait_for_pictures
from catalog.models import Product
from tests.pictures import write_catalogue


@pytest.mark.django_db
def test_who_waits_is_told_to_whoever_knows_what_for(tmp_path, monkeypatch):
    asked_for = []

    def listen(job: ImportJob, **_) -> None:
        asked_for.append(job)

    signal = Signal()
    signal.connect(listen)
    monkeypatch.setattr("catalog.importing.terminal.wait_for_pictures", signal)
    styles, images = write_catalogue(tmp_path, 1)
    call_command("import_catalog", styles=styles, images=images)
    assert asked_for == []
    call_command("import_catalog", "--wait", styles=styles, images=images)
    assert asked_for == [ImportJob.objects.first()]
    assert Product.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_away_is_told_in_words(tmp_path):
    def end_the_connection(**_) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    styles, images = write_catalogue(tmp_path, 1)
    wait_for_pictures.connect(end_the_connection)
    try:
        with pytest.raises(CommandError, match=r"The database went away\. What was imported stays"):
            call_command("import_catalog", "--wait", styles=styles, images=images)
    finally:
        wait_for_pictures.disconnect(end_the_connection)
        connection.close()
    assert Product.objects.count() == 1


def test_without_kagglehub_the_command_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "kagglehub", None)
    with pytest.raises(CommandError, match=r"pip install kagglehub, or pip install -r requirements\.txt"):
        call_command("import_kaggle")
