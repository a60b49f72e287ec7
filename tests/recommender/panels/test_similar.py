"""What looks most like a product, on its page."""

import re

import pytest

from catalog.models import Product
from catalog.pictures import storage
from recommender import embedding
from recommender.neighbours import similar_to_product
from recommender.panels import SIMILAR, panels_of
from tests.factories import CategoryFactory, ProductFactory, searchable_products
from tests.photos import skus_in
from tests.pictures import as_file, drawing

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


def nearly_alike(**values: list[str]) -> list[Product]:
    """Products that look nearly the same, each with its own of the values."""
    names, columns = list(values), zip(*values.values(), strict=True)
    products = [
        ProductFactory(file=as_file(drawing(7), quality=68 + number), **dict(zip(names, column, strict=True)))
        for number, column in enumerate(columns)
    ]
    embedding.embed_products([product.pk for product in products])
    return products


def test_where_enough_is_for_the_same_gender_nothing_else_stands_beside_it():
    woman, man, *_ = nearly_alike(gender=["Women", "Men"] * 14)
    for product in (woman, man):
        assert {card.product.gender for card in panels_of(product, [])[SIMILAR]} == {product.gender}


def test_where_too_little_is_for_the_same_gender_others_follow_and_those_for_everyone_come_first():
    girl, *_ = nearly_alike(gender=["Girls"] * 4 + ["Men", "Unisex"] * 5)
    genders = [card.product.gender for card in panels_of(girl, [])[SIMILAR]]
    assert genders == ["Girls"] * 3 + ["Unisex"] * 5 + ["Men"] * 4


def test_type_and_colour_decide_among_what_looks_nearly_the_same():
    shirts, tops = CategoryFactory(name="Shirts"), CategoryFactory(name="Tops")
    products = nearly_alike(category=[tops, tops, shirts, shirts] * 2, base_colour=["Red", "Blue"] * 4)
    kinds = [(card.product.category, card.product.base_colour) for card in panels_of(products[0], [])[SIMILAR]]
    assert kinds == [(tops, "Red")] + [(tops, "Blue")] * 2 + [(shirts, "Red")] * 2 + [(shirts, "Blue")] * 2


def test_the_look_alone_decides_where_nothing_is_known():
    product, *_ = nearly_alike(gender=["Women"] + [""] * 14)
    shown = [card.product for card in panels_of(product, [])[SIMILAR]]
    assert shown == [match.product for match in similar_to_product(product, 12)]


def test_one_picture_of_sixty_products_crowds_nothing_out():
    product = searchable_products(16)[0]
    same, near = storage.store(as_file(drawing(1000)), ".jpg"), storage.store(as_file(drawing(1001)), ".jpg")
    twins = [ProductFactory(stored=same) for _ in range(60)]
    copies = [ProductFactory(stored=near) for _ in range(60)]
    embedding.embed_products([one.pk for one in [*twins, *copies]])
    for one in (twins[7], copies[7]):
        cards = panels_of(one, [])[SIMILAR]
        digests = [card.product.image_digest for card in cards]
        assert len(set(digests)) == len(cards) == 12
        assert one.image_digest not in digests
        assert len(similar_to_product(one, 12)) == 12
    cards = panels_of(product, [])[SIMILAR]
    assert len(cards) == 12
    found = similar_to_product(product, 17)
    assert len({match.product.image_digest for match in found}) == len(found) == 17


def test_a_product_that_is_embedded_or_cannot_be_is_not_looked_at_any_more(client):
    alone, twin = ProductFactory(look=1), ProductFactory(look=1)
    torn = ProductFactory(file=b"torn")
    embedding.embed_products([alone.pk, twin.pk, torn.pk])
    for product, words in ((alone, "Nothing else in the shop"), (torn, "cannot be looked at")):
        page = client.get(f"/products/{product.sku}/").content.decode()
        assert words in page
        assert "still looking" not in page


def test_a_product_that_is_not_embedded_yet_says_so(client):
    searchable_products(2)
    assert "still looking" in client.get(f"/products/{ProductFactory().sku}/").content.decode()
    without = ProductFactory(image="", image_digest="")
    assert "has a picture" in client.get(f"/products/{without.sku}/").content.decode()


def test_a_product_whose_picture_changed_is_in_no_panel(client):
    first, second = searchable_products(2)
    Product.objects.filter(pk=second.pk).update(image_digest="f" * 64)
    assert skus_in(client.get(f"/products/{first.sku}/")) == []


@pytest.mark.parametrize("setting", ["last", "mixed", "hide"])
def test_what_is_sold_out_is_last_or_hidden_or_neither(client, settings, setting):
    settings.SOLD_OUT = setting
    product, *_ = nearly_alike(name=[f"Gown {number}" for number in range(5)])
    best = [match.product.sku for match in similar_to_product(product, 12)]
    Product.objects.filter(sku=best[0]).update(availability="out_of_stock")
    after = {"last": [*best[1:], best[0]], "mixed": best, "hide": best[1:]}[setting]
    assert [card.product.sku for card in panels_of(product, [])[SIMILAR]] == after
    found = skus_in(client.get(f"/search/photo/?like={product.sku}"))
    assert [sku for sku in found if sku != product.sku] == after
