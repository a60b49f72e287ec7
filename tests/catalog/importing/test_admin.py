"""The import desk in the administration: who gets in, how an import is started, watched and looked through."""

import csv
import io
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from catalog.importing.advancing import advance, import_catalog
from catalog.importing.models import ImportIssue, ImportJob
from catalog.models import Product
from tests.factories import ProductFactory
from tests.pictures import style, write_catalogue, write_styles

pytestmark = pytest.mark.django_db
START = "/admin/importing/importjob/add/"
State = ImportJob.State


@pytest.fixture(autouse=True)
def no_worker(monkeypatch) -> None:
    """The tests are the worker themselves."""
    monkeypatch.setattr("catalog.importing.admin.wake_importer", lambda: None)


def zipped(images: Path) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path in images.iterdir():
            archive.write(path, path.name)
    return stream.getvalue()


def uploads(styles: Path, images: Path) -> dict[str, object]:
    return {
        "styles": SimpleUploadedFile("styles.csv", styles.read_bytes()),
        "pictures": [SimpleUploadedFile("images.zip", zipped(images))],
    }


def page(client: Client, job: ImportJob, query: str = "") -> str:
    return client.get(job.get_absolute_url() + query).content.decode()


def test_a_table_may_have_a_long_name_in_any_script(admin_client):
    admin_client.post(START, {"styles": SimpleUploadedFile("衣" * 90 + ".csv", b"id,title\n1,Shirt\n")})
    advance()
    job = ImportJob.objects.get()
    assert job.preview.outcome.counts.new == 1
    assert job.file_name.endswith("衣.csv")


def test_uploads_are_previewed_confirmed_and_imported(admin_client, tmp_path):
    response = admin_client.post(START, uploads(*write_catalogue(tmp_path, 12)))
    job = ImportJob.objects.get()
    assert response.url == job.get_absolute_url()
    assert job.started_by.username == "admin"
    assert "Reading the files" in page(admin_client, job)
    advance()
    shown = page(admin_client, job)
    assert "Import these 12 rows" in shown
    assert not Product.objects.exists()
    admin_client.post(job.get_absolute_url(), {"action": "confirm", "repair": "on", "missing": "leave"})
    while advance():
        pass
    assert Product.objects.with_picture().count() == 12
    shown = page(admin_client, job)
    assert "Done: 12 rows read" in shown
    assert "12 new pictures" in shown
    listed = admin_client.get(f"/admin/catalog/product/?changes__job={job.pk}").content.decode()
    assert "12 products" in listed


def test_uploads_are_deleted_when_they_are_no_longer_needed(admin_client, tmp_path, django_capture_on_commit_callbacks):
    admin_client.post(START, uploads(*write_catalogue(tmp_path, 1)))
    job = ImportJob.objects.get()
    folder = settings.VAR_DIR / "imports" / str(job.pk)
    assert sorted(path.name for path in folder.glob("*/*")) == ["images.zip", "styles.csv"]
    advance()
    admin_client.post(job.get_absolute_url(), {"action": "confirm"})
    with django_capture_on_commit_callbacks(execute=True):
        while advance():
            pass
    assert not folder.exists()


def test_an_upload_on_disk_is_moved_there(admin_client, tmp_path, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 10
    admin_client.post(START, uploads(*write_catalogue(tmp_path, 2)))
    assert not list(Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload*"))
    advance()
    assert ImportJob.objects.get().preview.outcome.counts.new == 2


def test_a_folder_on_the_server_is_imported_where_one_is_set_up(admin_client, tmp_path, settings):
    assert "folder on the server" not in admin_client.get(START).content.decode()
    settings.IMPORT_ROOT = tmp_path
    (tmp_path / "autumn").mkdir()
    write_catalogue(tmp_path / "autumn", 3)
    admin_client.post(START, {"folder": "autumn"})
    advance()
    assert ImportJob.objects.get().preview.outcome.counts.new == 3


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("..", "there is no folder"),
        ("/etc", "there is no folder"),
        ("none", "there is no folder"),
        ("é" * 200, "there is no folder"),
        ("outside", "there is no folder"),
        ("empty", "one table (csv, xlsx or xml), but holds: none"),
        ("two", "one table (csv, xlsx or xml), but holds: a.csv, b.csv"),
    ],
)
def test_other_folders_are_refused(admin_client, tmp_path, settings, folder, reason):
    settings.IMPORT_ROOT = tmp_path
    (tmp_path / "empty").mkdir()
    (tmp_path / "two").mkdir()
    (tmp_path / "outside").symlink_to("/etc")
    for name in "ab":
        (tmp_path / "two" / f"{name}.csv").touch()
    assert reason in admin_client.post(START, {"folder": folder}).content.decode()
    assert not ImportJob.objects.exists()


