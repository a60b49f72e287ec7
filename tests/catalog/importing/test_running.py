"""Imports: what comes in, what a second run changes, what is told of what was wrong."""

import shutil
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from catalog.importing import jobs, running
from catalog.importing.advancing import advance, import_catalog
from catalog.importing.models import ImportJob
from catalog.importing.tables import UnusableFile
from catalog.models import Category, Product
from catalog.signals import pictures_changed
from recommender import embedding
from recommender.neighbours import similar_to_product
from tests.catalog.importing.life import State, counts, finished, previewed, shop, started
from tests.factories import searchable_products
from tests.hardships import full_disk
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


def test_no_row_asks_for_the_parents_of_its_category(tmp_path):
    import_catalog(write_styles(tmp_path / "first.csv", [style("1")]), tmp_path)
    styles = write_styles(tmp_path / "styles.csv", [style(str(number)) for number in range(2, 12)])
    with CaptureQueriesContext(connection) as asked:
        import_catalog(styles, tmp_path)
    assert Category.objects.count() == 3
    assert not [one["sql"] for one in asked if 'WHERE "catalog_category"."id" =' in one["sql"]]


def test_every_column_comes_in(tmp_path):
    write_styles(tmp_path / "styles.csv", [style("9", usage="NA", productDisplayName="Blue, with dots")])
    (tmp_path / "9.jpg").write_bytes(as_file(drawing(9)))
    import_catalog(tmp_path / "styles.csv", tmp_path)
    product = Product.objects.get(sku="9")
    assert str(product.category) == "Apparel > Topwear > Shirts"
    assert (product.gender, product.base_colour, product.season) == ("Men", "Navy Blue", "Fall")
    assert (product.year, product.usage, product.name) == (2011, "", "Blue, with dots")
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


def test_a_full_disk_ends_the_import_and_costs_no_product_its_picture(tmp_path):
    files = write_catalogue(tmp_path, 3)
    (files[1] / "2.jpg").write_bytes(as_file(drawing(902, (900, 1200))))
    with full_disk(8000), pytest.raises(UnusableFile, match="too large"):
        import_catalog(*files)
    assert not Product.objects.exists()
    job = ImportJob.objects.get()
    jobs.resume(job)
    while advance():
        pass
    assert Product.objects.with_picture().count() == 3


def test_the_same_picture_is_stored_once(tmp_path):
    styles, images = write_catalogue(tmp_path, 2)
    (images / "2.jpg").write_bytes((images / "1.jpg").read_bytes())
    import_catalog(styles, images)
    first, second = Product.objects.all()
    assert first.image.name == second.image.name


def test_an_import_that_is_cut_off_anywhere_goes_on_exactly_there(tmp_path, monkeypatch, mixed):
    """The result is the same as that of an undisturbed run."""
    monkeypatch.setattr(running, "ROWS_PER_BATCH", 5)
    with transaction.atomic():
        whole = finished(started(*mixed, state=State.QUEUED))
        expected, counts = shop(), [whole.created, whole.updated, whole.unchanged, whole.rejected]
        issues = set(whole.issues.values_list("line", "sku", "reason"))
        transaction.set_rollback(True)
    job = started(*mixed, state=State.QUEUED)
    slices = 0
    while job.is_at_work:
        advance(seconds=0)
        job.refresh_from_db()
        assert job.rows == job.created + job.updated + job.unchanged + job.rejected
        slices += 1
    assert slices > 4
    assert [job.created, job.updated, job.unchanged, job.rejected] == counts
    assert set(job.issues.values_list("line", "sku", "reason")) == issues
    assert [{**row, "id": 0} for row in shop()] == [{**row, "id": 0} for row in expected]


def test_products_that_the_file_does_not_name_can_be_archived_and_come_back(tmp_path):
    gone, *others = searchable_products(3)
    styles, images = tmp_path / "styles.csv", tmp_path / "images"
    images.mkdir()
    write_styles(styles, [style(product.sku) for product in others])
    job = previewed(styles, images)
    assert job.preview.outcome.missing == 1
    jobs.confirm(job, repair=True, archive_missing=True)
    assert finished(job).archived == 1
    gone.refresh_from_db()
    assert gone.archived_at
    assert gone not in Product.objects.in_the_shop()
    assert {match.product for match in similar_to_product(others[0], 5)} == {others[1]}
    assert embedding.waiting_ids() == []

    write_styles(styles, [style(gone.sku)])
    import_catalog(styles, images)
    assert gone in Product.objects.in_the_shop()
    assert gone in {match.product for match in similar_to_product(others[0], 5)}


