"""Products that programs write."""

import json
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from catalog.importing import jobs
from catalog.importing.advancing import advance
from catalog.importing.models import ImportJob, PictureAddress
from catalog.models import Product
from fashionsite.api.models import GivenAnswer
from recommender import embedding
from tests.api.conftest import bearer
from tests.factories import ProductFactory, searchable_products
from tests.pictures import as_file, drawing

pytestmark = pytest.mark.django_db
PRODUCTS = "/api/v1/products/"
ALL = {
    "sku": "a/1",
    "name": "Linen Shirt",
    "category": ["Apparel", "Topwear", "Shirts"],
    "gender": "Women",
    "base_colour": "Navy Blue",
    "season": "Summer",
    "usage": "Casual",
    "brand": "Sorrel",
    "year": 2026,
    "price": "49.90",
    "sale_price": "39.90",
    "sale_starts_at": "2026-01-01T00:00:00Z",
    "sale_ends_at": "2099-01-01T00:00:00Z",
    "currency": "EUR",
    "condition": "new",
    "link": "https://shop.example.com/a",
    "description": "Soft.",
    "sizes": [{"label": "M", "availability": "in_stock"}, {"label": "L", "stock": 0}],
}


def write(client, headers: dict[str, str], *products: dict, **more: str):
    return client.post(PRODUCTS, {"products": products}, content_type="application/json", headers={**headers, **more})


def outcomes(answer) -> list[tuple[str, str]]:
    assert answer.status_code == 200, answer.content
    return [(one["sku"], one["outcome"]) for one in answer.json()["results"]]


def test_a_product_has_all_that_is_written_and_is_told_so(client, writing):
    answer = write(client, writing, ALL)
    assert outcomes(answer) == [("a/1", "created")]
    told = client.get(f"{PRODUCTS}a~2F1/").json()
    for name in set(ALL) - {"sizes", "price", "sale_price"}:
        assert told[name] == ALL[name]
    assert (told["price"], told["sale_price"], told["price_now"]) == ("49.90", "39.90", "39.90")
    assert told["sizes"] == [
        {"label": "M", "availability": "in_stock"},
        {"label": "L", "availability": "out_of_stock"},
    ]
    assert outcomes(write(client, writing, ALL)) == [("a/1", "unchanged")]
    assert client.get("/api/v1/search/?q=linen").json()["count"] == 1


def test_what_is_left_out_stays_and_what_is_empty_goes(client, writing):
    write(client, writing, ALL)
    changed = {"sku": "a/1", "brand": "", "price": None, "sizes": [], "is_published": False}
    assert outcomes(write(client, writing, changed)) == [("a/1", "updated")]
    product = Product.objects.get()
    assert (product.name, product.brand, product.price, product.sale_price) == ("Linen Shirt", "", None, None)
    assert not product.sizes.exists()
    assert product.archived_at


def test_a_batch_takes_what_it_can_and_says_what_not(client, writing):
    answer = write(
        client, writing, {"sku": "1", "name": "A"}, {"sku": ".."}, {"sku": "1"}, {"sku": "2", "price": "5", "name": "B"}
    )
    assert outcomes(answer) == [("1", "created"), ("..", "rejected"), ("1", "rejected"), ("2", "created")]
    kinds = [[issue["kind"] for issue in one["issues"]] for one in answer.json()["results"]]
    assert kinds[1:3] == [["bad id"], ["repeated id"]]
    assert "no currency" in kinds[3]
    job = ImportJob.objects.get(pk=answer.json()["id"])
    assert (job.state, job.rows, job.created, job.rejected) == ("done", 4, 2, 2)


def test_staff_undo_a_batch(client, writing, admin_client):
    ProductFactory(sku="1", name="Before")
    answer = write(client, writing, {"sku": "1", "name": "After"}, {"sku": "2", "name": "New"})
    job = ImportJob.objects.get(pk=answer.json()["id"])
    assert admin_client.get(job.get_absolute_url()).status_code == 200
    jobs.undo(job)
    assert advance()
    assert list(Product.objects.values_list("sku", "name")) == [("1", "Before")]


