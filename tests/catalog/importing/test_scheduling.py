"""Imports that start by themselves."""

import os
import threading
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from html import unescape
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.core import mail
from django.utils import timezone

from catalog import fetching
from catalog.importing.models import ImportJob, ImportSource
from catalog.importing.scheduling import look_at_due
from catalog.importing.tasks import look_at_sources, tell_of_ends
from catalog.models import Product
from tests.catalog.importing.life import State, finished
from tests.factories import ProductFactory
from tests.pictures import style, write_catalogue, write_styles

pytestmark = pytest.mark.django_db
ADD = "/admin/importing/importsource/add/"
MINUTE = timedelta(minutes=1)
NOW = datetime(2026, 3, 4, 12, 30, tzinfo=timezone.get_default_timezone())
"""A Wednesday."""


@pytest.fixture(autouse=True)
def folder(tmp_path, settings) -> Path:
    """The folder `nightly` below the folder for imports, with three products."""
    settings.IMPORT_ROOT = tmp_path / "root"
    folder = settings.IMPORT_ROOT / "nightly"
    folder.mkdir(parents=True)
    write_catalogue(folder, 3)
    return folder


@pytest.fixture
def source() -> ImportSource:
    return ImportSource.objects.create(name="Nightly", folder="nightly", due_at=NOW)


class TableServer(BaseHTTPRequestHandler):
    """Answers every address with the server's content, or that there is none."""

    def do_GET(self) -> None:
        content = self.server.content
        if content is None:
            self.send_error(self.server.status)
            return
        is_known = self.headers.get("If-None-Match") == self.server.etag != ""
        self.server.sent += not is_known
        self.send_response(304 if is_known else 200)
        self.send_header("ETag", self.server.etag)
        self.end_headers()
        if not is_known:
            self.wfile.write(content)

    def log_message(self, *_) -> None:
        pass


@pytest.fixture
def table_server(monkeypatch) -> Iterator[HTTPServer]:
    """A web server on this machine, which stands in for the public internet."""
    monkeypatch.setattr(fetching, "_is_public", lambda ip: True)
    monkeypatch.setattr(fetching, "_checked", lambda address, _=(): fetching.urlsplit(address))
    server = HTTPServer(("127.0.0.1", 0), TableServer)
    server.address = f"http://127.0.0.1:{server.server_port}"
    server.etag, server.sent, server.status = "", 0, 404
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def looked(source: ImportSource, now: datetime) -> str:
    """What comes of a look at the sources, imports that start included."""
    look_at_due(now)
    for job in ImportJob.objects.at_work():
        finished(job)
    source.refresh_from_db()
    return source.note


def run(source: ImportSource, now: datetime) -> ImportJob:
    """The last import of a source that is due, after two looks at its files."""
    ImportSource.objects.update(due_at=now)
    looked(source, now)
    looked(source, now + MINUTE)
    return source.jobs.first()


@pytest.mark.parametrize(
    ("every", "at", "weekday", "due"),
    [
        ("hour", time(0, 15), 0, "4 13:15"),
        ("hour", time(9, 45), 0, "4 12:45"),
        ("hour", time(9, 30), 0, "4 13:30"),
        ("day", time(12, 31), 0, "4 12:31"),
        ("day", time(3, 0), 0, "5 03:00"),
        ("week", time(13, 0), 2, "4 13:00"),
        ("week", time(12, 0), 2, "11 12:00"),
        ("week", time(3, 0), 1, "10 03:00"),
    ],
)
def test_it_is_due_again_at_its_hour(every, at, weekday, due):
    source = ImportSource(every=every, at=at, weekday=weekday)
    source.plan(NOW)
    assert f"{source.due_at:%-d %H:%M}" == due
    source.is_on = False
    source.plan(NOW)
    assert source.due_at is None


def test_a_folder_is_imported_once_its_files_stay_the_same(source, folder):
    assert looked(source, NOW - MINUTE) == ""
    assert "imported when nobody has written them" in looked(source, NOW)
    with (folder / "styles.csv").open("a") as stream:
        stream.write("")
    write_styles(folder / "styles.csv", [style("1"), style("2")])
    assert "imported when nobody has written them" in looked(source, NOW + MINUTE)
    assert "imported when nobody has written them" in looked(source, NOW + 1.5 * MINUTE)
    assert not ImportJob.objects.exists()
    assert "was started" in looked(source, NOW + 2 * MINUTE)
    (job,) = source.jobs.all()
    assert (job.state, job.created) == (State.DONE, 2)
    assert source.due_at == NOW.replace(day=5, hour=3, minute=0)
    assert job.started_by is None


