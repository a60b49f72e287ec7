"""Programs say where they want to be told."""

import pytest

from fashionsite.api.models import GivenAnswer
from fashionsite.webhooks.models import Endpoint
from tests.api.conftest import bearer

pytestmark = pytest.mark.django_db
WEBHOOKS = "/api/v1/webhooks/"
ASKED = {"address": "https://www.example.com/told", "events": ["product.searchable", "import.finished"]}


def add(client, headers: dict[str, str], **changed: object):
    return client.post(WEBHOOKS, ASKED | changed, content_type="application/json", headers=headers)


def test_a_program_has_itself_told_and_is_told_the_secret_once(client, writing):
    made = add(client, writing)
    assert made.status_code == 201, made.content
    endpoint = Endpoint.objects.get()
    assert made.json() == {"id": endpoint.pk, **ASKED, "is_active": True, "secret": endpoint.secret}
    assert client.get(WEBHOOKS, headers=writing).json()["results"] == [{"id": endpoint.pk, **ASKED, "is_active": True}]
    tested = client.post(f"{WEBHOOKS}{endpoint.pk}/test/", headers=writing)
    assert (tested.status_code, tested.json()["message"]) == (202, endpoint.deliveries.get().message_id)
    Endpoint.objects.update(is_active=False)
    assert client.post(f"{WEBHOOKS}{endpoint.pk}/test/", headers=writing).json()["code"] == "not_now"
    assert client.delete(f"{WEBHOOKS}{endpoint.pk}/", headers=writing).status_code == 204
    assert not Endpoint.objects.exists()


def test_what_is_no_endpoint_is_refused(client, writing):
    add(client, writing)
    again = add(client, writing)
    assert (again.status_code, again.json()["code"]) == (409, "exists")
    for address in ("http://localhost/", "http://10.0.0.1/", "nowhere"):
        assert add(client, writing, address=address).json()["code"] == "unusable"
    for events in ([], ["product.gone"], "product.searchable", ["product.searchable", "product.searchable"]):
        assert add(client, writing, events=events).status_code == 400
    assert add(client, bearer()).status_code == 403
    assert Endpoint.objects.count() == 1


def test_a_request_that_is_repeated_is_not_told_the_secret_again(client, writing):
    first, again = (add(client, writing | {"Idempotency-Key": "one"}) for _ in range(2))
    assert first.json()["secret"]
    assert again.json() == first.json() | {"secret": None}
    assert first.json()["secret"] not in str(GivenAnswer.objects.get().content)
