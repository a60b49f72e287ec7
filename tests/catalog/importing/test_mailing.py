"""Mails that say how an import ended."""

import socket
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.utils import timezone
from django.utils.translation import get_language

from catalog.importing import jobs
from catalog.importing.models import ImportJob, ImportSource, PictureAddress
from catalog.importing.tasks import tell_of_ends
from catalog.models import Appearance
from tests.catalog.importing.life import State, finished, previewed, started
from tests.factories import ProductFactory
from tests.pictures import write_catalogue
from tests.processes import manage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mailing(settings):
    settings.EMAIL_URL = "smtp://mail.example.org"
    settings.SITE_URL = "https://shop.example.org"
    settings.IMPORT_MAIL_TO = ["buyers@example.org"]


def told() -> list[str]:
    """The subjects of the mails that are sent now."""
    mail.outbox.clear()
    tell_of_ends()
    return [message.subject for message in mail.outbox]


def test_the_end_of_an_import_is_mailed_once_with_its_counts_and_its_link(mixed):
    starter = User.objects.create_user("ann", email="ann@example.org")
    job = previewed(*mixed)
    ImportJob.objects.filter(pk=job.pk).update(started_by=starter)
    assert told() == ["The import of styles.csv is done"]  # the first one, of the terminal
    jobs.confirm(job, repair=True, archive_missing=False)
    finished(job)
    assert told() == ["The import of styles.csv is done"]
    (message,) = mail.outbox
    assert message.to == ["buyers@example.org", "ann@example.org"]
    assert f"https://shop.example.org/admin/importing/importjob/{job.pk}/change/" in message.body
    job.refresh_from_db()
    assert f"{job.rows} rows read: {job.created} new, {job.updated} changed" in message.body
    assert job.issue_counts
    assert all(f"- {kind}: {count}" in message.body for kind, count in job.issue_counts.items())
    assert told() == []


def test_a_failed_import_is_mailed_with_its_reason_and_again_when_it_fails_again(tmp_path):
    styles, images = write_catalogue(tmp_path, 1)
    styles.write_bytes(b"")
    job = finished(started(styles, images))
    assert told() == ["The import of styles.csv has failed"]
    assert job.error in mail.outbox[0].body
    jobs.resume(job)
    finished(job)
    assert told() == ["The import of styles.csv has failed"]


def test_without_anybody_to_tell_or_a_server_nobody_is_told(tmp_path, settings):
    finished(started(*write_catalogue(tmp_path, 1), state=State.QUEUED))
    settings.EMAIL_URL = ""
    assert told() == []
    settings.EMAIL_URL, settings.IMPORT_MAIL_TO = "smtp://mail.example.org", []
    assert told() == []


def test_scheduled_imports_are_told_of_where_a_person_should_know():
    source = ImportSource.objects.create(name="Nightly", folder=".")
    now = timezone.now()

    def end(state: str, **values: object) -> None:
        ImportJob.objects.create(source=source, state=state, finished_at=now, styles=f"/{state}.csv", **values)

    end(State.DONE)
    assert told() == []
    end(State.DONE, issue_counts={"no row": 2})
    assert told() == ["The import of done.csv is done"]
    end(State.FAILED, error="It broke.")
    assert told() == ["The import of failed.csv has failed"]
    end(State.READY, error="It waits for you, as its table has no rows.")
    assert told() == ["The import of ready.csv waits for you"]
    end(State.READY, confirms_itself=True)
    end(State.CANCELLED)
    assert told() == []


def test_a_shop_that_does_not_know_its_address_says_where_to_look(settings):
    settings.SITE_URL = ""
    job = ImportJob.objects.create(state=State.DONE, styles="/new.csv", finished_at=timezone.now())
    ImportSource.objects.create(name="Nightly", folder=".", note="It is away.", failures=99)
    assert told()[0] == "The import of new.csv is done"
    assert all("administration, under " in message.body for message in mail.outbox)
    assert job.get_absolute_url() not in mail.outbox[0].body


def test_a_mail_says_how_many_pictures_are_still_to_be_fetched():
    job = ImportJob.objects.create(state=State.DONE, styles="/new.csv", finished_at=timezone.now())
    for _ in range(2):
        where = {"position": 0, "line": 2, "address": "https://a.example", "host": "a.example"}
        PictureAddress.objects.create(job=job, product=ProductFactory(), due_at=timezone.now(), **where)
    assert told() == ["The import of new.csv is done"]
    assert "2 pictures are still to be fetched." in mail.outbox[0].body


def test_workers_speak_the_language_that_staff_chose_for_the_shop():
    Appearance.objects.create(language="de")
    ImportJob.objects.create(state=State.DONE, styles="/new.csv", finished_at=timezone.now())
    tell_of_ends.apply(throw=True)
    assert [message.subject for message in mail.outbox] == ["Der Import von new.csv ist fertig"]
    assert get_language() == "en"


def test_what_ended_long_ago_is_not_told_any_more():
    ended = timezone.now() - timedelta(days=1, minutes=1)
    ImportJob.objects.create(state=State.DONE, styles="/old.csv", finished_at=ended)
    assert told() == []


def test_a_mail_server_that_is_away_is_asked_again_later(settings, caplog):
    ImportJob.objects.create(state=State.DONE, styles="/new.csv", finished_at=timezone.now())
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", _closed_port()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert told() == []
    assert "asked again in a minute" in caplog.text
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert told() == ["The import of new.csv is done"]


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_name_with_a_line_break_is_no_second_header():
    name = "/a\nBcc: x@example.org\n.csv"
    ImportJob.objects.create(state=State.DONE, styles=name, finished_at=timezone.now())
    assert told() == ["The import of a Bcc: x@example.org .csv is done"]
    assert mail.outbox[0].to == ["buyers@example.org"]


def test_the_address_of_the_server_is_read_and_one_that_is_none_is_refused():
    ask = "from django.conf import settings as s; print(s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_USE_TLS, s.IMPORT_MAIL_TO)"
    url = "submission://ann:secret@mail.example.org"
    answer = manage("shell", "--no-imports", "-c", ask, EMAIL_URL=url, IMPORT_MAIL_TO="a@example.org, b@example.org")
    assert answer.stdout.strip() == "mail.example.org 587 True ['a@example.org', 'b@example.org']"
    assert "EMAIL_URL is to be like" in manage("check", EMAIL_URL="mail.example.org").stderr