def test_what_is_unchanged_is_not_imported_again(source, folder):
    job = run(source, NOW)
    (folder / "styles.csv").touch()
    assert run(source, NOW + timedelta(days=1)) == job
    assert f"Nothing is new since import {job.pk}" in source.note
    (folder / "images" / "4.jpg").write_bytes((folder / "images" / "1.jpg").read_bytes())
    again = run(source, NOW + timedelta(days=2))
    assert again != job
    assert again.unchanged == 3


def test_what_failed_is_tried_again_and_what_was_undone_is_not(source, folder):
    content = (folder / "styles.csv").read_bytes()
    (folder / "styles.csv").write_bytes(b"\n")
    assert run(source, NOW).state == State.FAILED
    failed = run(source, NOW + timedelta(days=1))
    assert source.jobs.count() == 2
    assert failed.state == State.FAILED
    (folder / "styles.csv").write_bytes(content)
    done = run(source, NOW + timedelta(days=2))
    ImportJob.objects.filter(pk=done.pk).update(state=State.UNDOING)
    finished(done)
    assert run(source, NOW + timedelta(days=3)) == done
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("content", "archives", "reason"),
    [
        (b"Nummer,Text\n1,Rock\n", False, "no column is known to hold the products' ids"),
        (b"id,year\n", False, "its table has no rows"),
        (b"id,year\n1,2012\n2,soon\n3,later\n", False, "2 of 3 rows would be rejected"),
        (b"id,year\n1,2012\n", True, "it would archive 2 of the shop's 2 products"),
        (
            b"id,year\n1,2012\n" + b"".join(b"%d,2012\n" % number for number in range(10, 30)) + b'9,"2012\n',
            True,
            "1 rows cannot be read, and may be of the 2 products that it would archive",
        ),
    ],
)
def test_it_waits_for_a_person_where_one_should_look(admin_client, source, folder, content, archives, reason):
    ProductFactory.create_batch(2)
    ImportSource.objects.update(archive_missing=archives)
    (folder / "styles.csv").write_bytes(content)
    job = run(source, NOW)
    assert job.state == State.READY
    assert reason in job.error
    assert "It waits for you" in admin_client.get(job.get_absolute_url()).content.decode()
    assert Product.objects.in_the_shop().count() == 2
    # Until then there is no other.
    assert run(source, NOW + timedelta(days=1)) == job
    assert source.note == f"Import {job.pk} is not done yet."


def test_columns_that_a_person_chose_are_for_the_person_to_confirm_and_then_for_all(
    admin_client, source, folder, monkeypatch
):
    monkeypatch.setattr("catalog.importing.admin.wake_importer", lambda: None)
    (folder / "styles.csv").write_bytes(b"Nummer,Text\n1,Rock\n")
    job = run(source, NOW)
    admin_client.post(job.get_absolute_url(), {"action": "remap", "column0": "sku", "column1": "name"})
    assert finished(job).state == State.READY
    assert job.error == ""
    look_at_due(NOW + timedelta(days=1))
    assert finished(job).state == State.READY
    admin_client.post(job.get_absolute_url(), {"action": "confirm", "repair": "on"})
    assert finished(job).state == State.DONE
    (folder / "styles.csv").write_bytes(b"Nummer,Text\n1,Rock\n2,Hose\n")
    assert run(source, NOW + timedelta(days=2)).state == State.DONE
    assert Product.objects.get(sku="2").name == "Hose"


def test_what_is_missing_is_archived_where_the_source_says_so(source, folder):
    ProductFactory.create_batch(19)
    gone = ProductFactory()
    write_styles(folder / "styles.csv", [style(product.sku) for product in Product.objects.exclude(pk=gone.pk)])
    assert run(source, NOW).archived == 0
    ImportSource.objects.update(archive_missing=True)
    (folder / "styles.csv").write_text((folder / "styles.csv").read_text() + "\n")
    assert run(source, NOW + timedelta(days=1)).archived == 1
    gone.refresh_from_db()
    assert gone.archived_at


def test_a_preview_that_was_left_confirms_itself_with_the_next_look(source, folder):
    job = run(source, NOW)
    ImportJob.objects.filter(pk=job.pk).update(state=State.READY)
    look_at_due(NOW + timedelta(hours=1))
    job.refresh_from_db()
    assert job.state == State.QUEUED