def test_pictures_come_as_files_that_are_named_or_called_by_the_id(client, writing, django_capture_on_commit_callbacks):
    files = [SimpleUploadedFile(name, as_file(drawing(seed))) for seed, name in enumerate(("x.jpg", "2.jpg", "y.jpg"))]
    products = [{"sku": "1", "name": "A", "images": ["x.jpg", "y.jpg"]}, {"sku": "2", "name": "B"}]
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(PRODUCTS, {"products": json.dumps(products), "pictures": files}, headers=writing)
    assert outcomes(answer) == [("1", "created"), ("2", "created")]
    assert [one["search"] for one in answer.json()["results"]] == ["waiting", "waiting"]
    assert [len(Product.objects.get(sku=sku).pictures) for sku in "12"] == [2, 1]
    assert not ImportJob.objects.get().folder.exists()


def test_a_picture_at_an_address_is_noted_for_the_worker(client, writing):
    answer = write(client, writing, {"sku": "1", "name": "A", "images": ["https://www.example.com/a.jpg"]})
    assert answer.json()["results"][0]["search"] == "waiting"
    assert PictureAddress.objects.get().address == "https://www.example.com/a.jpg"
    answer = write(client, writing, {"sku": "2", "name": "A", "images": ["http://127.0.0.1/a.jpg"]})
    assert "picture address" in [issue["kind"] for issue in answer.json()["results"][0]["issues"]]


@pytest.mark.parametrize(
    ("products", "pointer"),
    [
        ([], "/products"),
        ([{"name": "no id"}], "/products/0/sku"),
        ([{"sku": "1", "price": -1}], "/products/0/price"),
        ([{"sku": "1", "sizes": [{"label": ""}]}], "/products/0/sizes/0/label"),
        ([{"sku": str(number)} for number in range(101)], "/products"),
        ("text", "/products"),
    ],
)
def test_what_is_wrong_in_a_batch_is_pointed_at_and_nothing_is_written(client, writing, products, pointer):
    answer = client.post(PRODUCTS, {"products": products}, content_type="application/json", headers=writing)
    assert answer.status_code == 400
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert not Product.objects.exists()


def test_who_may_not_write_is_refused_before_the_body_is_read(client):
    refused = client.post(PRODUCTS, "{", content_type="application/json", headers=bearer())
    assert refused.json()["code"] == "forbidden"
    assert client.post(PRODUCTS, "{", content_type="application/json").json()["code"] == "unauthenticated"


def test_the_same_request_is_done_once(client, writing):
    more = {"Idempotency-Key": "one"}
    first = write(client, writing, {"sku": "1", "name": "A"}, **more)
    Product.objects.all().delete()
    again = write(client, writing, {"sku": "1", "name": "A"}, **more)
    assert again["Idempotency-Replayed"] == "true"
    assert again.json()["id"] == first.json()["id"]
    assert not Product.objects.exists()
    other = write(client, writing, {"sku": "2", "name": "A"}, **more)
    assert (other.status_code, other.json()["code"]) == (422, "key_used_before")
    assert outcomes(write(client, bearer(may_write=True), {"sku": "2", "name": "A"}, **more)) == [("2", "created")]


def test_a_request_that_fails_may_come_again(client, writing):
    more = {"Idempotency-Key": "one"}
    assert write(client, writing, {"sku": "1", "price": "-1"}, **more).status_code == 400
    assert not GivenAnswer.objects.exists()
    assert write(client, writing, {"sku": "1", "price": "1"}, **more).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_it_is_answered_when_all_is_searchable(client):
    writing = bearer(may_write=True)
    searchable_products(1)
    file = SimpleUploadedFile("1.jpg", as_file(drawing(7)))
    worker = threading.Timer(0.5, _embed)
    worker.start()
    answer = client.post(
        PRODUCTS,
        {"products": json.dumps([{"sku": "1", "name": "A"}]), "pictures": [file]},
        headers={**writing, "Prefer": "wait=20"},
    )
    worker.join()
    assert answer["Preference-Applied"] == "wait=20"
    assert answer.json()["results"][0]["search"] == "searchable"


def _embed() -> None:
    embedding.embed_products(list(Product.objects.values_list("pk", flat=True)))
    connection.close()
