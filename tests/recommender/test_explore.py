"""The wall: diverse at first, then around what the shopper takes to."""

import re

import pytest
from django.http import QueryDict

from recommender import neighbours
from recommender.explore import TILES, Wander
from recommender.for_you import for_you
from tests.factories import searchable_products

pytestmark = pytest.mark.django_db


@pytest.fixture
def products():
    return searchable_products(60)


def wall(query: str = "") -> list[str]:
    return [tile.product.sku for tile in Wander(QueryDict(query)).tiles()]


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


@pytest.mark.parametrize("query", ["like=unknown", "like=&less=", "like=a&" * 50])
def test_a_strange_address_still_shows_a_wall(products, query):
    assert len(wall(query)) == TILES


def test_an_empty_shop_has_an_empty_wall(client):
    assert wall() == []
    assert client.get("/explore/").status_code == 200
    assert for_you([]) == []
