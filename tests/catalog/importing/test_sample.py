"""The drawn sample, which goes when a merchant does not want it any more."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection

from catalog.importing.advancing import import_catalog
from catalog.importing.sample import remove_sample
from catalog.models import Category, Product
from catalog.sample import SKU
from catalog.sample.catalogue import sample_products
from recommender import embedding
from tests.catalog.importing.life import State, finished, previewed
from tests.pictures import as_file, drawing, style, write_styles
from tests.processes import eventually

pytestmark = pytest.mark.django_db
REMOVE = "/admin/importing/importjob/remove-sample/"


@pytest.fixture
def mixed_shop(tmp_path):
    """Two products of the sample, one of them in a category of its own, and one of the merchant's."""
    rows = [style(SKU.format(1)), style(SKU.format(2), articleType="Drawings"), style("sample-shirt")]
    (tmp_path / "sample-0001.jpg").write_bytes(as_file(drawing(1)))
    import_catalog(write_styles(tmp_path / "sample.csv", rows), tmp_path)
    embedding.embed_products(list(Product.objects.values_list("pk", flat=True)))
    return tmp_path


def skus() -> set[str]:
    return set(Product.objects.values_list("sku", flat=True))


def test_its_skus_are_known():
    numbers = [product.row["id"] for product in sample_products()]
    assert numbers[:2] == ["sample-0001", "sample-0002"]
    Product.objects.bulk_create(
        Product(sku=sku) for sku in [*numbers, "1001", "sample-1", "sample-00010", "a-sample-0001"]
    )
    assert set(Product.objects.of_the_sample().values_list("sku", flat=True)) == set(numbers)


def test_the_desk_removes_it_when_it_is_asked_twice(admin_client, mixed_shop):
    assert "2 of the shop's products" in admin_client.get("/admin/importing/importjob/").content.decode()
    asked = admin_client.get("/admin/importing/importjob/add/").content.decode().split("Remove the sample", 1)[1]
    assert "which cannot be undone" in asked
    assert "Delete 2 drawn products" in asked.split("</details>")[0]
    assert admin_client.get(REMOVE).status_code == 405
    assert "The sample is gone: 2 products" in admin_client.post(REMOVE, follow=True).content.decode()
    assert skus() == {"sample-shirt"}
    assert set(Category.objects.values_list("name", flat=True)) == {"Apparel", "Topwear", "Shirts"}
    assert "Remove the sample" not in admin_client.get("/admin/importing/importjob/").content.decode()


def test_only_who_may_delete_products_removes_it(client, mixed_shop):
    client.force_login(get_user_model().objects.create_user("staff", is_staff=True))
    assert client.post(REMOVE).status_code == 403
    assert len(skus()) == 3


def test_the_command_removes_it_and_it_does_not_come_back(mixed_shop, capsys):
    call_command("remove_sample")
    assert "2 products" in capsys.readouterr().out
    Product.objects.all().delete()
    call_command("import_sample", "--if-empty")
    assert not skus()


def test_it_goes_with_the_first_own_import_if_the_merchant_says_so(admin_client, mixed_shop, monkeypatch):
    monkeypatch.setattr("catalog.importing.admin.wake_importer", lambda: None)
    rows = [style("9"), style(SKU.format(2))]
    job = previewed(write_styles(mixed_shop / "own.csv", rows), mixed_shop)
    page = admin_client.get(job.get_absolute_url()).content.decode()
    assert "Remove its 2 drawn products when this import is done" in page
    admin_client.post(job.get_absolute_url(), {"action": "confirm", "remove_sample": "on"})
    assert len(skus()) == 3
    assert finished(job).state == State.DONE
    # What the merchant's own file names is theirs.
    assert skus() == {"9", "sample-0002", "sample-shirt"}


def test_it_stays_if_the_merchant_says_nothing(admin_client, mixed_shop, monkeypatch):
    monkeypatch.setattr("catalog.importing.admin.wake_importer", lambda: None)
    job = previewed(write_styles(mixed_shop / "own.csv", [style("9")]), mixed_shop)
    admin_client.post(job.get_absolute_url(), {"action": "confirm"})
    finished(job)
    assert len(skus()) == 4


@pytest.mark.parametrize("missing", ["leave", "archive"])
def test_it_is_not_missing_in_a_file_of_the_merchant(admin_client, mixed_shop, monkeypatch, missing):
    monkeypatch.setattr("catalog.importing.admin.wake_importer", lambda: None)
    job = previewed(write_styles(mixed_shop / "own.csv", [style("9")]), mixed_shop)
    assert "1 product of the shop is not in the file" in admin_client.get(job.get_absolute_url()).content.decode()
    admin_client.post(job.get_absolute_url(), {"action": "confirm", "missing": missing})
    assert finished(job).archived == (missing == "archive")
    assert Product.objects.of_the_sample().in_the_shop().count() == 2


@pytest.mark.django_db(transaction=True)
def test_it_waits_for_its_products_that_are_being_embedded(mixed_shop):
    worker = connection.copy()
    try:
        with worker.cursor() as cursor, ThreadPoolExecutor() as pool:
            cursor.execute("BEGIN; DELETE FROM recommender_embedding RETURNING product_id")
            ((product,),) = cursor.fetchall()
            cursor.execute("COMMIT; BEGIN; SELECT FROM catalog_product FOR NO KEY UPDATE")
            cursor.execute(
                "INSERT INTO recommender_embedding (encoder_id, product_id, image_digest, vector, created_at) "
                "SELECT encoder.id, product.id, image_digest, array_fill(0.1, array[dimensions])::vector, now() "
                "FROM catalog_product AS product, recommender_encoder AS encoder WHERE product.id = %s",
                [product],
            )
            removed = pool.submit(_removed)
            eventually(_somebody_waits, 20)
            cursor.execute("COMMIT")
            assert removed.result() == 2
    finally:
        worker.close()


def _removed() -> int:
    try:
        return remove_sample()
    finally:
        connection.close()


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return cursor.fetchone()[0]
