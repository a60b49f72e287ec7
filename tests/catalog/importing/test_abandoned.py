"""What is left behind by imports that nobody goes on with."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog.importing import batches
from catalog.importing.models import ImportJob
from catalog.importing.tasks import sweep_uploads
from catalog.models import Product
from tests.catalog.importing.life import State

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(days=31)


def job(state: str, ago: timedelta) -> ImportJob:
    """One that somebody began so long ago, with its uploads."""
    then = timezone.now() - ago
    made = ImportJob.objects.create(state=state, styles="/new.csv", finished_at=None if state == State.READY else then)
    ImportJob.objects.filter(pk=made.pk).update(started_at=then)
    (made.folder / "styles").mkdir(parents=True, exist_ok=True)
    return made


def test_what_nobody_confirms_for_a_month_is_cancelled_and_its_files_go():
    old, new = job(State.READY, LONG_AGO), job(State.READY, timedelta(days=29))
    sweep_uploads()
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, old.folder.exists()) == (State.CANCELLED, False)
    assert (new.state, new.folder.exists()) == (State.READY, True)


@pytest.mark.parametrize("state", [State.CANCELLED, State.FAILED])
def test_files_of_what_nobody_goes_on_with_for_a_month_go(state):
    old, new, resumed = job(state, LONG_AGO), job(state, timedelta(days=29)), job(State.QUEUED, LONG_AGO)
    sweep_uploads()
    assert (old.folder.exists(), new.folder.exists(), resumed.folder.exists()) == (False, True, True)
    assert ImportJob.objects.get(pk=old.pk).state == state


def written(*products: dict) -> ImportJob:
    batch = batches.write(products, [], None).job
    ImportJob.objects.filter(pk=batch.pk).update(finished_at=timezone.now() - LONG_AGO)
    return batch


def test_a_batch_of_a_program_is_forgotten_after_a_month_and_its_products_stay():
    old = written({"sku": "1", "name": "Shirt", "price": "none"})
    new = batches.write([{"sku": "2", "name": "Skirt"}], [], None).job
    assert old.changes.exists()
    assert old.issues.exists()
    sweep_uploads()
    assert [*ImportJob.objects.all()] == [new]
    assert new.changes.exists()
    assert Product.objects.count() == 2


def test_a_batch_whose_pictures_came_from_addresses_keeps_these():
    old = written({"sku": "1", "name": "Shirt", "images": ["https://pictures.example.com/1.jpg"]})
    sweep_uploads()
    assert old.picture_addresses.count() == 1
    assert not old.changes.exists()
