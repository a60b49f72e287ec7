"""What every answer tells browsers: what pages may do, what of them may be kept, and what is heard of breaches."""

import json

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from tests.factories import ProductFactory, searchable_products

pytestmark = pytest.mark.django_db
FORBIDDEN = ("unsafe-inline", "unsafe-eval", "*", "http:", "https:")
PERSONAL = "private, no-store"
OLD = {"csp-report": {"document-uri": "http://shop/?q=x", "violated-directive": "img-src", "blocked-uri": "inline"}}
NEW = [{"type": "csp-violation", "body": {"documentURL": "http://shop/?q=x", "effectiveDirective": "style-src"}}]


@pytest.fixture
def product():
    return searchable_products(3)[0]


@pytest.mark.parametrize(
    "address", ["/", "/products/", "/nowhere/", "/admin/", "/admin/login/", "/api/v1/products/", "/healthz", "/?a=%00"]
)
def test_every_answer_has_a_policy_without_exceptions(client, address):
    answer = client.get(address)
    policy = answer["Content-Security-Policy"]
    assert not any(word in policy.split() for word in FORBIDDEN)
    assert "'unsafe" not in policy
    for directive in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert directive in policy
    assert answer["Reporting-Endpoints"] == 'csp="/csp-reports/"'
    assert "report-uri /csp-reports/" in policy
    assert "report-to csp" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=(self)" in answer["Permissions-Policy"]


def test_a_stored_file_can_do_nothing(client, product):
    answer = client.get(product.image.url)
    assert answer.status_code == 200
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"].startswith("image/")
    for name in ("drawing.svg", "page.html", "script.js"):
        stored = default_storage.save(name, ContentFile(b"<svg xmlns='http://www.w3.org/2000/svg'/>"))
        assert client.get(f"/media/{stored}").status_code == 404
        default_storage.delete(stored)


@pytest.mark.parametrize("address", ["/products/", "/explore/", "/api/v1/products/", "/sitemap.xml"])
def test_what_is_the_same_for_everybody_says_so_and_knows_no_cookie(client, product, address):
    client.get(product.get_absolute_url())
    answer = client.get(address)
    assert answer["Cache-Control"].startswith("public")
    assert "cookie" not in answer.get("Vary", "").lower()
    assert not answer.cookies


def test_what_is_for_one_person_is_kept_nowhere(client, product, admin_client):
    for address in ("/", product.get_absolute_url(), "/favourites/", "/search/photo/", "/nowhere/"):
        assert client.get(address)["Cache-Control"] == PERSONAL, address
    assert "no-store" in admin_client.get("/admin/")["Cache-Control"]
    marked = client.post(f"/products/{product.sku}/marks/", {"look": ProductFactory().sku})
    assert marked["Cache-Control"] == PERSONAL
    # What the shop has to say to one person stands on a page that is otherwise everybody's.
    assert client.get("/products/")["Cache-Control"] == PERSONAL


@pytest.mark.parametrize(("content", "directive"), [(OLD, "img-src"), (NEW, "style-src")])
def test_a_breach_is_one_short_line_of_the_log(client, caplog, content, directive):
    assert client.post("/csp-reports/", json.dumps(content), "application/csp-report").status_code == 204
    (line,) = caplog.messages
    assert directive in line
    assert "page 'http://shop/'" in line
    assert "q=x" not in line


def test_a_hostile_report_makes_no_second_line_and_no_error(client, caplog):
    body = dict.fromkeys(OLD["csp-report"], "a\nERROR forged\r\u2028" + "x" * 9000)
    content = json.dumps({"csp-report": body | {"blocked-uri": ["nested", {"a": 1}]}})
    too_much = "[" * 12_000
    huge = json.dumps({"csp-report": {"document-uri": "x" * 100_000}})
    assert client.post("/csp-reports/", content[:16_000], "application/csp-report").status_code == 400
    for bad in (too_much, huge, "", "[]", "{}", "null", '{"csp-report": 1}', b"\xff\xfe", "9" * 5000):
        assert client.post("/csp-reports/", bad, "application/reports+json").status_code == 400
    assert not [message for message in caplog.messages if "policy" in message]
    assert client.get("/csp-reports/").status_code == 405
    body = dict.fromkeys(OLD["csp-report"], "a\nERROR forged\r\u2028" + "x" * 900)
    assert client.post("/csp-reports/", json.dumps({"csp-report": body}), "text/plain").status_code == 204
    (line,) = [message for message in caplog.messages if "policy" in message]
    assert len(line) < 1000
    assert line.isprintable()


def test_reports_need_no_token_and_have_a_limit(settings):
    from django.core.cache import caches
    from django.test import Client

    caches["limits"].clear()
    settings.LIMITS = {**settings.LIMITS, "reports": "2/min"}
    client = Client(enforce_csrf_checks=True)
    answers = [client.post("/csp-reports/", json.dumps(OLD), "application/csp-report") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [204, 204, 429]
    assert int(answers[-1]["Retry-After"]) > 0
