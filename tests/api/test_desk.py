"""What staff do, done by programs: imports, rules, synonyms, encoders, settings."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile

from catalog.importing.advancing import advance
from catalog.importing.models import ImportJob
from catalog.models import Appearance, MerchandisingRule, Product, SimilarPanel, Synonym
from fashionsite.api.models import GivenAnswer
from recommender.encoders import load_encoder
from recommender.models import Encoder
from recommender.registry import active_encoder, register
from tests.api.conftest import bearer
from tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db
IMPORTS, RULES, SYNONYMS, SETTINGS = (f"/api/v1/{name}/" for name in ("imports", "rules", "synonyms", "settings"))
TABLE = "id,name,price\n1,Red Tee,9.90\n2,Blue Tee,much\n"


@pytest.fixture
def ask(client, writing):
    """Asks with a key that may write; what is sent is JSON."""

    def send(method: str, address: str, body: object = None, **headers: str):
        options = {} if body is None else {"data": body, "content_type": "application/json"}
        return getattr(client, method)(address, headers={**writing, **headers}, **options)

    return send


@pytest.fixture
def job(client, writing) -> dict:
    """An import that was started with an upload, and previewed."""
    answer = client.post(IMPORTS, {"table": SimpleUploadedFile("tees.csv", TABLE.encode())}, headers=writing)
    assert answer.status_code == 201, answer.content
    assert answer["Location"] == answer.json()["url"]
    assert answer.json()["state"] == "reading"
    assert advance()
    return client.get(answer["Location"], headers=writing).json()


def test_an_import_is_previewed_confirmed_and_undone(ask, job):
    assert (job["state"], job["file"], job["columns"]) == ("ready", "tees.csv", ["id", "name", "price"])
    assert job["preview"]["created"] == 2
    assert {"kind": "bad price", "count": 1} in job["preview"]["issues"]
    assert ask("post", f"{job['url']}confirm/", {}).json()["state"] == "queued"
    while advance():
        pass
    done = ask("get", job["url"]).json()
    assert (done["state"], done["rows"], done["created"]) == ("done", 2, 2)
    assert ask("post", f"{job['url']}confirm/", {}).json()["code"] == "not_now"
    issues = ask("get", f"{job['url']}issues/?kind=bad+price").json()["results"]
    assert [(issue["line"], issue["sku"], issue["column"]) for issue in issues] == [(3, "2", "price")]
    assert ask("post", f"{job['url']}undo/").json()["state"] == "undoing"
    while advance():
        pass
    assert not Product.objects.exists()


def test_an_import_is_read_with_other_columns_and_cancelled_and_goes_on(ask, job):
    columns = {"mapping": {"sku": 0, "brand": 1}, "currency": "EUR"}
    assert ask("post", f"{job['url']}columns/", columns).json()["state"] == "reading"
    advance()
    assert ask("get", job["url"]).json()["mapping"] == {"sku": 0, "brand": 1}
    assert "ids" in ask("post", f"{job['url']}columns/", {"mapping": {"brand": 1}}).json()["detail"]
    assert ask("post", f"{job['url']}cancel/").json()["state"] == "cancelled"
    assert ask("post", f"{job['url']}resume/").json()["state"] == "reading"


def test_an_import_starts_once_though_it_is_asked_for_twice(ask):
    body = {"address": "https://www.example.com/feed.xml"}
    first, again = (ask("post", IMPORTS, body, **{"Idempotency-Key": "a"}) for _ in range(2))
    assert first.json()["id"] == again.json()["id"] == ImportJob.objects.get().pk
    assert again.status_code == 201
    assert GivenAnswer.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({}, "/table"), ({"address": "http://127.0.0.1/a.csv"}, "/address"), ({"address": 7 * ["a"]}, "/address")],
)
def test_an_import_of_nothing_is_refused(ask, body, pointer):
    answer = ask("post", IMPORTS, body)
    assert answer.status_code in (400, 422)
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_a_product_is_pinned_and_let_go(ask, client):
    category = CategoryFactory(name="Shirts")
    products = [ProductFactory(sku=str(number), name="Shirt", category=category) for number in range(3)]
    rule = ask("post", RULES, {"place": "words", "words": "Shirts", "product": "0", "act": "pin"}).json()
    assert (rule["words"], rule["product"], rule["position"]) == ("shirts", "0", 1)
    found = client.get("/api/v1/search/?q=shirts").json()["results"]
    assert found[0]["sku"] == "0"
    assert ask("get", RULES).json()["results"] == [rule]
    assert ask("delete", f"{RULES}{rule['id']}/").status_code == 204
    assert client.get("/api/v1/search/?q=shirts").json()["results"][0]["sku"] == products[-1].sku
    hidden = {
        "place": "category",
        "category": "shirts",
        "product": "1",
        "act": "hide",
        "ends_at": "2099-01-01T00:00:00Z",
    }
    assert ask("post", RULES, hidden).json()["category"] == "shirts"
    assert client.get("/api/v1/products/?category=shirts").json()["count"] == 2


@pytest.mark.parametrize(
    ("rule", "pointer"),
    [
        ({"place": "shop", "product": "none", "act": "pin"}, "/product"),
        ({"place": "category", "category": "none", "product": "1", "act": "pin"}, "/category"),
        ({"place": "panel", "product": "1", "act": "pin"}, "/beside"),
        ({"place": "shop", "product": "1", "act": "lift"}, "/act"),
    ],
)
def test_a_rule_of_nothing_is_refused(ask, rule, pointer):
    ProductFactory(sku="1")
    answer = ask("post", RULES, rule)
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert ask("post", RULES, {"place": "panel", "beside": "1", "product": "1", "act": "pin"}).status_code == 422
    assert not MerchandisingRule.objects.exists()


def test_synonyms_are_written_as_words_are_read(ask):
    Synonym.objects.all().delete()
    made = ask("post", SYNONYMS, {"phrase": "Jumper", "meanings": "Sweater"})
    assert (made.status_code, made.json()["phrase"]) == (201, "jumper")
    assert ask("post", SYNONYMS, {"phrase": "jumper", "meanings": "dress"}).json()["code"] == "exists"
    assert ask("post", SYNONYMS, {"phrase": "coat" + " " * 97, "meanings": "dress"}).json()["code"] == "invalid"
    address = f"{SYNONYMS}{made.json()['id']}/"
    assert ask("put", address, {"phrase": "jumper", "meanings": "pullover"}).json()["meanings"] == "pullover"
    assert [one["meanings"] for one in ask("get", SYNONYMS).json()["results"]] == ["pullover"]
    assert ask("delete", address).status_code == 204
    assert not Synonym.objects.exists()


def test_settings_are_changed_one_by_one(ask, client):
    before = ask("get", SETTINGS).json()
    changes = {"appearance": {"name": "Maison"}, "similar": {"most": 5}, "access": {"anyone_searches": False}}
    after = ask("patch", SETTINGS, changes).json()
    assert after["appearance"] == before["appearance"] | {"name": "Maison"}
    assert (Appearance.objects.get().name, SimilarPanel.now().most) == ("Maison", 5)
    assert client.get("/api/v1/search/?q=a").status_code == 401
    pale = ask("patch", SETTINGS, {"appearance": {"accent": "#ffffee"}})
    assert [error["pointer"] for error in pale.json()["errors"]] == ["/appearance/accent"]
    assert ask("patch", SETTINGS, {"similar": {"most": 0}}).json()["code"] == "invalid"


def test_an_encoder_takes_over(ask):
    active = active_encoder()
    other = register("imagenet-resnet50", load_encoder("fashion-resnet"))
    listed = ask("get", "/api/v1/encoders/").json()["results"]
    assert {one["id"]: one["state"] for one in listed} == {active.pk: "active", other.pk: "idle"}
    assert ask("post", f"/api/v1/encoders/{other.pk}/switch/").json()["state"] == "filling"
    assert Encoder.objects.filling() == other


@pytest.mark.parametrize("address", [IMPORTS, RULES, SYNONYMS, SETTINGS, "/api/v1/encoders/", "/api/v1/statistics/"])
def test_what_staff_see_is_for_those_who_may(client, address):
    assert client.get(address).status_code == 401
    assert client.get(address, headers=bearer()).status_code == 403
    user = User.objects.create_user("ann", is_staff=True)
    client.force_login(user)
    assert client.get(address).status_code == 403
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    assert client.get(address).status_code == 200
