"""What is answered instead: each problem with its code."""

import json

import pytest
from django.db import OperationalError
from django.test import Client

from fashionsite.api import products
from fashionsite.api.problems import CODES

pytestmark = pytest.mark.django_db
PRODUCTS, PHOTO, VECTOR = "/api/v1/products/", "/api/v1/search/photo/", "/api/v1/search/vector/"


def code_of(answer) -> tuple[int, str]:
    """After a look at all that every problem says."""
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status_code == CODES[told["code"]][0]
    assert told["type"] == f"http://testserver/api/#{told['code']}"
    assert told["title"] == str(CODES[told["code"]][1])
    assert told["detail"]
    return answer.status_code, told["code"]


@pytest.mark.parametrize(
    ("method", "address", "options", "code"),
    [
        ("get", f"{PRODUCTS}?limit=0", {}, "invalid"),
        ("get", f"{PRODUCTS}?sort=best", {}, "invalid"),
        ("get", f"{PRODUCTS}?min_price=1e5", {}, "invalid"),
        ("get", f"{PRODUCTS}?gender=%00", {}, "malformed"),
        ("get", f"{PRODUCTS}none/", {}, "not_found"),
        ("get", "/api/v1/nothing/", {}, "not_found"),
        ("post", "/api/nothing/", {}, "not_found"),
        ("put", PRODUCTS, {}, "method_not_allowed"),
        ("get", PHOTO, {}, "method_not_allowed"),
        ("options", PRODUCTS, {}, "method_not_allowed"),
        ("get", PRODUCTS, {"headers": {"Accept": "text/html"}}, "not_acceptable"),
        ("post", VECTOR, {"data": "{", "content_type": "application/json"}, "malformed"),
        ("post", VECTOR, {"data": "[" * 5000, "content_type": "application/json"}, "malformed"),
        ("post", PHOTO, {"data": "[" * 5000, "content_type": "application/json"}, "malformed"),
        ("post", VECTOR, {"data": "a=b", "content_type": "text/plain"}, "unsupported_media_type"),
        ("post", PHOTO, {"data": b"x", "content_type": "multipart/form-data"}, "malformed"),
        ("post", PHOTO, {"headers": {"Content-Length": "30000000"}, "CONTENT_LENGTH": "30000000"}, "too_large"),
    ],
)
def test_a_problem_has_its_code(client, method, address, options, code):
    assert code_of(getattr(client, method)(address, **options))[1] == code


def test_what_is_wrong_is_pointed_at(client):
    answer = client.get(f"{PRODUCTS}?limit=1000&gender=")
    assert answer.json()["errors"] == [
        {"pointer": "/limit", "code": "max_value", "detail": "Ensure this value is less than or equal to 100."},
        {"pointer": "/gender/0", "code": "blank", "detail": "This field may not be blank."},
    ]


def test_a_parameter_that_nobody_knows_is_a_problem(client, writing):
    for query in ("colour=Red", "q=shirt", "page=2"):
        answer = client.get(f"{PRODUCTS}?{query}")
        assert code_of(answer) == (400, "invalid")
        assert answer.json()["detail"] == f"/{query.partition('=')[0]}: There is no such field."
    assert code_of(client.post(f"{PHOTO}?colour=Red", {})) == (400, "invalid")
    assert code_of(client.post(PHOTO, {"colour": "Red"})) == (400, "invalid")
    assert code_of(client.post(PRODUCTS, {"products": "[]", "picture": "x"}, headers=writing)) == (400, "invalid")


@pytest.mark.parametrize(
    ("told", "detail"),
    [
        ({"sku": "1", "price": 49.9}, "/products/0/price: Send a text, in quotation marks."),
        ({"sku": "1", "stock": "3"}, "/products/0/stock: Send a number, without quotation marks."),
        ({"sku": "1", "is_published": "yes"}, "/products/0/is_published: Send true or false, without quotation marks."),
        ({"sku": "1", "images": [1]}, "/products/0/images: Send a text, in quotation marks."),
    ],
)
def test_what_is_of_another_kind_is_told_what_it_is_to_be(client, writing, told, detail):
    answer = client.post(PRODUCTS, {"products": [told]}, content_type="application/json", headers=writing)
    assert code_of(answer) == (400, "invalid")
    assert answer.json()["detail"] == detail


def test_a_body_of_a_kind_that_is_not_read_is_told_which_are(client):
    detail = client.post(PHOTO, "a=b", content_type="application/x-www-form-urlencoded").json()["detail"]
    assert detail.endswith("multipart/form-data, application/json, image/*.")


