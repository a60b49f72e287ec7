"""What looks most like a product, on its page."""

import re

import pytest

from catalog.models import Product
from recommender import embedding
from recommender.neighbours import similar_to_product
from recommender.panels import SIMILAR, panels_of
from tests.factories import CategoryFactory, ProductFactory, searchable_products
from tests.photos import skus_in

pytestmark = pytest.mark.django_db


def test_cards_say_what_they_share_with_the_product():
    shirts = CategoryFactory(name="Shirts")
    names = ("Puma Striped Shirt", "Arrow Men Stripes", "Arrow Checked")
    first, second, third = (ProductFactory(category=shirts, base_colour="Red", name=name) for name in names)
    Product.objects.filter(pk=third.pk).update(base_colour="Blue")
    embedding.embed_products([first.pk, second.pk, third.pk])
    similar = panels_of(first, [])[SIMILAR]
    assert {card.product: card.shared for card in similar} == {second: "Shirts · Red · striped", third: "Shirts"}


def test_the_panel_shows_twelve_others_best_first(client):
    product = searchable_products(20)[7]
    response = client.get(f"/products/{product.sku}/")
    assert skus_in(response) == [match.product.sku for match in similar_to_product(product, 12)]
    assert product.sku not in skus_in(response)
    percents = [int(number) for number in re.findall(r"(\d+) % similar", response.content.decode())]
    assert len(percents) == 12
    assert percents == sorted(percents, reverse=True)


def test_a_product_that_is_not_embedded_yet_says_so(client):
    searchable_products(2)
    assert "still looking" in client.get(f"/products/{ProductFactory().sku}/").content.decode()
    without = ProductFactory(image="", image_digest="")
    assert "has a picture" in client.get(f"/products/{without.sku}/").content.decode()


def test_a_product_whose_picture_changed_is_in_no_panel(client):
    first, second = searchable_products(2)
    Product.objects.filter(pk=second.pk).update(image_digest="f" * 64)
    assert skus_in(client.get(f"/products/{first.sku}/")) == []
