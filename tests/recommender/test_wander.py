"""The wall and the home page's recommendations: diverse at first, then around what the shopper takes to."""

import re

import numpy as np
import pytest
from django.http import QueryDict

from recommender import neighbours
from recommender.diversity import farthest_points
from recommender.explore import TILES, Wander
from recommender.for_you import for_you
from tests.factories import ProductFactory, searchable_products

pytestmark = pytest.mark.django_db


@pytest.fixture
def products():
    return searchable_products(60)


def wall(query: str = "") -> list[str]:
    return [tile.product.sku for tile in Wander(QueryDict(query)).tiles()]


def test_farthest_points_take_one_of_each_cluster_before_a_second_of_any():
    centres = np.eye(6)
    vectors = np.concatenate([centres + np.random.default_rng(n).normal(0, 0.01, (6, 6)) for n in range(5)])
    chosen = farthest_points(vectors, 6)
    assert {row % 6 for row in chosen} == set(range(6))
    assert sorted(farthest_points(vectors, 99)) == list(range(30))


def test_the_wall_begins_diverse_and_is_the_same_for_the_same_address(products):
    skus = wall()
    assert len(skus) == len(set(skus)) == TILES
    assert wall() == skus


def test_a_click_gathers_the_wall_around_the_picture(products):
    wanted = products[7]
    near = [match.product.sku for match in neighbours.similar_to_product(wanted, 5)]
    first, *others = wall(f"like={wanted.sku}")
    assert first == wanted.sku
    assert set(near) <= set(others)
    assert wanted.sku not in others


def test_less_like_this_moves_away(products):
    unwanted = products[7]
    near = {match.product.sku for match in neighbours.similar_to_product(unwanted, 5)}
    assert not ({unwanted.sku} | near) & set(wall(f"less={unwanted.sku}"))
    liked = products[8]
    assert unwanted.sku not in wall(f"like={liked.sku}&less={unwanted.sku}")


def test_each_tile_leads_on_from_where_the_shopper_is(client, products):
    page = client.get("/explore/", {"like": products[0].sku, "less": products[1].sku})
    addresses = re.findall(r'href="(/explore/\?[^"]+)"', page.content.decode())
    assert len(addresses) == 2 * TILES
    assert all(products[0].sku in address for address in addresses[2:])
    assert client.get(addresses[5].replace("&amp;", "&")).status_code == 200


@pytest.mark.parametrize("query", ["like=unknown", "less=%00", "like=&less=", "like=a&" * 50])
def test_a_strange_address_still_shows_a_wall(products, query):
    assert len(wall(query)) == TILES


def test_an_empty_shop_has_an_empty_wall(client):
    assert wall() == []
    assert client.get("/explore/").status_code == 200
    assert for_you([]) == []


def test_recommendations_are_near_what_was_seen_and_show_none_of_it(products):
    seen = [product.pk for product in products[:4]]
    shown = [card.product for card in for_you(seen)]
    assert not {product.pk for product in shown} & set(seen)
    nearest = neighbours.similar_to_product(products[0], 10)
    assert {match.product for match in nearest if match.product.pk not in seen} & set(shown[:6])


def test_without_history_the_recommendations_are_diverse(products):
    assert [card.product.sku for card in for_you([])] == wall()[:24]
    assert [card.product.sku for card in for_you([ProductFactory().pk])] == wall()[:24]


def test_the_home_page_recommends_by_what_this_browser_has_seen(client, products, django_assert_max_num_queries):
    assert "Look around" in client.get("/").content.decode()
    for product in products[:3]:
        client.get(product.get_absolute_url())
    with django_assert_max_num_queries(10):
        page = client.get("/").content.decode()
    assert "For you" in page
    recommended = page[page.index("For you") : page.index("New in")]
    assert not any(f'data-sku="{product.sku}"' in recommended for product in products[:3])
