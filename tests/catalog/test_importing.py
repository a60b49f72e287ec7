"""Imports: what comes in, what a second run changes, what is told of what was wrong."""

import shutil
from pathlib import Path

import pytest

from catalog.importing.jobs import import_catalog
from catalog.importing.tables import UnusableFile
from catalog.models import Category, ImportJob, Product
from catalog.signals import pictures_changed
from tests.pictures import as_file, drawing, style, write_catalogue, write_styles

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(django_capture_on_commit_callbacks):
    """Runs an import; (its job, the skus whose pictures it says have changed)."""

    def run(styles: Path, images: Path) -> tuple[ImportJob, list[str]]:
        ids = []

        def listen(product_ids, **_):
            ids.extend(product_ids)

        pictures_changed.connect(listen)
        try:
            with django_capture_on_commit_callbacks(execute=True):
                job = import_catalog(styles, images)
        finally:
            pictures_changed.disconnect(listen)
        return job, sorted(Product.objects.filter(pk__in=ids).values_list("sku", flat=True))

    return run


def counts(job: ImportJob) -> tuple[int, int, int, int, int]:
    return job.rows, job.created, job.updated, job.unchanged, job.rejected


def test_every_column_comes_in(tmp_path):
    write_styles(tmp_path / "styles.csv", [style("9", usage="NA", productDisplayName="Blue, with dots")])
    (tmp_path / "9.jpg").write_bytes(as_file(drawing(9)))
    import_catalog(tmp_path / "styles.csv", tmp_path)
    product = Product.objects.get(sku="9")
    assert str(product.category) == "Apparel > Topwear > Shirts"
    assert (product.gender, product.base_colour, product.season) == ("Men", "Navy Blue", "Fall")
    assert (product.year, product.usage, product.name) == (2011, "NA", "Blue, with dots")
    assert product.image.read() == as_file(drawing(9))


def test_a_second_import_changes_nothing(tmp_path, told):
    styles, images = write_catalogue(tmp_path, 5)
    job, changed = told(styles, images)
    assert counts(job) == (5, 5, 0, 0, 0)
    assert changed == ["1", "2", "3", "4", "5"]
    before = list(Product.objects.values())
    job, changed = told(styles, images)
    assert counts(job) == (5, 0, 0, 5, 0)
    assert changed == []
    assert list(Product.objects.values()) == before


def test_a_changed_row_and_a_changed_picture_are_updated_and_only_the_picture_is_told(tmp_path, told):
    styles, images = write_catalogue(tmp_path, 3)
    told(styles, images)
    write_styles(styles, [style("1"), style("2", baseColour="Red"), style("3")])
    (images / "3.jpg").write_bytes(as_file(drawing(33)))
    job, changed = told(styles, images)
    assert counts(job) == (3, 0, 2, 1, 0)
    assert changed == ["3"]
    assert Product.objects.get(sku="2").base_colour == "Red"
    assert Product.objects.get(sku="3").image.read() == as_file(drawing(33))


def test_a_product_without_a_picture_comes_in_and_is_an_issue(tmp_path, told):
    styles, images = write_catalogue(tmp_path, 2)
    (images / "2.jpg").unlink()
    job, changed = told(styles, images)
    assert counts(job) == (2, 2, 0, 0, 0)
    assert changed == ["1"]
    assert not Product.objects.get(sku="2").image
    (issue,) = job.issues.all()
    assert (issue.line, issue.sku, issue.reason) == (3, "2", "no picture named 2 came with the file")


def test_a_product_keeps_the_picture_it_has_when_the_import_brings_none(tmp_path):
    styles, images = write_catalogue(tmp_path, 1)
    import_catalog(styles, images)
    shutil.rmtree(images)
    images.mkdir()
    job = import_catalog(styles, images)
    assert counts(job) == (1, 0, 0, 1, 0)
    assert job.issues.count() == 0
    assert Product.objects.get().image.read() == as_file(drawing(1))


def test_bad_rows_are_left_out_and_recorded_with_their_lines(tmp_path):
    styles, images = write_catalogue(tmp_path, 3)
    lines = styles.read_text().splitlines()
    styles.write_text("\n".join([*lines[:2], "8,Men,Apparel", *lines[2:], lines[1]]))
    job = import_catalog(styles, images)
    assert counts(job) == (5, 3, 0, 0, 2)
    assert [(issue.line, issue.sku) for issue in job.issues.all()] == [(3, "8"), (6, "1")]


def test_categories_are_made_once_and_told_apart_by_their_parents(tmp_path):
    rows = [
        style("1", masterCategory="Accessories", subCategory="Belts", articleType="Belts"),
        style("2", masterCategory="Accessories", subCategory="Belts", articleType="Belts"),
        style("3", masterCategory="Apparel", subCategory="Belts", articleType="Belts"),
    ]
    import_catalog(write_styles(tmp_path / "styles.csv", rows), tmp_path)
    assert Category.objects.count() == 6
    first, second, third = Product.objects.order_by("sku")
    assert first.category == second.category != third.category


def test_a_batch_is_all_or_nothing_and_the_job_says_that_it_failed(tmp_path):
    styles, images = write_catalogue(tmp_path, 2)
    styles.write_text(styles.read_text().replace("id,gender", "number,gender"))
    with pytest.raises(UnusableFile, match="no column of the first line holds"):
        import_catalog(styles, images)
    job = ImportJob.objects.get()
    assert job.state == ImportJob.State.FAILED
    assert "no column of the first line holds" in job.error
    assert job.finished_at
    assert Product.objects.count() == 0


def test_the_same_picture_is_stored_once(tmp_path):
    styles, images = write_catalogue(tmp_path, 2)
    (images / "2.jpg").write_bytes((images / "1.jpg").read_bytes())
    import_catalog(styles, images)
    first, second = Product.objects.all()
    assert first.image.name == second.image.name
