"""What the catalogue hands to its workers."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from kombu.exceptions import OperationalError

from catalog import tasks
from catalog.importing.advancing import import_catalog
from catalog.models import Product
from tests.factories import ProductFactory
from tests.pages import NO_INLINES
from tests.pictures import as_file, drawing, write_catalogue

LARGE = (300, 400)
"""Pixels of a picture that has a rendition"""


@pytest.fixture
def handed(monkeypatch) -> list[list[int]]:
    """The batches of products whose renditions a worker is to make."""
    batches = []
    monkeypatch.setattr(tasks.make_renditions, "delay", batches.append)
    return batches


@pytest.mark.django_db
def test_an_import_has_the_renditions_of_its_large_pictures_made(tmp_path, handed, django_capture_on_commit_callbacks):
    styles, images = write_catalogue(tmp_path, 5)
    (images / "2.jpg").unlink()
    for name in ("1", "3", "5_2"):
        (images / f"{name}.jpg").write_bytes(as_file(drawing(0, LARGE)))
    with django_capture_on_commit_callbacks(execute=True):
        import_catalog(styles, images)
    (ids,) = handed
    assert sorted(Product.objects.filter(pk__in=ids).values_list("sku", flat=True)) == ["1", "3", "5"]


@pytest.mark.django_db
def test_a_picture_that_staff_bring_has_them_made_and_another_name_has_not(
    admin_client, handed, django_capture_on_commit_callbacks
):
    product = ProductFactory()
    address = reverse("admin:catalog_product_change", args=[product.pk])
    fields = dict.fromkeys(("name", "gender", "category", "base_colour", "season", "year", "usage"), "")
    fields |= NO_INLINES
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(address, {**fields, "sku": product.sku, "name": "Renamed"})
    assert handed == []
    upload = SimpleUploadedFile("a.jpg", as_file(drawing(4321, LARGE)))
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(address, {**fields, "sku": product.sku, "image": upload})
    assert handed == [[product.pk]]


def test_many_products_are_handed_over_in_batches(handed):
    tasks.hand_over_in_batches(tasks.make_renditions, list(range(150)), 64)
    assert [len(ids) for ids in handed] == [64, 64, 22]
    assert [number for ids in handed for number in ids] == list(range(150))


def test_a_broker_that_is_away_stops_nobody_and_is_asked_once(monkeypatch, caplog):
    asked = []

    def fail(ids):
        asked.append(ids)
        raise OperationalError("no route")

    monkeypatch.setattr(tasks.make_renditions, "delay", fail)
    tasks.hand_over_in_batches(tasks.make_renditions, list(range(150)), 64)
    assert len(asked) == 1
    assert caplog.text.count("The broker fails") == 1
