"""Previews: what an import would do, which nobody has confirmed yet."""

import pytest

from catalog.importing import jobs
from catalog.importing.advancing import advance
from catalog.importing.preview import Counts, Example
from catalog.models import Product
from tests.catalog.importing.life import finished, previewed, shop
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db


def test_a_product_whose_picture_stays_is_shown_with_it(tmp_path):
    product = ProductFactory(name="Shirt")
    (tmp_path / "new.csv").write_text(f"sku,name\n{product.sku},Linen Shirt\nother,Hat\n")
    shown = previewed(tmp_path / "new.csv", tmp_path).preview.outcome.products
    assert [one.picture for one in shown] == [product.image_address, ""]


def test_a_preview_writes_nothing_and_tells_what_the_import_then_does(mixed):
    before = shop()
    job = previewed(*mixed)
    assert shop() == before
    outcome = job.preview.outcome
    assert outcome.counts == Counts(new=4, changed=3, unchanged=16, rejected=3)
    assert outcome.repaired == 1
    assert outcome.repairs == [Example(line=9, sku="8", text="Shirt 8, slim, blue")]
    found = {issues.kind: issues for issues in outcome.issues}
    assert {kind: issues.count for kind, issues in found.items()} == {
        "bad value": 1,
        "repeated id": 1,
        "too few columns": 1,
        "no picture": 2,
        "unreadable picture": 1,
    }
    (bad_value,) = found["bad value"].examples
    assert (bad_value.line, bad_value.sku) == (7, "6")
    assert outcome.pictures_without_row == ["99.jpg"]
    assert len(outcome.products) == 20
    assert outcome.products[0].picture.startswith("data:image/jpeg;base64,")

    jobs.confirm(job, repair=True, archive_missing=False)
    job = finished(job)
    assert (job.created, job.updated, job.unchanged, job.rejected) == (4, 3, 16, 3)
    assert job.rows == job.total == 26
    assert job.issues.filter(kind="no row", sku="99").exists()
    kinds = job.issues.exclude(kind="no row").values_list("kind", flat=True)
    assert {kind: list(kinds).count(kind) for kind in set(kinds)} == {
        kind: issues.count for kind, issues in found.items()
    }
    assert Product.objects.get(sku="8").name == "Shirt 8, slim, blue"


def test_other_columns_are_read_when_they_are_chosen(tmp_path):
    styles = tmp_path / "styles.csv"
    styles.write_text("Nummer;Worte;Ton\n1;Rock;Rot\n")
    job = previewed(styles, tmp_path)
    assert job.mapping == {}
    assert job.preview.outcome is None
    assert job.header == ["Nummer", "Worte", "Ton"]
    jobs.remap(job, {"sku": 0, "name": 1, "base_colour": 2})
    advance()
    job.refresh_from_db()
    assert job.preview.outcome.counts.new == 1
    jobs.confirm(job, repair=True, archive_missing=False)
    finished(job)
    product = Product.objects.get()
    assert (product.sku, product.name, product.base_colour) == ("1", "Rock", "Rot")


def test_names_and_cells_that_are_no_text_are_shown_as_far_as_they_are(tmp_path):
    styles = tmp_path / "styles.csv"
    styles.write_bytes("id,näme,wörn\0\n1,Röcke,ä".encode() + b"\xff\0\n")
    job = previewed(styles, tmp_path)
    assert job.header == ["id", "näme", "wörn"]
    assert job.preview.samples == [["1", "Röcke", "ä?"]]
    assert job.preview.outcome.counts == Counts(new=1)