def test_without_a_table_nothing_is_started(admin_client):
    assert "Choose the table of products" in admin_client.post(START, {}).content.decode()
    assert not ImportJob.objects.exists()


def test_pictures_that_are_no_zip_are_refused_at_once(admin_client, tmp_path):
    styles, images = write_catalogue(tmp_path, 1)
    cut_off = SimpleUploadedFile("cut.zip", zipped(images)[:-30])
    shown = admin_client.post(START, {**uploads(styles, images), "pictures": [cut_off]}).content.decode()
    assert "cut.zip is no zip, or not all of it." in shown
    assert not ImportJob.objects.exists()


def test_a_file_that_cannot_be_used_is_told_on_the_page(admin_client):
    empty = {"styles": SimpleUploadedFile("styles.csv", b"\n"), "pictures": []}
    admin_client.post(START, empty)
    advance()
    job = ImportJob.objects.get()
    assert job.state == State.FAILED
    assert "Failed: the first line must name the columns, but it is empty" in page(admin_client, job)
    assert f'<a class="button" href="{START}">Choose other files</a>' in page(admin_client, job)


def test_columns_are_shown_and_can_be_chosen(admin_client, tmp_path):
    content = b"Nummer,Bezeichnung,Preis\n1,Rock,9\n"
    admin_client.post(START, {"styles": SimpleUploadedFile("styles.csv", content)})
    advance()
    job = ImportJob.objects.get()
    shown = page(admin_client, job)
    assert "Bezeichnung" in shown
    assert "not imported" in shown
    assert "Import these" not in shown
    chosen = {"action": "remap", "column0": "", "column1": "name", "column2": ""}
    assert "Choose the column that holds" in admin_client.post(job.get_absolute_url(), chosen).content.decode()
    chosen["column0"] = chosen["column2"] = "sku"
    assert "More than one column is to fill: id" in admin_client.post(job.get_absolute_url(), chosen).content.decode()
    chosen["column2"] = ""
    admin_client.post(job.get_absolute_url(), chosen)
    advance()
    shown = page(admin_client, job)
    assert "Import this row" in shown
    assert "columns that are not imported: Preis" in shown
    assert "chosen by hand" in shown


def test_the_preview_counts_the_rows_that_it_would_import(admin_client, tmp_path):
    def shown(content: str) -> str:
        admin_client.post(START, {"styles": SimpleUploadedFile("styles.csv", content.encode())})
        advance()
        return " ".join(page(admin_client, ImportJob.objects.first()).split())

    ProductFactory(sku="77")
    some = shown("id,name,year\n1,Rock,\n2,Hemd,\n3,Hose,soon\n,Schal,\n")
    assert "> Import these 2 rows <" in some
    assert "1 product of the shop is not in the file. It stays as it is, as 1 row of the file cannot be read" in some
    none = shown("id,name\n,Schal\n")
    assert 'value="confirm"' not in none
    assert 'value="cancel"' in none


