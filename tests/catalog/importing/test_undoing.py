"""Imports taken back."""

import pytest

from catalog.importing import jobs
from catalog.importing.advancing import import_catalog
from catalog.importing.models import ImportChange, ImportJob
from catalog.importing.undoing import SHOWN_LEFT, look_ahead
from catalog.models import Product
from tests.catalog.importing.life import State, finished, shop, started
from tests.factories import ProductFactory
from tests.pictures import style, write_catalogue, write_styles

pytestmark = pytest.mark.django_db


def outlook(job: ImportJob) -> tuple[int, int, int, int, int]:
    found = look_ahead(job)
    return found.deleted, found.put_back, found.brought_back, found.archived, found.left


def rename(*skus: str) -> None:
    for product in Product.objects.filter(sku__in=skus):
        product.name = f"Changed by hand: {product.sku}"
        product.save()


def test_undo_gives_back_what_was_there(mixed):
    before = shop()
    styles, images = mixed
    job = import_catalog(styles, images)
    assert shop() != before
    assert outlook(job) == (job.created, job.updated, 0, 0, 0)
    jobs.undo(job)
    finished(job)
    assert shop() == before
    assert job.state == State.UNDONE
    assert not ImportChange.objects.filter(job=job).exists()


def test_what_was_touched_since_is_left_and_named(mixed):
    before = {product["sku"]: product for product in shop()}
    styles, images = mixed
    job = import_catalog(styles, images)
    rename("3", "21")
    assert outlook(job) == (job.created - 1, job.updated - 1, 0, 0, 2)
    assert look_ahead(job).names == ["21 Changed by hand: 21", "3 Changed by hand: 3"]
    jobs.undo(job)
    # Between the button and the worker.
    rename("5")
    assert finished(job).state == State.UNDONE
    after = {product["sku"]: product for product in shop()}
    assert {sku for sku in after if after[sku] != before.get(sku)} == {"3", "5", "21"}
    assert job.left == 3
    assert set(job.issues.filter(kind="left as it is").values_list("sku", flat=True)) == {"3", "5", "21"}


def test_imports_are_undone_one_after_the_other(tmp_path):
    styles, images = write_catalogue(tmp_path, 3)
    first = import_catalog(styles, images)
    rename("3")
    write_styles(styles, [style(str(number), season="Winter") for number in (1, 2, 3)])
    second = import_catalog(styles, images)
    assert outlook(first) == (0, 0, 0, 0, 3)
    jobs.undo(second)
    finished(second)
    assert Product.objects.filter(season="Fall").count() == 3
    # What a person has changed between the two stays the person's.
    assert outlook(first) == (2, 0, 0, 0, 1)
    jobs.undo(first)
    finished(first)
    assert list(Product.objects.values_list("name", flat=True)) == ["Changed by hand: 3"]


def test_undo_brings_back_the_archived(tmp_path):
    product = ProductFactory()
    styles = write_styles(tmp_path / "styles.csv", [style("1")])
    job = started(styles, tmp_path, state=State.QUEUED)
    ImportJob.objects.update(archive_missing=True)
    finished(job)
    assert list(Product.objects.in_the_shop().values_list("sku", flat=True)) == ["1"]
    assert outlook(job) == (1, 0, 1, 0, 0)
    back = import_catalog(write_styles(tmp_path / "back.csv", [style(product.sku)]), tmp_path)
    assert outlook(back) == (0, 0, 0, 1, 0)
    assert outlook(job) == (1, 0, 0, 0, 1)
    jobs.undo(back)
    finished(back)
    assert list(Product.objects.in_the_shop().values_list("sku", flat=True)) == ["1"]


def test_the_page_asks_first_and_names_some_of_what_it_would_leave(admin_client, tmp_path, monkeypatch):
    monkeypatch.setattr("catalog.importing.admin.wake_importer", lambda: None)
    job = import_catalog(*write_catalogue(tmp_path, SHOWN_LEFT + 5))
    assert (
        f'href="{job.get_absolute_url().replace("change", "undo")}"'
        in admin_client.get(job.get_absolute_url()).content.decode()
    )
    rename(*map(str, range(1, SHOWN_LEFT + 3)))
    address = job.get_absolute_url().replace("change", "undo")
    asked = " ".join(admin_client.get(address).content.decode().split())
    assert "3 products that it brought are deleted" in asked
    assert f"{SHOWN_LEFT + 2} products were changed since, and stay as they are" in asked
    assert asked.count("Changed by hand") == SHOWN_LEFT
    assert "and 2 more" in asked
    assert Product.objects.count() == SHOWN_LEFT + 5
    admin_client.post(job.get_absolute_url(), {"action": "undo"})
    finished(job)
    shown = " ".join(admin_client.get(job.get_absolute_url()).content.decode().split())
    assert f"but for {SHOWN_LEFT + 2} that were changed since and stay as they are" in shown
    assert f"{SHOWN_LEFT + 2} issues" in shown
    assert admin_client.get(address).url == job.get_absolute_url()
