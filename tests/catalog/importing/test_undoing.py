"""Imports taken back."""

import pytest

from catalog.importing import jobs
from catalog.importing.advancing import import_catalog
from catalog.importing.models import ImportChange, ImportJob
from catalog.models import Product
from tests.catalog.importing.life import State, finished, shop, started
from tests.factories import ProductFactory
from tests.pictures import style, write_catalogue, write_styles

pytestmark = pytest.mark.django_db


def test_undo_gives_back_what_was_there(mixed):
    before = shop()
    styles, images = mixed
    job = import_catalog(styles, images)
    assert shop() != before
    jobs.undo(job)
    finished(job)
    assert shop() == before
    assert job.state == State.UNDONE
    assert not ImportChange.objects.filter(job=job).exists()


def test_undo_is_refused_when_something_has_touched_its_products_since(tmp_path):
    styles, images = write_catalogue(tmp_path, 3)
    job = import_catalog(styles, images)
    product = Product.objects.get(sku="2")
    product.name = "Changed by hand"
    product.save()
    with pytest.raises(jobs.NotNow, match="1 of its products were changed since, 2 among them"):
        jobs.undo(job)
    # The same between the button and the worker.
    ImportJob.objects.update(state=State.UNDOING)
    assert finished(job).state == State.DONE
    assert "2 among them" in job.error
    assert Product.objects.count() == 3


def test_undo_brings_back_the_archived(tmp_path):
    product = ProductFactory()
    styles = write_styles(tmp_path / "styles.csv", [style("1")])
    job = started(styles, tmp_path, state=State.QUEUED)
    ImportJob.objects.update(archive_missing=True)
    finished(job)
    assert list(Product.objects.in_the_shop().values_list("sku", flat=True)) == ["1"]
    jobs.undo(job)
    finished(job)
    assert list(Product.objects.in_the_shop()) == [product]
