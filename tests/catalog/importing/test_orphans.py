"""Pictures that no row names go after a day, with their renditions; whatever anybody may still want stays."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psycopg2
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone

from catalog.importing import jobs, orphans
from catalog.importing.advancing import import_catalog
from catalog.importing.collecting import collect
from catalog.importing.models import ImportJob, PictureAddress
from catalog.importing.tasks import sweep_pictures
from catalog.locking import Lock
from catalog.models import Product
from catalog.pictures import naming, renditions, storage
from catalog.pictures.media import media as media_storage
from tests.catalog.importing.life import finished
from tests.factories import ProductFactory, give_further
from tests.pages import NO_INLINES
from tests.pictures import as_file, drawing, write_catalogue

pytestmark = pytest.mark.django_db
A_DAY = 24 * 3600


@pytest.fixture(autouse=True)
def media(tmp_path, settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def elsewhere() -> Iterator[Callable[[str], None]]:
    """Asks the database of something for a process that is another one."""
    other = psycopg2.connect(**connection.get_connection_params() | {"cursor_factory": None})
    with other.cursor() as cursor:
        yield cursor.execute
    other.close()


def stored(seed: int) -> tuple[Path, str]:
    """(Its file, its digest) of a large picture with its renditions."""
    name, digest = storage.store(as_file(drawing(seed, (600, 800))), ".jpg")
    renditions.make(name, digest, [240, 480])
    return Path(default_storage.path(name)), digest


def age(folder: Path, seconds: float = A_DAY + 60) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (time.time() - seconds,) * 2, follow_symlinks=False)


def left(media: Path) -> set[Path]:
    return {path for path in media.rglob("*") if path.is_file()}


def test_a_picture_that_no_row_names_goes_with_its_renditions_and_what_a_restore_left(media, caplog):
    path, _ = stored(1)
    path.with_name(f"{path.name}.new").write_bytes(b"half")
    kept = ProductFactory()
    age(media)
    with caplog.at_level("INFO"):
        sweep_pictures()
    assert left(media) == {Path(kept.image.path)}
    assert "Of 5 pictures and renditions, 4 that no row names are deleted" in caplog.text


def test_from_either_storage_goes_what_is_a_day_old_and_that_no_row_names(either_storage):
    name, digest = storage.store(as_file(drawing(30, (600, 800))), ".jpg")
    renditions.make(name, digest, [240])
    kept = ProductFactory()
    default_storage.save("logo.png", ContentFile(b"somebody's"))
    assert orphans.sweep(timezone.now() + timedelta(days=1, minutes=-1)) == (3, 0)
    assert orphans.sweep(timezone.now() + timedelta(days=1, minutes=1)) == (3, 2)
    assert sorted(file.name for file in media_storage.walk()) == ["logo.png", kept.image.name]


def test_renditions_go_though_their_picture_is_gone_already(media):
    path, _ = stored(2)
    path.unlink()
    age(media)
    sweep_pictures()
    assert not left(media)


def test_a_copy_of_a_picture_by_another_name_goes_and_its_renditions_stay(media):
    path, digest = stored(3)
    name = storage.name_of(digest, ".jpg")
    ProductFactory(stored=(name, digest))
    copy = path.with_suffix(".jpeg")
    copy.write_bytes(path.read_bytes())
    before = left(media)
    age(media)
    sweep_pictures()
    assert left(media) == before - {copy}


def test_what_is_not_a_day_old_or_was_just_brought_again_stays(media):
    path, _ = stored(4)
    age(media, A_DAY - 60)
    sweep_pictures()
    assert len(left(media)) == 3
    age(media)
    storage.store(path.read_bytes(), ".jpg")
    sweep_pictures()
    assert left(media) == {path}


def test_pictures_of_products_and_those_that_were_fetched_stay(media):
    product = ProductFactory()
    give_further(product, drawing(5), drawing(6))
    name, digest = storage.store(as_file(drawing(7)), ".jpg")
    address = {"address": "https://shop.example.com/7.jpg", "position": 0, "line": 1, "due_at": timezone.now()}
    PictureAddress.objects.create(
        job=ImportJob.objects.create(), product=product, state="fetched", image=name, image_digest=digest, **address
    )
    before = left(media)
    assert len(before) == 4
    age(media)
    sweep_pictures()
    assert left(media) == before


def test_pictures_that_an_undone_import_brings_back_stay_until_it_is_forgotten(media, tmp_path):
    styles, images = write_catalogue(tmp_path, 1)
    (images / "1_2.jpg").write_bytes(as_file(drawing(12)))
    import_catalog(styles, images)
    product = Product.objects.get()
    first = [product.image_digest, product.further_pictures.get().image_digest]
    for name, seed in (("1.jpg", 21), ("1_2.jpg", 22)):
        (images / name).write_bytes(as_file(drawing(seed)))
    job = import_catalog(styles, images)
    age(media)
    sweep_pictures()
    assert len(left(media)) == 4
    jobs.undo(job)
    finished(job)
    sweep_pictures()
    assert sorted(path.stem for path in left(media)) == sorted(first)
    product.delete()
    sweep_pictures()
    assert not left(media)


def test_what_has_another_name_and_what_a_link_leads_to_stays(media, tmp_path):
    path, digest = stored(8)
    strange = (
        media / "products" / f"{digest}.jpg",
        media / "products" / "zz" / f"{digest}.jpg",
        media / "own" / digest[:2] / f"{digest}.jpg",
        media / "renditions" / "wide" / digest[:2] / f"{digest}.webp",
        path.with_name("logo.png"),
        path.with_name(f"{digest}.jpg.bak"),
        path.with_name(f"{digest.upper()}.jpg"),
        tmp_path / "elsewhere" / digest[:2] / f"{digest}.webp",
    )
    for each in strange:
        each.parent.mkdir(parents=True, exist_ok=True)
        each.write_bytes(b"somebody's")
    (media / "renditions" / "999").symlink_to(tmp_path / "elsewhere")
    linked = path.with_name(f"{digest[:2]}{'0' * 62}.jpg")
    linked.symlink_to(strange[4])
    age(media)
    age(tmp_path / "elsewhere")
    sweep_pictures()
    assert not path.exists()
    assert linked.is_symlink()
    assert all(each.exists() for each in strange)


def test_while_pictures_are_named_none_goes(media, elsewhere, monkeypatch, caplog):
    path, _ = stored(9)
    age(media)
    monkeypatch.setattr(naming, "PATIENCE", "50ms")
    elsewhere(f"SELECT pg_advisory_xact_lock_shared({Lock.NAME_PICTURES})")
    with caplog.at_level("INFO"):
        sweep_pictures()
    assert path.exists()
    assert "stay for another day" in caplog.text
    elsewhere("COMMIT")
    sweep_pictures()
    assert not path.exists()


def _imports(tmp_path: Path, _) -> None:
    import_catalog(*write_catalogue(tmp_path, 1))


def _undoes(tmp_path: Path, _) -> None:
    finished(ImportJob.objects.create(state=ImportJob.State.UNDOING))


def _fetches(tmp_path: Path, _) -> None:
    address = {"address": "http://127.0.0.1/1.jpg", "host": "127.0.0.1", "position": 0, "line": 1}
    PictureAddress.objects.create(
        job=ImportJob.objects.create(), product=ProductFactory(), due_at=timezone.now(), **address
    )
    collect()


def _saves(tmp_path: Path, client) -> None:
    upload = SimpleUploadedFile("a.jpg", as_file(drawing(10)))
    client.post("/admin/catalog/product/add/", {**NO_INLINES, "sku": "10", "image": upload})


def _backs_up(tmp_path: Path, _) -> None:
    call_command("backup", tmp_path / "backup")


@pytest.mark.parametrize("whoever", [_imports, _undoes, _fetches, _saves, _backs_up])
def test_while_pictures_go_nobody_names_any(whoever, elsewhere, tmp_path, admin_client, media):
    media.mkdir()
    elsewhere(f"SELECT pg_advisory_xact_lock({Lock.NAME_PICTURES})")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '50ms'")
    with pytest.raises(OperationalError, match="lock timeout"):
        whoever(tmp_path, admin_client)
