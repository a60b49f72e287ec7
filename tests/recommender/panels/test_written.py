"""Panels of a product's page that are kept as they were written."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from catalog.models import Appearance, MerchandisingRule, Product, SimilarPanel
from recommender import embedding
from recommender.panels.written import written_panels
from tests.factories import ProductFactory, searchable_products
from tests.photos import skus_in
from tests.processes import eventually

pytestmark = pytest.mark.django_db


@pytest.fixture
def visited(client: Client) -> list[Product]:
    """Products, of which somebody has looked at the first one's page."""
    products = searchable_products(14)
    client.get(products[0].get_absolute_url())
    return products


def beside(product: Product) -> list[str]:
    """What a new visitor sees beside it."""
    return skus_in(Client().get(product.get_absolute_url()))


def hide(beside: Product, other: str, **dates: object) -> MerchandisingRule:
    hidden = Product.objects.get(sku=other)
    return MerchandisingRule.objects.create(place="panel", beside=beside, product=hidden, act="hide", **dates)


def test_they_are_written_once_for_everybody(visited, django_assert_max_num_queries):
    shown = beside(visited[0])
    with django_assert_max_num_queries(5):
        assert beside(visited[0]) == shown
    assert len(shown) == 12


def test_what_shows_on_them_is_new_after_each_change(visited):
    product = visited[0]
    shown = beside(product)
    nearest = ProductFactory(stored=(visited[1].image.name, visited[1].image_digest))
    embedding.embed_products([nearest.pk])
    assert "+1 more like this" in Client().get(product.get_absolute_url()).content.decode()
    nearest.delete()
    assert beside(product) == shown
    Product.objects.filter(sku=shown[0]).update(name="Quite another name")
    assert "Quite another name" in Client().get(product.get_absolute_url()).content.decode()
    Product.objects.filter(sku=shown[1]).update(archived_at=timezone.now())
    assert beside(product)[:11] == [sku for sku in shown if sku != shown[1]]


def test_staff_steer_them_at_once(visited):
    product = visited[0]
    first, *rest = beside(product)
    rule = hide(product, first)
    assert first not in beside(product)
    rule.delete()
    assert beside(product)[0] == first
    SimilarPanel.objects.create(pk=1, most=3)
    assert beside(product) == [first, *rest[:2]]


def test_marks_leave_every_page_with_them(visited):
    product = visited[0]
    assert 'class="marks"' in Client().get(product.get_absolute_url()).content.decode()
    Appearance.objects.create(pk=1, shows_marks=False)
    page = Client().get(product.get_absolute_url()).content.decode()
    assert 'class="marks"' not in page
    assert 'id="marks"' not in page


@pytest.mark.parametrize("date", ["starts_at", "ends_at"])
def test_they_change_when_a_rule_begins_or_ends(visited, date):
    product = visited[0]
    first = beside(product)[0]
    hide(product, first, **{date: timezone.now() + timedelta(seconds=1)})
    is_hidden_before = date == "ends_at"
    assert (first not in beside(product)) == is_hidden_before
    eventually(lambda: (first not in beside(product)) != is_hidden_before, seconds=10)


def test_a_rule_that_begins_while_they_are_written_is_in_force_afterwards(visited):
    product = visited[0]
    first, *_ = beside(product)
    for milliseconds in range(0, 60, 3):
        begins = timezone.now() + timedelta(milliseconds=milliseconds)
        rule = hide(product, first, starts_at=begins)
        beside(product)
        eventually(lambda begins=begins: timezone.now() > begins)
        assert first not in beside(product)
        rule.delete()


def test_they_are_kept_for_each_language(visited):
    product = visited[0]
    titles = set()
    for language in ("en", "de", "en"):
        with translation.override(language):
            (_, text, _), *_ = written_panels(product, [], explains=False)
        titles.add(re.search(r"<h2[^>]*>([^<]+)", text)[1])
    assert titles == {"Visually similar", "Sieht ähnlich aus"}


def test_they_change_when_a_sale_ends(visited):
    product = visited[0]
    now = timezone.now()
    reduced = {"price": 20, "currency": "EUR", "sale_price": 15, "sale_ends_at": now + timedelta(seconds=1)}
    Product.objects.filter(sku=beside(product)[0]).update(**reduced)

    def shows_a_sale() -> bool:
        return "on-sale" in Client().get(product.get_absolute_url()).content.decode()

    assert shows_a_sale()
    eventually(lambda: not shows_a_sale(), seconds=10)


def test_they_change_when_the_products_own_price_does_by_which_they_are_chosen(visited):
    product = visited[0]
    SimilarPanel.objects.create(pk=1, price_factor=2)
    Product.objects.update(price=20, currency="EUR")
    begins = timezone.now() + timedelta(seconds=1)
    Product.objects.filter(pk=product.pk).update(sale_price=5, sale_starts_at=begins)
    assert beside(product)
    eventually(lambda: not beside(product), seconds=10)


def test_they_speak_the_language_of_the_server(visited, settings):
    settings.LANGUAGE_CODE = "de"
    page = Client().get(visited[0].get_absolute_url()).content.decode()
    assert "Sieht ähnlich aus" in page
    assert "Visually similar" not in page


def test_nothing_of_one_visitor_is_shown_to_another(visited):
    somebody, other = Client(), Client()
    (far,) = {product.sku for product in visited[1:]} - set(beside(visited[0]))
    somebody.get(f"/products/{far}/")
    for browser, has_seen in ((somebody, True), (other, False)):
        page = browser.get(visited[0].get_absolute_url()).content.decode()
        assert ("Recently seen" in page) == has_seen
        tokens = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page))
        assert len(tokens) == 1
        marked = Client(enforce_csrf_checks=True)
        marked.cookies = browser.cookies
        told = {"look": visited[1].sku, "csrfmiddlewaretoken": tokens.pop()}
        assert marked.post(f"/products/{visited[0].sku}/marks/", told).status_code in (204, 302)


def test_a_page_that_waits_for_its_look_is_kept_nowhere(visited):
    waiting = ProductFactory()
    assert "still looking" in Client().get(waiting.get_absolute_url()).content.decode()
    embedding.embed_products([waiting.pk])
    assert len(beside(waiting)) == 12


def test_why_they_are_similar_is_told_to_who_asks(visited):
    address = visited[0].get_absolute_url()
    assert 'class="explanations"' in Client().get(f"{address}?explain").content.decode()
    assert 'class="explanations"' not in Client().get(address).content.decode()
