"""What looks most like a product, on its page."""

import re

import pytest

from catalog.models import Product, SimilarPanel
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


def shown_beside(product: Product) -> list[Product]:
    return [card.product for card in panels_of(product, [])[SIMILAR]]


def over_rest(client, product: Product, count: str = "") -> list[str]:
    answer = client.get(f"/api/v1/products/{product.sku}/similar/{count}")
    return [match["product"]["sku"] for match in answer.json()["results"]]


def test_staff_say_how_many_stand_beside_a_product(client):
    product, *_ = searchable_products(20)
    SimilarPanel.objects.create(pk=1, most=5)
    assert len(shown_beside(product)) == 5
    assert len(over_rest(client, product)) == 5
    assert len(over_rest(client, product, "?limit=8")) == 8


@pytest.mark.parametrize(
    ("panel", "values", "beside"),
    [
        ({"same_gender": True}, {"gender": ["Girls", "Men", "Girls", "Unisex", "", "Men"]}, [2, 3, 4]),
        ({"same_gender": True}, {"gender": ["Unisex", "Men", "Girls"]}, [1, 2]),
        ({"in_stock": True}, {"availability": ["", "out_of_stock", "in_stock", "preorder", ""]}, [2, 3, 4]),
        (
            {"price_factor": 2},
            {"price": [20, 9, 10, 40, 41, None, 20], "currency": ["EUR"] * 5 + ["", "USD"]},
            [2, 3],
        ),
        ({"price_factor": 2}, {"price": [None, 9, 10], "currency": ["", "EUR", "EUR"]}, [1, 2]),
        ({"price_factor": 2}, {"price": [20, 80], "sale_price": [None, 30], "currency": ["EUR", "EUR"]}, [1]),
    ],
)
def test_what_staff_rule_out_stands_beside_nothing(client, panel, values, beside):
    product, *others = nearly_alike(**values)
    SimilarPanel.objects.create(pk=1, **panel)
    allowed = {others[number - 1].sku for number in beside}
    assert {one.sku for one in shown_beside(product)} == allowed
    assert set(over_rest(client, product)) == allowed


def test_a_narrow_panel_stays_full_where_the_nearest_are_ruled_out(client):
    others = [ProductFactory(look=number, gender="Men") for number in range(1, 15)]
    product, *_ = nearly_alike(gender=["Men"] + ["Women"] * 90)
    embedding.embed_products([other.pk for other in others])
    SimilarPanel.objects.create(pk=1, same_gender=True)
    assert [one.gender for one in shown_beside(product)] == ["Men"] * 12
    assert len(over_rest(client, product)) == 12


def test_sold_out_products_are_last_over_rest_too(client, settings):
    product, *_ = nearly_alike(availability=["", "out_of_stock"] + ["in_stock"] * 13)
    settings.SOLD_OUT = "last"
    sold_out = Product.objects.get(availability="out_of_stock").sku
    assert sold_out not in over_rest(client, product)
    assert over_rest(client, product, "?limit=20")[-1] == sold_out
    settings.SOLD_OUT = "hide"
    assert sold_out not in over_rest(client, product, "?limit=20")


def test_the_settings_are_one_row_of_the_administration(admin_client, client):
    page = "/admin/catalog/similarpanel/"
    shown = admin_client.get(page, follow=True).content.decode()
    assert 'name="most" value="12"' in shown
    assert admin_client.get(f"{page}add/").status_code == 403
    values = {"most": "6", "same_gender": "on", "price_factor": "0.5"}
    assert "greater than or equal to 1" in admin_client.post(f"{page}1/change/", values).content.decode()
    admin_client.post(f"{page}1/change/", values | {"price_factor": "1.5"})
    assert SimilarPanel.objects.filter(pk=1, most=6, same_gender=True, in_stock=False, price_factor="1.5").exists()
