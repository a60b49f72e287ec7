"""The life of an import: previewed, confirmed, cancelled, resumed, cut off, undone."""

import threading
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from catalog.importing import jobs
from catalog.models import ImportChange, ImportJob, Product
from recommender import embedding
from recommender.neighbours import similar_to_product
from tests.factories import ProductFactory, searchable_products
from tests.pictures import as_file, drawing, style, write_catalogue, write_styles

pytestmark = pytest.mark.django_db
State = ImportJob.State


def started(styles: Path, images: Path, state: str = State.READING) -> ImportJob:
    return ImportJob.objects.create(state=state, styles=str(styles), pictures=[str(images)])


def previewed(styles: Path, images: Path) -> ImportJob:
    job = started(styles, images)
    assert jobs.advance()
    job.refresh_from_db()
    assert job.state == State.READY, job.error
    return job


def finished(job: ImportJob) -> ImportJob:
    while jobs.advance():
        pass
    job.refresh_from_db()
    return job


def shop() -> list[dict]:
    columns = [field.attname for field in Product._meta.fields if not field.name.endswith("_at")]
    return list(Product.objects.order_by("sku").values(*columns))


@pytest.fixture
def mixed(tmp_path) -> tuple[Path, Path]:
    """A second import of a catalogue: new, changed and unchanged rows, bad ones, and pictures of every kind."""
    styles, images = write_catalogue(tmp_path, 20)
    jobs.import_catalog(styles, images)
    (images / "3.jpg").write_bytes(as_file(drawing(333)))
    (images / "21.jpg").write_bytes(as_file(drawing(21)))
    (images / "22.jpg").write_bytes(b"no picture at all")
    (images / "99.jpg").write_bytes(as_file(drawing(99)))
    rows = [style(str(number)) for number in range(1, 25)]
    rows[4]["baseColour"] = "Red"
    rows[5]["year"] = "soon"
    write_styles(styles, rows)
    lines = styles.read_text().splitlines()
    lines[8] += ", slim, blue"
    styles.write_text("\n".join([*lines, lines[1], "25,Men"]))
    return styles, images


def test_a_preview_writes_nothing_and_tells_what_the_import_then_does(mixed):
    before = shop()
    job = previewed(*mixed)
    assert shop() == before
    preview = job.preview
    assert preview["counts"] == {"new": 4, "changed": 3, "unchanged": 16, "rejected": 3}
    assert preview["repaired"] == {"changed": 1}
    assert preview["examples"] == [{"line": 9, "sku": "8", "name": "Shirt 8, slim, blue"}]
    assert {kind: found["count"] for kind, found in preview["issues"].items()} == {
        "bad value": 1,
        "repeated id": 1,
        "too few columns": 1,
        "no picture": 2,
        "unreadable picture": 1,
    }
    assert preview["issues"]["bad value"]["examples"][0][:2] == [7, "6"]
    assert preview["pictures_without_row"] == ["99"]
    assert len(preview["products"]) == 20
    assert preview["products"][0]["picture"].startswith("data:image/jpeg;base64,")

    jobs.confirm(job, repair=True, archive_missing=False)
    job = finished(job)
    assert (job.created, job.updated, job.unchanged, job.rejected) == (4, 3, 16, 3)
    assert job.rows == job.total == 26
    assert job.issues.filter(kind="no row", sku="99").exists()
    issues = job.issues.exclude(kind="no row").values_list("kind", flat=True)
    assert {kind: list(issues).count(kind) for kind in set(issues)} == {
        kind: found["count"] for kind, found in preview["issues"].items()
    }
    assert Product.objects.get(sku="8").name == "Shirt 8, slim, blue"


def test_without_the_repair_its_rows_are_rejected(mixed):
    job = previewed(*mixed)
    jobs.confirm(job, repair=False, archive_missing=False)
    job = finished(job)
    assert (job.created, job.updated, job.unchanged, job.rejected) == (4, 2, 16, 4)
    assert job.issues.get(kind="too many columns").sku == "8"


def test_an_import_that_is_cut_off_anywhere_goes_on_exactly_there(tmp_path, monkeypatch, mixed):
    """The result is the same as that of an undisturbed run."""
    monkeypatch.setattr(jobs, "ROWS_PER_BATCH", 5)
    with transaction.atomic():
        whole = finished(started(*mixed, state=State.QUEUED))
        expected, counts = shop(), [whole.created, whole.updated, whole.unchanged, whole.rejected]
        issues = set(whole.issues.values_list("line", "sku", "reason"))
        transaction.set_rollback(True)
    job = started(*mixed, state=State.QUEUED)
    slices = 0
    while job.is_at_work:
        jobs.advance(seconds=0)
        job.refresh_from_db()
        assert job.rows == job.created + job.updated + job.unchanged + job.rejected
        slices += 1
    assert slices > 4
    assert [job.created, job.updated, job.unchanged, job.rejected] == counts
    assert set(job.issues.values_list("line", "sku", "reason")) == issues
    assert [{**row, "id": 0} for row in shop()] == [{**row, "id": 0} for row in expected]