def test_chosen_columns_are_remembered_for_the_next_file_with_the_header(admin_client, tmp_path):
    def read(content: bytes) -> ImportJob:
        admin_client.post(START, {"styles": SimpleUploadedFile("styles.csv", content)})
        while advance():
            pass
        return ImportJob.objects.first()

    first = read(b"Nummer,Text,colour\n1,Rock,Red\n")
    chosen = {"action": "remap", "column0": "sku", "column1": "name", "column2": ""}
    admin_client.post(first.get_absolute_url(), chosen)
    advance()
    second = read(b"Nummer,Text,colour\n2,Hose,Blue\n")
    assert second.mapping == {"sku": 0, "name": 1}
    assert second.preview.outcome.counts.new == 1
    assert "chosen by hand" in page(admin_client, second)
    # The last choice counts, and for no other header.
    admin_client.post(second.get_absolute_url(), {**chosen, "column2": "base_colour"})
    assert read(b"Nummer;Text;colour\n3;Hemd;Red\n").mapping == {"sku": 0, "name": 1, "base_colour": 2}
    other = read(b"Nummer,Text,colour,size\n4,Hemd,Red,M\n")
    assert other.mapping == {"base_colour": 2, "size": 3}
    assert "chosen by hand" not in page(admin_client, other)


def test_the_currency_of_prices_that_name_none_is_asked_for_and_remembered(admin_client):
    def read(content: bytes) -> ImportJob:
        admin_client.post(START, {"styles": SimpleUploadedFile("products.csv", content)})
        advance()
        return ImportJob.objects.first()

    job = read(b"id,name,price\n1,Rock,9.50\n2,Hose,12.00\n")
    assert "which currency the prices of 2 rows are in" in page(admin_client, job)
    chosen = {"action": "remap", "column0": "sku", "column1": "name", "column2": "price"}
    refused = admin_client.post(job.get_absolute_url(), {**chosen, "currency": "XYZ"}).content.decode()
    assert "three letters of a currency" in refused
    admin_client.post(job.get_absolute_url(), {**chosen, "currency": "eur"})
    advance()
    shown = page(admin_client, job)
    assert "€9.50" in shown
    assert "which currency" not in shown
    assert "no currency" not in shown
    admin_client.post(job.get_absolute_url(), {"action": "confirm"})
    while advance():
        pass
    assert Product.objects.filter(currency="EUR").count() == 2
    assert "€7.00" in page(admin_client, read(b"id,name,price\n3,Hemd,7.00\n"))


def test_an_answer_that_was_only_written_is_not_lost_by_confirming(admin_client):
    admin_client.post(START, {"styles": SimpleUploadedFile("products.csv", b"id,name,price\n1,Rock,9.50\n")})
    advance()
    job = ImportJob.objects.get()
    seen = {"action": "confirm", "column0": "sku", "column1": "name", "column2": "price"}
    answered = {**seen, "currency": "EUR", "links": "https://shop.example.com/{id}"}
    refused = admin_client.post(job.get_absolute_url(), {**answered, "links": "https://shop.example.com/{sku}"})
    assert "No column of the file is called {sku}" in refused.content.decode()
    admin_client.post(job.get_absolute_url(), answered)
    assert ImportJob.objects.get().state == "reading"
    advance()
    shown = page(admin_client, job)
    assert "the table is read again" in shown
    assert "€9.50" in shown
    assert not Product.objects.exists()
    admin_client.post(job.get_absolute_url(), answered)
    while advance():
        pass
    product = Product.objects.get()
    assert (product.currency, product.link) == ("EUR", "https://shop.example.com/1")


def test_the_moving_part_is_the_same_as_in_the_page(admin_client, tmp_path):
    admin_client.post(START, uploads(*write_catalogue(tmp_path, 2)))
    job = ImportJob.objects.get()
    part = admin_client.get(reverse("admin:importing_importjob_progress", args=[job.pk])).content.decode()
    assert part.strip() in page(admin_client, job)
    assert 'http-equiv="refresh"' in page(admin_client, job)