def test_names_of_files_that_are_no_text_are_told(source, folder):
    (folder / "images" / os.fsdecode(b"\xff.jpg")).write_bytes(b"none")
    assert run(source, NOW).state == State.DONE
    (folder / "styles.csv").unlink()
    write_styles(folder / os.fsdecode(b"\xff.csv"), [style("4")])
    assert run(source, NOW + timedelta(days=1)).state == State.DONE
    assert source.note == "Nothing was imported: the name of ?.csv is no text; rename that file"
    assert source.due_at > NOW + timedelta(days=1)


def test_links_lead_nowhere(source, folder, tmp_path):
    outside = write_styles(tmp_path / "secret.csv", [style("77")])
    (folder / "styles.csv").unlink()
    (folder / "styles.csv").symlink_to(outside)
    assert run(source, NOW) is None
    assert "must hold one table (csv, xlsx or xml), but holds: none" in source.note
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    assert run(source, NOW) is None
    assert "there is no folder 'nightly'" in source.note
    assert source.due_at > NOW


def test_a_table_at_an_address_is_imported_when_it_is_another_one(client, source, table_server):
    ImportSource.objects.update(folder="", address=f"{table_server.address}/feeds/autumn.csv?key=1")
    table_server.content = b"id,title\n1,Rock\n"
    source.refresh_from_db()
    assert "was started" in looked(source, NOW)
    first = source.jobs.get()
    assert (first.state, first.created, first.file_name) == (State.DONE, 1, "autumn.csv")
    ImportSource.objects.update(due_at=NOW)
    assert looked(source, NOW) == f"Nothing is new since import {first.pk}."
    table_server.content = b"id,title\n1,Rock\n2,Hose\n"
    ImportSource.objects.update(due_at=NOW)
    assert "was started" in looked(source, NOW)
    assert source.jobs.first().created == 1
    table_server.content = None
    ImportSource.objects.update(due_at=NOW)
    assert looked(source, NOW) == "Nothing was imported: This address answers with the status 404."
    assert source.jobs.count() == 2


def test_a_feed_that_is_unchanged_is_not_sent_again(source, table_server):
    ImportSource.objects.update(folder="", address=f"{table_server.address}/feed.csv")
    table_server.content, table_server.etag = b"id,title\n1,Rock\n", '"one"'

    def look() -> str:
        ImportSource.objects.update(due_at=NOW)
        source.refresh_from_db()
        return looked(source, NOW)

    look()
    first = source.jobs.get()
    assert look() == f"Nothing is new since import {first.pk}."
    assert table_server.sent == 1
    table_server.content, table_server.etag = b"id,title\n1,Hose\n", '"two"'
    assert "was started" in look()
    assert (table_server.sent, Product.objects.get().name) == (2, "Hose")
    # What failed is fetched again, and so is another address.
    source.jobs.update(state="failed")
    assert "was started" in look()
    assert table_server.sent == 3
    ImportSource.objects.update(address=f"{table_server.address}/other.csv")
    look()
    assert table_server.sent == 4


def test_what_fails_is_tried_again_soon_and_told_once_by_mail_and_at_home(source, table_server, admin_client, settings):
    settings.EMAIL_URL, settings.IMPORT_MAIL_TO = "smtp://mail.example.org", ["buyers@example.org"]
    ImportSource.objects.update(folder="", address=f"{table_server.address}/feed.csv")
    table_server.content, table_server.status = None, 503
    source.refresh_from_db()
    for number in range(1, 4):
        tell_of_ends()
        assert not mail.outbox
        assert "503" in looked(source, NOW + 5 * number * MINUTE)
        assert source.failures == number
    assert source.due_at.hour == 3
    for _ in range(2):
        tell_of_ends()
    (message,) = mail.outbox
    assert (message.subject, message.to) == ("The scheduled import Nightly fails", ["buyers@example.org"])
    assert source.note in message.body
    assert source.note in unescape(admin_client.get("/admin/").content.decode())
    table_server.content = b"id,title\n1,Rock\n"
    ImportSource.objects.update(due_at=NOW)
    assert "was started" in looked(source, NOW)
    assert "Scheduled imports that fail" not in admin_client.get("/admin/").content.decode()
    table_server.content, table_server.status = None, 404
    ImportSource.objects.update(due_at=NOW)
    looked(source, NOW)
    tell_of_ends()
    assert "404" in mail.outbox[-1].body


