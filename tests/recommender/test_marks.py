"""What shoppers say of the panels."""

import pytest

from recommender.models import Mark
from recommender.panels import SIMILAR, panels_of
from tests.factories import searchable_products

pytestmark = pytest.mark.django_db


@pytest.fixture
def products():
    return searchable_products(24)


def say(client, product, other, kind="look"):
    return client.post(f"/products/{product.sku}/marks/", {kind: other.sku})


def test_marks_are_counted_and_nobody_is_named(client, products):
    one, two, *_ = products
    for _ in range(3):
        assert say(client, one, two).status_code == 302
    say(client, one, two, "colour")
    assert dict(Mark.objects.values_list("kind", "times")) == {"look": 3, "colour": 1}
    assert {field.name for field in Mark._meta.fields} == {"id", "product", "other", "kind", "times", "last_at"}
    assert "Noted" in client.get(one.get_absolute_url()).content.decode()


def test_a_script_is_told_no_more_than_that_it_is_noted(client, products):
    one, two, *_ = products
    answer = client.post(f"/products/{one.sku}/marks/", {"look": two.sku}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert Mark.objects.get().other == two
    assert "Noted. Thank you" not in client.get(one.get_absolute_url()).content.decode()


def test_a_senseless_mark_is_refused(client, products):
    one, two, *_ = products
    assert say(client, one, one).status_code == 404
    assert say(client, one, two, "ugly").status_code == 400
    assert client.get(f"/products/{one.sku}/marks/").status_code == 405
    assert client.post(f"/products/{one.sku}/marks/").status_code == 400
    assert not Mark.objects.exists()


def test_every_similar_product_can_be_marked(client, products):
    page = client.get(products[0].get_absolute_url()).content.decode()
    similar = panels_of(products[0], [])[SIMILAR]
    assert page.count('name="look"') == len(similar) > 0