def test_an_id_that_comes_again_in_another_slice_is_refused_and_names_the_first_line(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "ROWS_PER_BATCH", 2)
    skus = ("1", "2", "3", "1", "4", "2")
    job = started(write_styles(tmp_path / "styles.csv", map(style, skus)), tmp_path, state=State.QUEUED)
    while job.is_at_work:
        advance(seconds=0)
        job.refresh_from_db()
    assert counts(job) == (6, 4, 0, 0, 2)
    assert [(issue.line, issue.reason) for issue in job.issues.filter(kind="repeated id")] == [
        (5, "id 1 was already in line 2; the first one counts"),
        (7, "id 2 was already in line 3; the first one counts"),
    ]
    assert not job.rows_taken.exists()


def test_the_place_in_the_file_moves_with_the_rows_or_not_at_all(tmp_path, monkeypatch):
    job = started(*write_catalogue(tmp_path, 4), state=State.QUEUED)
    monkeypatch.setattr(running, "ROWS_PER_BATCH", 2)
    advance(seconds=0)
    job.refresh_from_db()
    place = job.place

    def die(*_) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(running, "write_rows", die)
        with pytest.raises(KeyboardInterrupt):
            advance()
    job.refresh_from_db()
    assert (job.place, job.rows, Product.objects.count(), job.rows_taken.count()) == (place, 2, 2, 2)
    assert counts(finished(job)) == (4, 4, 0, 0, 0)


def test_a_table_in_utf_16_with_cells_of_several_lines_goes_on_in_every_slice(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "ROWS_PER_BATCH", 1)
    styles = tmp_path / "styles.csv"
    styles.write_bytes('\ufeffid;name\r\n1;"Rock\r\nrot"\r\n2;Kleid 😀\r\n3;Hemd\r\n'.encode("utf-16-le"))
    job = started(styles, tmp_path, state=State.QUEUED)
    while job.is_at_work:
        advance(seconds=0)
        job.refresh_from_db()
    assert (job.encoding, job.separator, job.header) == ("utf-16", ";", ["id", "name"])
    assert list(Product.objects.order_by("sku").values_list("name", flat=True)) == ["Rock\r\nrot", "Kleid 😀", "Hemd"]


def test_columns_that_a_file_lacks_are_left_as_they_are(tmp_path):
    styles, images = write_catalogue(tmp_path, 1)
    import_catalog(styles, images)
    styles.write_text("id,baseColour\n1,Red\n")
    import_catalog(styles, images)
    product = Product.objects.get()
    assert (product.base_colour, product.season, product.name) == ("Red", "Fall", "Shirt 1")
    assert str(product.category) == "Apparel > Topwear > Shirts"


def test_a_table_that_was_saved_again_after_its_preview_is_read_from_its_own_first_row(tmp_path):
    styles, images = write_catalogue(tmp_path, 15)
    job = previewed(styles, images)
    styles.write_text(styles.read_text().replace("baseColour", "color"))
    jobs.confirm(job, repair=True, archive_missing=False)
    assert counts(finished(job)) == (15, 15, 0, 0, 0)
    assert sorted(Product.objects.values_list("sku", flat=True)) == sorted(map(str, range(1, 16)))


def test_a_table_that_is_written_again_in_the_middle_of_its_import_comes_in_as_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(running, "ROWS_PER_BATCH", 2)
    styles, images = write_catalogue(tmp_path, 6)
    job = started(styles, images, State.QUEUED)
    assert advance(seconds=0)
    write_styles(styles, [style(str(number), productDisplayName="longer than before") for number in range(1, 7)])
    assert counts(finished(job)) == (6, 6, 0, 0, 0)
    assert not Product.objects.filter(name="longer than before").exists()


@pytest.mark.parametrize("is_another", [False, True])
def test_a_copy_of_the_rows_that_is_gone_is_made_again_from_the_same_file(tmp_path, monkeypatch, is_another):
    monkeypatch.setattr(running, "ROWS_PER_BATCH", 2)
    styles, images = write_catalogue(tmp_path, 5)
    job = started(styles, images, State.QUEUED)
    assert advance(seconds=0)
    shutil.rmtree(job.folder)
    if is_another:
        write_styles(styles, [style(str(number), productDisplayName="longer than before") for number in range(1, 6)])
    job = finished(job)
    if is_another:
        assert (job.state, job.rows) == (State.FAILED, 2)
        assert "styles.csv was written again while it was imported" in job.error
    else:
        assert counts(job) == (5, 5, 0, 0, 0)
        assert not job.issues.exists()