def test_staff_import_from_an_address_with_a_preview(admin_client, table_server, monkeypatch):
    monkeypatch.setattr("catalog.importing.admin.wake_importer", lambda: None)
    desk = "/admin/importing/importjob/add/"
    monkeypatch.setattr("catalog.importing.forms.host_of", lambda address: "")
    table_server.content = b"id,title,price\n1,Rock,5 EUR\n2,Hose,dear\n"
    admin_client.post(desk, {"address": f"{table_server.address}/feed.csv"})
    job = finished(ImportJob.objects.get())
    assert (job.state, job.file_name, job.preview.outcome.counts.new) == (State.READY, "feed.csv", 2)
    admin_client.post(job.get_absolute_url(), {"action": "confirm"})
    job = finished(job)
    assert (job.state, job.created, job.issue_counts["bad price"]) == (State.DONE, 2, 1)
    admin_client.post(job.get_absolute_url(), {"action": "undo"})
    assert finished(job).state == State.UNDONE
    assert not Product.objects.exists()
    table_server.content = None
    admin_client.post(desk, {"address": f"{table_server.address}/feed.csv"})
    failed = finished(ImportJob.objects.first())
    assert (failed.state, failed.error) == (State.FAILED, "This address answers with the status 404.")


def test_the_desk_takes_no_address_inside_networks(admin_client):
    page = admin_client.post("/admin/importing/importjob/add/", {"address": "http://127.0.0.1/feed.csv"})
    assert "not on the public internet" in page.content.decode()


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1/feed.csv", "http://[::1]/", "http://no.such.host.invalid/feed.csv"]
)
def test_no_table_is_fetched_from_inside_networks(source, address):
    ImportSource.objects.update(folder="", address=address)
    source.refresh_from_db()
    assert "Nothing was imported: This address" in looked(source, NOW)
    assert source.due_at > NOW
    assert not ImportJob.objects.exists()


def test_whoever_dies_at_a_look_lets_others_look_again(source, monkeypatch):
    def die(*_) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("catalog.importing.scheduling._look_at", die)
    with pytest.raises(KeyboardInterrupt):
        look_at_due(NOW)
    monkeypatch.undo()
    source.refresh_from_db()
    look_at_due(NOW + MINUTE)
    assert not source.note
    assert looked(source, NOW + 5 * MINUTE)


def test_the_form_says_what_folders_need(admin_client, settings):
    assert "Below the folder for imports" in admin_client.get(ADD).content.decode()
    settings.IMPORT_ROOT = None
    assert "Folders need the setting IMPORT_ROOT" in admin_client.get(ADD).content.decode()


def test_staff_set_it_up_and_run_it_at_once(admin_client, folder, monkeypatch):
    monkeypatch.setattr("catalog.importing.admin.wake_scheduler", lambda: None)
    values = {"name": "Nightly", "folder": "../..", "every": "day", "at": "03:00", "weekday": "0"}
    assert "Choose another folder" in admin_client.post(ADD, values).content.decode()
    for strange in ({"folder": ""}, {"folder": "nightly", "address": "https://example.org/a.csv"}):
        shown = admin_client.post(ADD, values | strange).content.decode()
        assert shown.count("Give either a folder or an address: one of them, and not both.") == 1
        assert "is violated" not in shown
    for address, reason in (
        ("http://example.org:22/a.csv", "ports 80 and 443"),
        ("ftp://example.org/a.csv", "begins with http:// or https://"),
        ("http://192.168.1.5/a.csv", "not on the public internet"),
    ):
        strange = {"folder": "", "address": address}
        assert reason in admin_client.post(ADD, values | strange).content.decode()
    admin_client.post(ADD, {**values, "folder": "nightly"})
    source = ImportSource.objects.get()
    assert source.due_at is None
    address = f"/admin/importing/importsource/{source.pk}/change/"
    admin_client.post(address, {**values, "folder": "nightly", "is_on": "on"})
    source.refresh_from_db()
    assert source.due_at > timezone.now()
    admin_client.post(address, {**values, "folder": "nightly", "_run_now": "Run"})
    source.refresh_from_db()
    assert source.due_at <= timezone.now()
    look_at_sources()
    source.refresh_from_db()
    ImportSource.objects.update(stamped_at=source.stamped_at - MINUTE)
    assert "was started" in looked(source, timezone.now())
    # It is off, so that it is not run again.
    assert source.due_at is None
    listed = admin_client.get("/admin/importing/importsource/").content.decode()
    assert f">{source.jobs.get().pk}, done<" in listed
    assert "started by the scheduled import" in admin_client.get(source.jobs.get().get_absolute_url()).content.decode()
