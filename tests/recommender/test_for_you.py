"""Recommendations from what this browser has seen, and nothing else."""

import pytest
from django.http import QueryDict

from recommender import neighbours
from recommender.explore import Wander
from recommender.for_you import for_you
from tests.factories import ProductFactory, searchable_products

pytestmark = pytest.mark.django_db


@pytest.fixture
def products():
    return searchable_products(60)


@pytest.fixture
def ordinary(products) -> list[str]:
    """The skus of the wall of a shopper who has taken to nothing yet, as many as are recommended."""
    return [tile.product.sku for tile in Wander(QueryDict()).tiles()][:24]


def test_recommendations_are_near_what_was_seen_and_show_none_of_it(products):
    seen = [product.pk for product in products[:4]]
    shown = [card.product for card in for_you(seen)]
    assert not {product.pk for product in shown} & set(seen)
    nearest = neighbours.similar_to_product(products[0], 10)
    assert {match.product for match in nearest if match.product.pk not in seen} & set(shown[:6])


def test_without_history_the_recommendations_are_diverse(ordinary):
    assert [card.product.sku for card in for_you([])] == ordinary
    assert [card.product.sku for card in for_you([ProductFactory().pk])] == ordinary


def test_the_home_page_recommends_by_what_this_browser_has_seen(client, products, django_assert_max_num_queries):
    assert "Look around" in client.get("/").content.decode()
    for product in products[:3]:
        client.get(product.get_absolute_url())
    with django_assert_max_num_queries(11):
        page = client.get("/").content.decode()
    assert "For you" in page
    recommended = page[page.index("For you") : page.index("New in")]
    assert not any(f'data-sku="{product.sku}"' in recommended for product in products[:3])
