"""All panels of a product's page together."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalog.models import Product
from recommender import panels
from recommender.panels.panel import Panel
from tests.panels import shown

pytestmark = pytest.mark.django_db


def test_no_product_stands_in_two_panels_and_its_own_in_none(wardrobe):
    product = wardrobe[0]
    found = shown(product, [other.pk for other in wardrobe])
    everything = [other for cards in found.values() for other in cards]
    assert len(everything) == len(set(everything)) > 12
    assert product not in everything
    assert len(found["seen"]) == 8


def test_a_product_page_asks_few_queries(client, wardrobe, django_assert_max_num_queries):
    client.get(wardrobe[-1].get_absolute_url())
    with django_assert_max_num_queries(17):
        client.get(wardrobe[0].get_absolute_url())


def test_products_are_read_once_and_only_those_that_are_shown(wardrobe):
    with CaptureQueriesContext(connection) as queries:
        cards = [card for cards in panels.panels_of(wardrobe[0], []).values() for card in cards]
    (read,) = [query["sql"] for query in queries if '"catalog_product"."name"' in query["sql"]]
    asked = {int(number) for number in re.search(r'"catalog_product"."id" IN \(([\d, ]+)\)', read)[1].split(", ")}
    assert asked == {product.pk for card in cards for product in (card.product, *card.copies, *card.colours)}


def test_another_panel_is_one_object_and_its_template(
    client, wardrobe, settings, tmp_path, monkeypatch, django_assert_max_num_queries
):
    template = tmp_path / "recommender" / "panels" / "rest.html"
    template.parent.mkdir(parents=True)
    template.write_text('<h2>{{ panel.title }}</h2>{% include "recommender/panels/_rail.html" %}')
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]}]
    ids = [product.pk for product in wardrobe]
    rest = Panel("rest", "All the rest", lambda page: [pk for pk in ids if pk not in page.taken])
    monkeypatch.setattr(panels, "PANELS", (*panels.PANELS, rest))
    Product.objects.filter(pk=ids[-1]).update(archived_at=timezone.now())
    with django_assert_max_num_queries(17):
        page = client.get(wardrobe[0].get_absolute_url()).content.decode()
    above, below = page.split("<h2>All the rest</h2>")
    skus = [re.findall(r'data-sku="([^"]*)"', part) for part in (above, below)]
    assert sorted([wardrobe[0].sku, *skus[0], *skus[1]]) == sorted(product.sku for product in wardrobe[:-1])
