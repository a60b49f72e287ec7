"""Who may use the API, and how often."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import caches
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from fashionsite.api.models import Access, Key
from tests.api.conftest import bearer
from tests.factories import ProductFactory

pytestmark = pytest.mark.django_db
PRODUCTS, SEARCH = "/api/v1/products/", "/api/v1/search/?q=tee"


@pytest.fixture(autouse=True)
def nothing_counted():
    caches["limits"].clear()
    yield
    caches["limits"].clear()


def test_staff_make_a_key_and_see_it_once(admin_client):
    page = admin_client.post("/admin/api/key/add/", {"name": "Till", "may_read": "on", "origins": ""})
    text = page.context["text"]
    assert text in page.content.decode()
    assert page["Cache-Control"] == "private, no-store"
    key = Key.objects.get()
    assert (key.name, key.may_read, key.may_write) == ("Till", True, False)
    assert text.startswith(key.beginning)
    assert text not in str(Key.objects.values())
    for address in ("/admin/api/key/", f"/admin/api/key/{key.pk}/change/"):
        assert text not in admin_client.get(address).content.decode()
    answer = Client().get(PRODUCTS, headers={"Authorization": f"Bearer {text}"})
    assert answer.status_code == 200


def test_staff_close_the_shop_to_those_without_a_key(admin_client, client):
    assert [client.get(address).status_code for address in (PRODUCTS, SEARCH)] == [200, 200]
    assert admin_client.get("/admin/api/access/", follow=True).status_code == 200
    admin_client.post("/admin/api/access/1/change/", {"anyone_reads": "on"})
    assert [client.get(address).status_code for address in (PRODUCTS, SEARCH)] == [200, 401]
    admin_client.post("/admin/api/access/1/change/", {})
    refused = client.get(PRODUCTS)
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")
    assert refused.json()["code"] == "unauthenticated"
    assert client.get(PRODUCTS, headers=bearer()).status_code == 200
    assert admin_client.get(SEARCH).status_code == 200


def test_a_key_may_what_its_scopes_say(client):
    ProductFactory(sku="1")
    reading = bearer(may_search=False)
    assert client.get(PRODUCTS, headers=reading).status_code == 200
    refused = client.get(SEARCH, headers=reading)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert client.delete(f"{PRODUCTS}1/", headers=reading).status_code == 403
    assert client.delete(f"{PRODUCTS}1/", headers=bearer(may_write=True)).status_code == 204


def test_a_key_that_is_wrong_or_expired_is_refused_though_anyone_may_read(client):
    now = timezone.now()
    for headers in (
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer \xff"},
        bearer(expires_at=now - timedelta(seconds=1)),
    ):
        assert client.get(PRODUCTS, headers=headers).json()["code"] == "unauthenticated"
    assert client.get(PRODUCTS, headers=bearer(expires_at=now + timedelta(hours=1))).status_code == 200


def test_a_key_of_a_page_is_for_its_origins(client):
    headers = bearer(origins=["https://www.example.com"])
    assert client.get(PRODUCTS, headers=headers).status_code == 401
    assert client.get(PRODUCTS, headers=headers | {"Origin": "https://evil.example.com"}).status_code == 401
    assert client.get(PRODUCTS, headers=headers).status_code == 401
    assert client.get(PRODUCTS, headers=headers | {"Sec-Fetch-Site": "same-origin"}).status_code == 200
    answer = client.get(PRODUCTS, headers=headers | {"Origin": "https://www.example.com"})
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer
    asked = {"Origin": "https://www.example.com", "Access-Control-Request-Method": "GET"}
    asked["Access-Control-Request-Headers"] = "authorization"
    preflight = client.options(PRODUCTS, headers=asked)
    assert preflight.status_code == 200
    assert "authorization" in preflight["Access-Control-Allow-Headers"]


def test_a_key_without_origins_is_for_programs_and_the_shops_own_pages(client):
    headers = bearer()
    assert client.get(PRODUCTS, headers=headers).status_code == 200
    assert client.get(PRODUCTS, headers=headers | {"Origin": "http://testserver"}).status_code == 200
    for origin in ("https://www.example.com", "http://testserver:8000", "null"):
        assert client.get(PRODUCTS, headers=headers | {"Origin": origin}).status_code == 401


@pytest.mark.parametrize(
    "origin",
    [
        "www.example.com",
        "https://www.example.com/",
        "ftp://a.example.com",
        "*",
        "https://*",
        "https://*.example.com",
        "https://",
        "https://ann:a@example.com",
        "https://a.example.com; script-src *",
        "https://łódź.example",
    ],
)
def test_what_is_no_origin_is_refused(origin):
    with pytest.raises(ValidationError):
        Key(name="a", origins=[origin]).full_clean(exclude=["beginning", "digest"])


@pytest.mark.parametrize(
    "origin", ["http://localhost:8000", "https://xn--d-uga0v8h.example", "https://[2001:db8::1]:8443"]
)
def test_what_browsers_call_an_origin_is_taken(origin):
    Key(name="a", origins=[origin]).full_clean(exclude=["beginning", "digest"])


def test_a_key_that_pages_show_does_not_write(admin_client):
    asked = {"name": "Page", "may_write": "on", "origins": "https://www.example.com"}
    assert "may not write" in admin_client.post("/admin/api/key/add/", asked).content.decode()
    assert not Key.objects.exists()


def test_its_use_is_noted_at_most_once_a_minute(client, django_assert_num_queries):
    headers = bearer()
    client.get(f"{PRODUCTS}1/", headers=headers)
    key = Key.objects.get()
    assert timezone.now() - key.used_at < timedelta(seconds=30)
    with django_assert_num_queries(2):  # the key, and the product that there is not
        client.get(f"{PRODUCTS}1/", headers=headers)
    Key.objects.update(used_at=key.used_at - timedelta(minutes=2))
    client.get(f"{PRODUCTS}1/", headers=headers)
    assert Key.objects.get().used_at > key.used_at


def test_staff_write_by_their_permissions_and_with_the_token(client):
    ProductFactory(sku="1")
    user = User.objects.create_user("ann", password="a", is_staff=True)
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(user)
    assert careful.get(PRODUCTS).status_code == 200
    assert careful.delete(f"{PRODUCTS}1/").status_code == 403
    careful.get("/admin/")
    token = {"X-CSRFToken": careful.cookies["csrftoken"].value} if "csrftoken" in careful.cookies else {}
    if not token:
        careful.get("/admin/password_change/")
        token = {"X-CSRFToken": careful.cookies["csrftoken"].value}
    assert "permission" in careful.delete(f"{PRODUCTS}1/", headers=token).json()["detail"]
    user.user_permissions.add(Permission.objects.get(codename="delete_product"))
    assert careful.delete(f"{PRODUCTS}1/", headers=token).status_code == 204


def test_who_is_signed_in_and_no_staff_is_anyone(client):
    client.force_login(User.objects.create_user("bob"))
    assert client.get(PRODUCTS).status_code == 200
    assert client.delete(f"{PRODUCTS}1/").status_code == 401


def test_an_address_and_a_key_have_limits_of_their_own(client, settings):
    settings.LIMITS = {**settings.LIMITS, "reads": "2/min", "key_requests": "3/min"}
    answers = [client.get(f"{PRODUCTS}?limit=1") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0]["RateLimit-Policy"] == '"reads";q=2;w=60'
    assert answers[0]["RateLimit"] == '"reads";r=1;t=60'
    assert 0 < int(answers[2]["Retry-After"]) <= 60
    assert answers[2]["RateLimit"].startswith('"reads";r=0;t=')
    assert answers[2].json()["code"] == "too_many_requests"
    one, other = bearer(), bearer()
    assert [client.get(PRODUCTS, headers=one).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert client.get(PRODUCTS, headers=other)["RateLimit"] == '"key_requests";r=2;t=60'


def test_a_photo_that_is_fetched_for_a_key_counts_once(client, settings):
    rates = dict.fromkeys(("reads", "photos", "costly", "key_requests", "key_photos"), "2/min")
    settings.LIMITS = {**settings.LIMITS, **rates}
    key = bearer()
    asked = {"address": "https://www.example.com/1.jpg"}
    answers = [
        client.post("/api/v1/search/photo/", asked, content_type="application/json", headers=key) for _ in range(3)
    ]
    assert [answer.status_code for answer in answers] == [422, 422, 429]


def test_the_row_of_access_is_the_only_one():
    assert Access.now().allows("read")
    assert not Access.now().allows("write")
