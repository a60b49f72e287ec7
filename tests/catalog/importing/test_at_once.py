"""Who writes the catalogue at once: none of them waits for another one without end, and nobody's work is lost."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import pytest
from django.db import connection, connections, transaction

from catalog.importing.advancing import import_catalog
from catalog.models import CatalogVersion, MerchandisingRule, Product, Synonym
from catalog.steering import SteeredPage, steer
from tests.factories import CategoryFactory, ProductFactory
from tests.processes import eventually

pytestmark = pytest.mark.django_db(transaction=True)
Done = TypeVar("Done")


@pytest.fixture
def elsewhere() -> Iterator[Callable[[Callable[[], Done]], Future[Done]]]:
    """Has something done with another connection, and comes back when that waits for this one's."""
    pool = ThreadPoolExecutor(1)

    def begin(act: Callable[[], Done]) -> Future[Done]:
        future = pool.submit(act)
        eventually(_somebody_waits)
        return future

    yield begin
    pool.submit(connections.close_all).result()
    pool.shutdown()


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0


@pytest.fixture
def table(tmp_path):
    """A table that names three products otherwise than they are."""
    products = ProductFactory.create_batch(3, category=CategoryFactory())
    path = tmp_path / "table.csv"
    path.write_text("id,productDisplayName\n" + "".join(f"{product.sku},Renamed\n" for product in products))
    return path


def test_staff_steer_a_product_that_an_import_writes(table, elsewhere):
    product = Product.objects.first()
    with transaction.atomic(), connection.cursor() as cursor:
        # Of two that wait for each other it is this one that is sent back.
        cursor.execute("SET LOCAL deadlock_timeout = '10ms'")
        steer(SteeredPage("shop", None), product, "boost")
        job = elsewhere(lambda: import_catalog(table, None))
    assert job.result().updated == 3
    assert MerchandisingRule.objects.get().product == product


def test_two_who_steer_the_same_product_write_one_rule(table, elsewhere, admin_client):
    product = Product.objects.first()
    told = {"place": "shop", "product": product.sku, "act": "hide"}
    with transaction.atomic():
        steer(SteeredPage("shop", None), product, "boost")
        answer = elsewhere(lambda: admin_client.post("/api/v1/rules/", told, "application/json"))
    assert answer.result().status_code == 200
    assert MerchandisingRule.objects.get().act == "hide"


def test_of_two_who_add_the_same_one_is_told(elsewhere, admin_client):
    told = {"phrase": "foot gloves", "meanings": "shoes"}
    admin_client.raise_request_exception = False
    as_json = {"content_type": "application/json"}
    for address, kind in (("/api/v1/synonyms/", as_json), ("/admin/catalog/synonym/add/", {})):
        with transaction.atomic():
            synonym = Synonym.objects.create(**told)
            answer = elsewhere(partial(admin_client.post, address, told, **kind))
        assert answer.result().status_code == 409
        assert Synonym.objects.get(phrase="foot gloves") == synonym
        synonym.delete()
    assert "Somebody else was at it." in answer.result().content.decode()


def test_an_import_that_is_sent_back_goes_on(table, elsewhere):
    with transaction.atomic(), connection.cursor() as cursor:
        # Of two that wait for each other it is not this one that is sent back.
        cursor.execute("SET LOCAL deadlock_timeout = '10s'")
        CatalogVersion.objects.select_for_update().get()
        job = elsewhere(lambda: import_catalog(table, None))
        # Each waits for the other now.
        Product.objects.update(gender="Men")
    assert job.result().updated == 3
    assert set(Product.objects.values_list("name", "gender")) == {("Renamed", "Men")}


@pytest.mark.parametrize("act", ["action", "page", "api", "category"])
def test_staff_delete_or_move_what_somebody_writes(table, elsewhere, admin_client, act):
    product = Product.objects.first()
    address = f"/admin/catalog/product/{product.pk}/delete/"
    acts: dict[str, Callable[[], int]] = {
        "action": lambda: _posted(
            admin_client,
            "/admin/catalog/product/",
            {"action": "delete_selected", "_selected_action": [product.pk], "post": "yes"},
        ),
        "page": lambda: _posted(admin_client, address, {"post": "yes"}),
        "api": lambda: admin_client.delete(f"/api/v1/products/{product.sku}/").status_code,
        "category": lambda: _posted(
            admin_client, f"/admin/catalog/category/{product.category_id}/change/", {"name": "Moved", "parent": ""}
        ),
    }
    with transaction.atomic():
        Product.objects.hold()
        status = elsewhere(acts[act])
        Product.objects.update(gender="Men")
    assert status.result() in (302, 204)


def _posted(client, address: str, data: dict) -> int:
    return client.post(address, data).status_code
