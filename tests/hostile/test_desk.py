"""The import desk takes what is hostile as it takes everything: previewed, imported or refused, and its pages shown."""

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalog.importing import previewing
from catalog.importing.advancing import import_catalog
from catalog.importing.models import ImportJob
from catalog.importing.tables import UnusableFile
from catalog.models import Product
from tests.hostile import doors
from tests.hostile.archives import CASES as ARCHIVES
from tests.hostile.case import Case
from tests.hostile.feeds import CASES as FEEDS
from tests.hostile.measuring import MEGABYTES_LIMIT, SECONDS_LIMIT, peak, seconds
from tests.hostile.photos import CASES as PHOTOS
from tests.hostile.tables import CASES as TABLES
from tests.hostile.workbooks import CASES as WORKBOOKS
from tests.pages import NO_INLINES

pytestmark = pytest.mark.django_db

SMALL = 4096
"""Bytes; how the desk takes large ones the corpus tells, and how long an import takes other tests"""
DATABASE_WORDS = re.compile(r"\b(psycopg\w*|DataError|SQL|constraint|Traceback|invalid byte sequence)\b")
"""Whole words, as any letters may be in the tokens of forms"""
ONE_OF = 3
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
