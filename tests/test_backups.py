"""A backup brings the whole shop back, and none that is wrong takes anything away."""

import gzip
import json
import sys
from pathlib import Path

import psycopg2
import pytest
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from catalog.models import CatalogVersion, Product, Synonym
from catalog.pictures.media import media
from fashionsite.backups.manifest import digest_of
from recommender.models import Embedding, Encoder, EncoderFile, ShownWord
from tests.factories import ProductFactory, searchable_products
from tests.processes import eventually, running

# An encoder would take its time in every backup.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("unvisited")]


HOLD = """
import fasteners, pathlib, sys, time
with fasteners.InterProcessLock(sys.argv[1]):
    pathlib.Path(sys.argv[2]).touch()
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def own_media(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "backup"


def the_shop(client) -> dict[str, object]:
    """All that must be there again."""
    products = list(Product.objects.order_by("pk"))
    return {
        "products": [(product.sku, product.image.read()) for product in products],
        "vectors": [list(row.vector) for row in Embedding.objects.order_by("pk")],
        "similar": client.get(f"/api/v1/products/{products[0].sku}/similar/").json(),
        "words": client.get("/api/v1/search/?q=product").json(),
        "synonyms": list(Synonym.objects.values_list("phrase", "meanings")),
        "encoder": [bytes(file.content) for file in EncoderFile.objects.all()],
    }


def change_manifest(folder: Path, **changes: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.usefixtures("either_storage")
def test_the_whole_shop_comes_back_to_an_empty_place(client, folder, capsys):
    searchable_products(14)
    get_user_model().objects.create_superuser("anna", password="as it was")
    Synonym.objects.create(phrase="wooly thing", meanings="sweater")
    before = the_shop(client)
    call_command("backup", folder)
    assert "14 files" in capsys.readouterr().out
    call_command("flush", interactive=False)
    Encoder.objects.all().delete()
    for name in [file.name for file in media.walk()]:
        default_storage.delete(name)
    call_command("restore", folder)
    assert the_shop(client) == before
    login = client.post("/admin/login/?next=/admin/", {"username": "anna", "password": "as it was"})
    assert login.headers["Location"] == "/admin/"
    # The database's own functions are there, and its sequences go on.
    version = CatalogVersion.now()
    ProductFactory()
    assert CatalogVersion.now() != version


@pytest.mark.usefixtures("either_storage")
def test_again_it_copies_what_is_new_and_forgets_what_is_gone(folder, capsys):
    gone, stays = ProductFactory.create_batch(2)
    call_command("backup", folder)
    first = {path: path.stat().st_mtime_ns for path in (folder / "media").rglob("*.jpg")}
    default_storage.delete(gone.image.name)
    gone.delete()
    new = ProductFactory()
    call_command("backup", folder)
    second = {path: path.stat().st_mtime_ns for path in (folder / "media").rglob("*.jpg")}
    assert {path.stem for path in second} == {stays.image_digest, new.image_digest}
    kept = first.keys() & second.keys()
    assert {first[path] for path in kept} == {second[path] for path in kept}
    assert len(list(folder.glob("database-*"))) == len(list(folder.glob("files-*"))) == 1


@pytest.mark.usefixtures("either_storage")
def test_a_picture_that_is_torn_or_gone_is_named_and_renditions_are_left_out(folder, capsys):
    torn, gone, _whole = ProductFactory.create_batch(3)
    default_storage.save(torn.image.name, ContentFile(b"half"))
    default_storage.delete(gone.image.name)
    default_storage.save("renditions/240/x.webp", ContentFile(b"made again"))
    call_command("backup", folder)
    said = capsys.readouterr()
    assert "1 files" in said.out
    assert torn.image.name in said.err
    assert gone.image.name in said.err
    assert not (folder / "media" / "renditions").exists()


def test_a_backup_of_an_older_shop_is_migrated(folder):
    try:
        call_command("migrate", "recommender", "0002", verbosity=0)
        call_command("backup", folder)
    finally:
        call_command("migrate", verbosity=0)
    call_command("restore", folder)
    assert not ShownWord.objects.exists()


def test_a_shop_moves_from_a_folder_into_a_bucket(folder, request, client):
    products = searchable_products(3)
    call_command("backup", folder)
    request.getfixturevalue("bucket")
    call_command("restore", folder, replace=True)
    assert {file.name for file in media.walk()} == {product.image.name for product in products}
    assert client.get(products[0].image.url).getvalue() == products[0].image.read()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"migrations": ["catalog.9999_of_tomorrow"], "version": "7.1"}, "catalog.9999_of_tomorrow is unknown here"),
        ({"postgresql": 99}, "restore it to a server that is no older"),
        ({"pgvector": "99.0"}, "update pgvector first"),
        ({"format": 2}, "A newer version of the shop made this backup"),
        ({"database_digest": "0" * 64}, "missing or damaged; nothing was restored"),
        ({"files_digest": "0" * 64}, "missing or damaged; nothing was restored"),
        ({"unknown": 1}, "is damaged"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_reason(folder, changes, says):
    call_command("backup", folder)
    product = ProductFactory()
    change_manifest(folder, **changes)
    with pytest.raises(CommandError, match=says):
        call_command("restore", folder, replace=True)
    assert Product.objects.get() == product


def test_nothing_is_replaced_unless_that_is_said(client, folder):
    backed_up = ProductFactory()
    call_command("backup", folder)
    Product.objects.all().delete()
    ProductFactory()
    with pytest.raises(CommandError, match="With --replace"):
        call_command("restore", folder)
    call_command("restore", folder, replace=True)
    assert Product.objects.get() == backed_up


def test_a_picture_that_was_changed_in_the_backup_is_found_out_before_anything_is_done(folder):
    ProductFactory()
    call_command("backup", folder)
    next((folder / "media").rglob("*.jpg")).write_bytes(b"another")
    with pytest.raises(CommandError, match="missing or damaged"):
        call_command("restore", folder, replace=True)


def test_a_restore_that_fails_half_way_has_changed_nothing(folder):
    call_command("backup", folder)
    product = ProductFactory()
    (database,) = folder.glob("database-*")
    sql = gzip.decompress(database.read_bytes())
    between = sql.index(b"\n--\n", len(sql) // 2)
    for broken in (
        sql[:between],
        sql[: len(sql) // 2],
        sql + b"\nSELECT 1 / 0;\n",
        sql + b"\nINSERT INTO nowhere VALUES (1);\n",
    ):
        database.write_bytes(gzip.compress(broken))
        change_manifest(folder, database_digest=digest_of(database))
        with pytest.raises(CommandError):
            call_command("restore", folder, replace=True)
        assert Product.objects.get() == product


def test_a_shop_at_work_is_not_replaced(folder):
    call_command("backup", folder)
    parameters = {name: value for name, value in connection.get_connection_params().items() if name != "cursor_factory"}
    other = psycopg2.connect(**parameters)
    try:
        with pytest.raises(CommandError, match="stop its web servers, workers and beat first"):
            call_command("restore", folder)
    finally:
        other.close()


def test_only_a_folder_of_a_backup_is_written_to_and_by_one_at_a_time(tmp_path, folder):
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "letter").write_text("keep me")
    with pytest.raises(CommandError, match="holds something that is no backup"):
        call_command("backup", tmp_path / "papers")
    with pytest.raises(CommandError, match="There is no backup in"):
        call_command("restore", tmp_path / "papers")
    folder.mkdir()
    with running(sys.executable, "-c", HOLD, folder / ".lock", folder / "held"):
        eventually((folder / "held").exists)
        (folder / "held").unlink()
        with pytest.raises(CommandError, match="Another backup is being made"):
            call_command("backup", folder)