def test_cancelling_keeps_what_is_done_and_going_on_does_the_rest(tmp_path, monkeypatch):
    monkeypatch.setattr(jobs, "ROWS_PER_BATCH", 4)
    job = started(*write_catalogue(tmp_path, 20), state=State.QUEUED)
    jobs.advance(seconds=0)
    job.refresh_from_db()
    done = job.rows
    assert 0 < done < 20
    jobs.cancel(job)
    assert not jobs.advance()
    assert Product.objects.count() == done
    jobs.resume(job)
    assert finished(job).state == State.DONE
    assert (job.rows, job.created) == (20, 20)
    assert Product.objects.count() == 20


def test_a_button_that_comes_too_late_says_so(tmp_path):
    job = finished(started(*write_catalogue(tmp_path, 2), state=State.QUEUED))
    for late in (jobs.cancel, jobs.resume):
        with pytest.raises(jobs.NotNow, match="This import is done by now"):
            late(job)


def test_undo_gives_back_what_was_there(mixed):
    before = shop()
    styles, images = mixed
    job = jobs.import_catalog(styles, images)
    assert shop() != before
    jobs.undo(job)
    finished(job)
    assert shop() == before
    assert job.state == State.UNDONE
    assert not ImportChange.objects.filter(job=job).exists()


def test_undo_is_refused_when_something_has_touched_its_products_since(tmp_path):
    styles, images = write_catalogue(tmp_path, 3)
    job = jobs.import_catalog(styles, images)
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


def test_products_that_the_file_does_not_name_can_be_archived_and_come_back(tmp_path):
    gone, *others = searchable_products(3)
    styles, images = tmp_path / "styles.csv", tmp_path / "images"
    images.mkdir()
    write_styles(styles, [style(product.sku) for product in others])
    job = previewed(styles, images)
    assert job.preview["missing"] == 1
    jobs.confirm(job, repair=True, archive_missing=True)
    assert finished(job).archived == 1
    gone.refresh_from_db()
    assert gone.archived_at
    assert gone not in Product.objects.in_the_shop()
    assert {match.product for match in similar_to_product(others[0], 5)} == {others[1]}
    assert embedding.waiting_ids() == []

    write_styles(styles, [style(gone.sku)])
    jobs.import_catalog(styles, images)
    assert gone in Product.objects.in_the_shop()
    assert gone in {match.product for match in similar_to_product(others[0], 5)}


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


def test_other_columns_are_read_when_they_are_chosen(tmp_path):
    styles = tmp_path / "styles.csv"
    styles.write_text("Nummer;Bezeichnung;Farbe\n1;Rock;Rot\n")
    job = previewed(styles, tmp_path)
    assert job.mapping == {}
    assert "counts" not in job.preview
    assert job.preview["header"] == ["Nummer", "Bezeichnung", "Farbe"]
    jobs.remap(job, {"sku": 0, "name": 1, "base_colour": 2})
    jobs.advance()
    job.refresh_from_db()
    assert job.preview["counts"]["new"] == 1
    jobs.confirm(job, repair=True, archive_missing=False)
    finished(job)
    product = Product.objects.get()
    assert (product.sku, product.name, product.base_colour) == ("1", "Rock", "Rot")


def test_columns_that_a_file_lacks_are_left_as_they_are(tmp_path):
    styles, images = write_catalogue(tmp_path, 1)
    jobs.import_catalog(styles, images)
    styles.write_text("id,baseColour\n1,Red\n")
    jobs.import_catalog(styles, images)
    product = Product.objects.get()
    assert (product.base_colour, product.season, product.name) == ("Red", "Fall", "Shirt 1")
    assert str(product.category) == "Apparel > Topwear > Shirts"


def test_only_one_import_runs_at_a_time(tmp_path):
    styles, images = write_catalogue(tmp_path, 1)
    started(styles, images, state=State.RUNNING)
    with pytest.raises(IntegrityError), transaction.atomic():
        started(styles, images, state=State.RUNNING)


@pytest.mark.django_db(transaction=True)
def test_while_one_process_imports_another_one_does_not(tmp_path):
    started(*write_catalogue(tmp_path, 1), state=State.QUEUED)
    answers = []

    def ask_elsewhere() -> None:
        answers.append(jobs.advance())
        connection.close()

    with jobs._import_lock() as is_mine:
        assert is_mine
        thread = threading.Thread(target=ask_elsewhere)
        thread.start()
        thread.join()
    assert answers == [False]
    assert jobs.advance()


def test_a_file_that_went_away_fails_the_job_and_not_the_worker(tmp_path):
    job = started(tmp_path / "none.csv", tmp_path, state=State.QUEUED)
    assert jobs.advance()
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert "none.csv" in job.error
    assert not jobs.advance()
