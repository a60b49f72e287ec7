"""The import desk takes what is hostile as it takes everything: previewed, imported or refused, and its pages shown."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.contrib.admin import site
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponseBase
from django.urls import reverse

from catalog.importing import previewing
from catalog.importing.advancing import import_catalog
from catalog.importing.models import ImportJob, ImportSource
from catalog.importing.tables import UnusableFile
from catalog.models import Product
from tests.catalog.importing.life import previewed
from tests.hostile import doors
from tests.hostile.archives import CASES as ARCHIVES
from tests.hostile.case import Case
from tests.hostile.feeds import CASES as FEEDS
from tests.hostile.measuring import MEGABYTES_LIMIT, SECONDS_LIMIT, peak, seconds
from tests.hostile.photos import CASES as PHOTOS
from tests.hostile.tables import CASES as TABLES
from tests.hostile.workbooks import CASES as WORKBOOKS
from tests.pages import NO_INLINES
from tests.pictures import write_catalogue

pytestmark = pytest.mark.django_db

SMALL = 4096
"""Bytes; how the desk takes large ones the corpus tells, and how long an import takes other tests"""
DATABASE_WORDS = re.compile(r"\b(psycopg\w*|DataError|SQL|constraint|Traceback|invalid byte sequence)\b")
"""Whole words, as any letters may be in the tokens of forms"""
ONE_OF = 3
NO_IDS = ("abc", "\0", "9" * 20, "9" * 5000)
TOLD = ("a\0b", "9" * 20, "\uffff", "", "abc", "-1", "{id", "..", "http://[::1", "x" * 100_000)
BODIES = (
    (b"folder=%ED%A0%80&address=%ED%A0%80&action=%ED%A0%80&name=%ED%A0%80", "application/x-www-form-urlencoded"),
    (b"&".join(b"a%d=" % number for number in range(2000)), "application/x-www-form-urlencoded"),
    (b"{}", "application/json"),
    (b"--x", "multipart/form-data; boundary=x"),
    (b"", "multipart/form-data"),
)
"""Half letters, too many fields, and what is no form"""
SOURCE = {
    "name": "Shop",
    "address": "https://shop.example.com/a.csv",
    "every": "60",
    "folder": "",
    "at": "",
    "weekday": "",
}
ASKED = ("q", "p", "kind", "state__exact", "job__id__exact", "id__in")
PAGES = ("change/", "undo/", "progress/", "issues.csv", "delete/", "history/")
ORDINARY = b"id,name,colour,year\n1,Tee,Red,2012\n"


def small(*cases: Case) -> list[Case]:
    return [case for case in cases if not case.is_long and len(case.make()) <= SMALL]


def taken(table: Path, pictures: Path | None) -> None:
    """Previews the files and imports them, which says the same of files that are refused."""
    places = [str(pictures)] if pictures else []
    job = ImportJob.objects.create(state=ImportJob.State.READING, styles=str(table), pictures=places)
    try:
        previewing.preview(job)
    except UnusableFile as error:
        job.delete()
        with pytest.raises(UnusableFile, match=re.escape(str(error))):
            import_catalog(table, pictures)
        return
    counts = job.preview.outcome.counts if job.preview.outcome else None
    job.delete()
    if counts is None:
        with pytest.raises(UnusableFile, match="no column of the first line holds"):
            import_catalog(table, pictures)
        return
    done = import_catalog(table, pictures)
    assert (done.rows, done.created, done.rejected) == (counts.rows, counts.new, counts.rejected)


def test_hostile_files_are_previewed_and_imported_or_refused_and_their_pages_shown(admin_client, tmp_path):
    (tmp_path / "ordinary.csv").write_bytes(ORDINARY)
    for case in small(*TABLES, *WORKBOOKS, *FEEDS, *ARCHIVES)[::2]:
        path = tmp_path / "input"
        path.write_bytes(case.make())
        is_table = case.door is doors.table
        taken(path if is_table else tmp_path / "ordinary.csv", None if is_table else path)
        job = ImportJob.objects.latest("pk")
        page = admin_client.get(job.get_absolute_url())
        issues = b"".join(
            admin_client.get(f"/admin/importing/importjob/{job.pk}/issues.csv").streaming_content
        ).decode()
        assert page.status_code == 200, case
        assert not DATABASE_WORDS.search(page.content.decode() + issues), case
        assert not [line for line in issues.splitlines() if line.startswith(("=", "+", "@", "-"))], case
        ImportJob.objects.all().delete()
        Product.objects.all().delete()


def test_hostile_pictures_are_taken_or_refused_on_the_products_form(admin_client):
    before = peak()
    for number, case in enumerate(case for case in PHOTOS if not case.is_long and case.name != "nothing"):
        if number % ONE_OF:
            continue
        upload, since = SimpleUploadedFile("photo.jpg", case.make()), seconds()
        page = admin_client.post("/admin/catalog/product/add/", {**NO_INLINES, "sku": str(number), "image": upload})
        assert seconds() - since <= SECONDS_LIMIT, case
        if page.status_code == 302:
            product = Product.objects.get(sku=str(number))
            came = f"{product.image_width} x {product.image_height} {Path(product.image.name).suffix}"
        else:
            came = f"refused: {page.context['adminform'].form.errors['image'].as_data()[0].message}"
        assert re.search(case.comes, came), (case, came)
    assert peak() - before <= MEGABYTES_LIMIT


@pytest.mark.parametrize("selected", NO_IDS)
def test_an_action_on_what_is_no_id_selects_nothing(admin_client, selected):
    for model, desk in site._registry.items():
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        rows = model._default_manager.count()
        for action in {"delete_selected", *(getattr(action, "__name__", action) for action in desk.actions)}:
            page = admin_client.post(address, {"action": action, "_selected_action": selected, "post": "yes"})
            assert page.status_code < 500, (address, action)
        assert model._default_manager.count() >= rows


def test_the_forms_of_the_desk_answer_whatever_they_are_told(admin_client, tmp_path, settings):
    settings.IMPORT_ROOT = tmp_path
    ready = previewed(*write_catalogue(tmp_path, 1))
    source = ImportSource.objects.create(name="Shop", address="https://shop.example.com/a.csv", every=60)
    forms = {
        "importjob/add/": dict.fromkeys(("styles", "pictures", "folder", "address"), ""),
        "importjob/brands/": {"take": "Tee", "brand:Tee": "Tee"},
        "importjob/remove-sample/": {"any": ""},
        f"importjob/{ready.pk}/change/": {"action": "remap", "column0": "", "column1": "", "currency": "", "links": ""},
        f"importjob/{ready.pk}/delete/": {"not_yet": ""},
        "importsource/add/": SOURCE,
        f"importsource/{source.pk}/change/": SOURCE,
    }
    for path, fields in forms.items():
        for value in TOLD:
            answered(admin_client.post(f"/admin/importing/{path}", dict.fromkeys(fields, value)))
        for name, value in product(fields, TOLD[:2]):
            answered(admin_client.post(f"/admin/importing/{path}", {**fields, name: value}))
        for body, kind in BODIES:
            answered(admin_client.generic("POST", f"/admin/importing/{path}", body, content_type=kind))
    for name, value in product(ASKED, TOLD[:3]):
        for path in ("importjob/", f"importjob/{ready.pk}/change/", "importissue/"):
            answered(admin_client.get(f"/admin/importing/{path}", {name: value}))


def test_an_import_takes_every_action_in_every_state_and_twice(admin_client, tmp_path):
    job = previewed(*write_catalogue(tmp_path, 1))
    preview, address = job.preview_json, f"/admin/importing/importjob/{job.pk}/"
    for state in ImportJob.State:
        for action in ("remap", "confirm", "cancel", "resume", "undo", "\0"):
            ImportJob.objects.filter(pk=job.pk).update(state=state, preview_json=preview)
            for _ in range(2):
                answered(admin_client.post(f"{address}change/", {"action": action}))
        for page in PAGES:
            answered(admin_client.get(address + page))


@pytest.mark.parametrize("number", ["0", "9" * 20, "9" * 5000, "abc", "%00", "%ED%A0%80"])
def test_imports_that_are_not_there_are_not_found(admin_client, number):
    for page in PAGES:
        for ask in (admin_client.get, admin_client.post):
            answered(ask(f"/admin/importing/importjob/{number}/{page}"))


def answered(page: HttpResponseBase) -> None:
    assert page.status_code < 500, page.request
