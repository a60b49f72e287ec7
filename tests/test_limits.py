"""How often one address may ask."""

import re

import pytest
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile

from recommender.models import Mark
from tests.factories import searchable_products
from tests.photos import picture_of, upload
from tests.pictures import as_file

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted():
    for name in ("default", "limits"):
        caches[name].clear()
    yield
    caches["limits"].clear()


@pytest.fixture
def products():
    return searchable_products(4)


def allow(settings, **rates: str) -> None:
    settings.LIMITS = {**settings.LIMITS, **rates}


def statuses(ask, times: int) -> list[int]:
    return [ask().status_code for _ in range(times)]


def test_too_many_marks_are_not_counted_and_the_page_says_when_to_come_again(client, products, settings):
    allow(settings, changes="2/min")
    one, two, *_ = products
    address = f"/products/{one.sku}/marks/"
    assert statuses(lambda: client.post(address, {"look": two.sku}), 3) == [302, 302, 429]
    refused = client.post(address, {"look": two.sku})
    assert 0 < int(refused["Retry-After"]) <= 60
    assert f"try again in {refused['Retry-After']} seconds" in refused.content.decode()
    assert Mark.objects.get().times == 2
    assert client.post(f"/products/{one.sku}/favourite/").status_code == 429
    assert client.get("/products/").status_code == 200
    elsewhere = client.post(address, {"look": two.sku}, REMOTE_ADDR="10.0.0.7")
    assert elsewhere.status_code == 302


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/products/?q=shirt",
        "/favourites/",
        "/suggestions/?q=sh",
        "/explore/",
        "/search/photo/",
        "/api/v1/products/",
    ],
)
def test_reads_have_a_limit(client, products, settings, address):
    allow(settings, reads="2/min")
    assert statuses(lambda: client.get(address), 3) == [200, 200, 429]
    assert client.get(address)["Retry-After"]
    assert client.get("/healthz").status_code == 200


def test_an_explanation_costs_more_than_the_page(client, products, settings):
    allow(settings, costly="1/min")
    address = products[0].get_absolute_url()
    assert statuses(lambda: client.get(f"{address}?explain"), 2) == [200, 429]
    assert client.get(address).status_code == 200


def test_a_photo_by_its_address_costs_more_than_one_that_is_brought(client, products, settings):
    allow(settings, costly="1/min")
    settings.PHOTO_FROM_ADDRESS = True
    ask = {"address": "http://127.0.0.1/a.jpg"}
    assert statuses(lambda: client.post("/search/photo/", ask), 2) == [400, 429]
    assert upload(client, picture_of(products[0])).status_code == 200


def test_too_many_photos_get_a_friendly_answer(client, products, settings):
    allow(settings, photos="2/min")
    picture = picture_of(products[0])
    assert statuses(lambda: upload(client, picture), 3) == [200, 200, 429]
    refused = upload(client, picture)
    assert re.search(r"try again in \d+ seconds", refused.content.decode())
    file = SimpleUploadedFile("a.jpg", as_file(picture))
    assert client.post("/api/v1/search/photo/", {"photo": file}).status_code == 429
    assert client.get("/search/photo/?photo=x&box=1,1,50,50").status_code == 429


def test_the_address_is_never_the_clients_own_word(client, products, settings):
    allow(settings, reads="1/min")
    told = iter(range(9))
    ask = lambda: client.get("/products/", headers={"X-Forwarded-For": f"9.9.9.{next(told)}"})  # noqa: E731
    assert statuses(ask, 2) == [200, 429]


def test_a_household_of_ipv6_is_one_address(client, products, settings):
    allow(settings, reads="1/min")
    asked = [
        client.get("/products/", REMOTE_ADDR=address).status_code for address in ("2001:db8::1", "2001:db8::ffff:2")
    ]
    assert asked == [200, 429]
    assert client.get("/products/", REMOTE_ADDR="2001:db8:0:1::1").status_code == 200


def test_no_limit_is_no_limit(client, products, settings):
    allow(settings, changes=None)
    one, two, *_ = products
    assert set(statuses(lambda: client.post(f"/products/{one.sku}/marks/", {"look": two.sku}), 40)) == {302}