def test_issues_are_filtered_and_downloaded_without_formulas(admin_client, tmp_path):
    styles = write_styles(tmp_path / "styles.csv", [style("1", year="=1+1"), style("2")])
    job = import_catalog(styles, tmp_path)
    assert "2 issues" in page(admin_client, job)
    assert "1 issue<" in page(admin_client, job, "?kind=bad+value")
    response = admin_client.get(reverse("admin:importing_importjob_issues", args=[job.pk]))
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert [(row["line"], row["sku"], row["kind"]) for row in rows] == [
        ("2", "1", "bad value"),
        ("3", "2", "no picture"),
    ]
    assert (rows[0]["column"], rows[0]["value"]) == ("year", "'=1+1")
    assert ImportIssue.objects.get(kind="bad value").value == "=1+1"


def test_buttons_cancel_resume_and_undo(admin_client, tmp_path):
    admin_client.post(START, uploads(*write_catalogue(tmp_path, 2)))
    job = ImportJob.objects.get()
    address = job.get_absolute_url()
    steps = (
        ("cancel", State.CANCELLED),
        # What nobody has confirmed is not imported, but previewed again.
        ("resume", State.READING),
        ("confirm", State.QUEUED),
        ("cancel", State.CANCELLED),
    )
    for action, state in steps:
        admin_client.post(address, {"action": action})
        job.refresh_from_db()
        assert job.state == state
        if state == State.READING:
            advance()
        if state == State.CANCELLED:
            assert "Cancelled. Nothing was written." in page(admin_client, job)
            assert "Read the files again" in page(admin_client, job)
    admin_client.post(address, {"action": "resume"})
    advance()
    assert not Product.objects.exists()
    admin_client.post(address, {"action": "confirm"})
    while advance():
        pass
    assert "by now" in admin_client.post(address, {"action": "cancel"}, follow=True).content.decode()
    admin_client.post(address, {"action": "undo"})
    assert "Giving its products back" in page(admin_client, job)
    advance()
    assert not Product.objects.exists()
    assert "Undone" in page(admin_client, job)


def test_deleting_an_import_says_that_its_products_stay(admin_client, tmp_path):
    styles, images = write_catalogue(tmp_path, 3)
    write_styles(styles, [style("1"), style("2"), style("3"), style("")])
    job = import_catalog(styles, images)
    address = f"/admin/importing/importjob/{job.pk}/delete/"
    chosen = {"action": "delete_selected", "_selected_action": job.pk}
    changelist = "/admin/importing/importjob/"
    for asked in (admin_client.get(address), admin_client.post(changelist, chosen)):
        shown = " ".join(asked.content.decode().split())
        assert "The products stay in the shop as they are." in shown
        assert "it cannot be undone afterwards" in shown
        assert f"import {job.pk} of styles.csv" in shown
        assert "mport change" not in shown
    admin_client.post(changelist, chosen | {"post": "yes"})
    assert not ImportJob.objects.exists()
    assert Product.objects.count() == 3


def test_only_staff_with_the_permission_import(client, tmp_path):
    files = uploads(*write_catalogue(tmp_path, 1))
    job = ImportJob.objects.create(styles="styles.csv")
    addresses = [job.get_absolute_url(), f"/admin/importing/importjob/{job.pk}/progress/"]
    shopper = get_user_model().objects.create_user("shopper")
    for user in (None, shopper):
        if user:
            client.force_login(user)
        assert all(client.get(address).status_code == 302 for address in (START, *addresses))
        assert client.post(START, files).status_code == 302
    staff = get_user_model().objects.create_user("staff", is_staff=True)
    client.force_login(staff)
    assert all(client.get(address).status_code == 403 for address in (START, *addresses))
    staff.user_permissions.add(Permission.objects.get(codename="view_importjob"))
    assert client.get(job.get_absolute_url()).status_code == 200
    assert client.post(job.get_absolute_url(), {"action": "cancel"}).status_code == 403
    assert client.post(START, files).status_code == 403
    assert ImportJob.objects.get().state == State.QUEUED


def test_a_forged_upload_is_refused(admin_user):
    forger = Client(enforce_csrf_checks=True)
    forger.force_login(admin_user)
    assert forger.post(START, {"styles": SimpleUploadedFile("styles.csv", b"id\n1\n")}).status_code == 403
    assert not ImportJob.objects.exists()