def test_json_may_be_as_large_as_its_address_takes(client, writing):
    spaces = " " * 1_200_000
    photo = json.dumps({"photo": "AAAA", "limit": 1})
    assert code_of(client.post(PHOTO, photo + spaces, content_type="application/json")) == (422, "unusable")
    batch = json.dumps({"products": [{"sku": "1", "name": "A shirt"}]})
    assert client.post(PRODUCTS, batch + spaces, content_type="application/json", headers=writing).status_code == 200
    start = json.dumps({"address": "https://www.example.com/feed.xml"})
    answer = client.post("/api/v1/imports/", start + spaces, content_type="application/json", headers=writing)
    assert code_of(answer) == (413, "too_large")
    assert answer.json()["detail"] == "Beside files, up to 1 MB work here."


def test_what_cannot_be_done_is_not_among_what_can(client):
    assert client.put(PRODUCTS)["Allow"] == "GET, POST, HEAD"


def test_what_is_there_already_is_pointed_at(client, writing):
    told = {"phrase": "jumper", "meanings": "sweater"}
    answers = [
        client.post("/api/v1/synonyms/", told, content_type="application/json", headers=writing) for _ in range(2)
    ]
    assert code_of(answers[1]) == (409, "exists")
    assert answers[1].json()["errors"] == [
        {"pointer": "/phrase", "code": "exists", "detail": "There is one of these already."}
    ]


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_who_forgets_the_last_slash_is_led_on_by_the_same_method(client, writing, method):
    answer = getattr(client, method)("/api/v1/products?limit=1", headers=writing)
    assert (answer.status_code, answer["Location"]) == (308, "/api/v1/products/?limit=1")
    assert code_of(getattr(client, method)("/api/v1/nothing", headers=writing)) == (404, "not_found")


def test_half_a_character_is_told_of_as_well(client):
    answer = client.post(VECTOR, r'{"\ud800": 1, "vector": [0.1]}', content_type="application/json")
    assert answer.status_code == 400
    assert {"pointer": "/?", "code": "invalid", "detail": "There is no such field."} in answer.json()["errors"]


@pytest.mark.parametrize(("error", "code"), [(OperationalError("gone"), "unavailable"), (ZeroDivisionError(), "error")])
def test_what_nobody_foresaw_is_a_problem_too(monkeypatch, error, code):
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(products, "selection_of", fail)
    answer = Client(raise_request_exception=False).get(PRODUCTS)
    assert code_of(answer)[1] == code
    assert answer.get("Retry-After") == ("10" if code == "unavailable" else None)


def test_the_page_for_people_explains_every_code(client):
    page = client.get("/api/").content.decode()
    for code, (status, title) in CODES.items():
        assert f'id="{code}"' in page
        assert str(status) in page
        assert str(title).replace("'", "&#x27;") in page
    assert 'href="/api/docs/"' in page
    assert 'href="/api/v1/schema/"' in page


def test_the_pages_keep_their_own_errors(client):
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "This page is not here." in answer.content.decode()


def test_a_field_that_there_is_not_is_named(client, writing):
    asked = {
        "products": [{"sku": "1", "sizes": [{"label": "M", "stok": 1}]}, {"sku": "2", "colour": "Red"}],
        "dry": True,
    }
    answer = client.post("/api/v1/products/", asked, content_type="application/json", headers=writing)
    assert answer.status_code == 400
    pointers = [error["pointer"] for error in answer.json()["errors"]]
    assert pointers == ["/dry"]
    del asked["dry"]
    answer = client.post("/api/v1/products/", asked, content_type="application/json", headers=writing)
    pointers = [error["pointer"] for error in answer.json()["errors"]]
    assert pointers == ["/products/0/sizes/0/stok", "/products/1/colour"]
    assert "There is no such field." in answer.json()["detail"]
    nested = client.patch(
        "/api/v1/settings/", {"similar": {"mots": 3}}, content_type="application/json", headers=writing
    )
    assert [error["pointer"] for error in nested.json()["errors"]] == ["/similar/mots"]


def test_nothing_is_no_number(client, writing):
    for factor, status in [("", 400), ("2.50", 200), (None, 200)]:
        asked = {"similar": {"price_factor": factor}}
        answer = client.patch("/api/v1/settings/", asked, content_type="application/json", headers=writing)
        assert answer.status_code == status
