"""The panels of a product's page: nothing twice, copies folded, colours apart, company that fits, what was seen."""

import re

import pytest
from django.test import Client

from catalog.models import Product
from catalog.pictures import storage
from recommender import embedding
from recommender.panels import SIMILAR, panels_of
from tests.factories import CategoryFactory, ProductFactory, searchable_products
from tests.pictures import as_file, drawing

pytestmark = pytest.mark.django_db


def shown(product: Product, seen: list[int] | None = None) -> dict[str, list[Product]]:
    return {panel.name: [card.product for card in cards] for panel, cards in panels_of(product, seen or []).items()}


@pytest.fixture
def wardrobe() -> list[Product]:
    """Men's shirts, trousers and shoes for every day, and a pair for women."""
    top = CategoryFactory(name="Apparel")
    shirts = CategoryFactory(name="Shirts", parent=CategoryFactory(name="Topwear", parent=top))
    trousers = CategoryFactory(name="Trousers", parent=CategoryFactory(name="Bottomwear", parent=top))
    shoes = CategoryFactory(name="Casual Shoes", parent=CategoryFactory(name="Shoes", parent=CategoryFactory()))
    common = {"usage": "Casual", "season": "Fall", "gender": "Men"}
    products = [
        *ProductFactory.create_batch(3, category=shirts, base_colour="Red", name="Puma Red Shirt", **common),
        *ProductFactory.create_batch(30, category=trousers, base_colour="Black", **common),
        *ProductFactory.create_batch(30, category=shoes, base_colour="Green", **common),
        *ProductFactory.create_batch(2, category=shoes, base_colour="Red", **common | {"gender": "Women"}),
    ]
    embedding.embed_products([product.pk for product in products])
    return products


def test_no_product_stands_in_two_panels_and_its_own_in_none(wardrobe):
    product = wardrobe[0]
    found = shown(product, [other.pk for other in wardrobe])
    everything = [other for cards in found.values() for other in cards]
    assert len(everything) == len(set(everything)) > 12
    assert product not in everything
    assert len(found["seen"]) == 8


def test_the_same_picture_under_other_numbers_is_one_card():
    product, other = searchable_products(2)
    content = as_file(drawing(4711))
    copies = ProductFactory.create_batch(3)
    for copy in copies:
        copy.image, copy.image_digest = storage.store(content, ".jpg")
        copy.save()
    twin = ProductFactory(image=product.image.name, image_digest=product.image_digest)
    embedding.embed_products([*(copy.pk for copy in copies), twin.pk])
    similar = panels_of(product, [])[SIMILAR]
    assert {card.product for card in similar} - set(copies) == {other}
    (folded,) = [card for card in similar if card.product in copies]
    assert len(folded.copies) == 2
    assert {folded.product, *folded.copies} == set(copies)


def test_the_same_design_in_other_colours_has_a_panel_of_its_own(wardrobe):
    product, *_ = wardrobe
    # The same shape: the product's own drawing, saved another time.
    blue, green, second_blue = (
        ProductFactory(
            category=product.category,
            base_colour=colour,
            name=f"Puma {colour} Shirt",
            file=as_file(drawing(int(product.sku[1:])), quality=quality),
        )
        for colour, quality in (("Blue", 60), ("Green", 65), ("Blue", 70))
    )
    another = ProductFactory(category=product.category, base_colour="White", name="Wrangler Western Denim")
    embedding.embed_products([blue.pk, green.pk, second_blue.pk, another.pk])
    found = shown(product)["colours"]
    assert green in found
    assert len({blue, second_blue} & set(found)) == 1
    assert another not in found


def test_company_is_of_other_kinds_and_fits_person_usage_season_and_colour(wardrobe):
    product = wardrobe[0]
    found = shown(product)["companions"]
    assert {companion.category.name for companion in found} <= {"Trousers"}
    Product.objects.filter(base_colour="Green").update(base_colour="White")
    found = shown(product)["companions"]
    assert all((companion.gender, companion.usage) == ("Men", "Casual") for companion in found)
    assert all(companion.category != product.category for companion in found)


def test_cards_say_what_they_share_with_the_product():
    shirts = CategoryFactory(name="Shirts")
    names = ("Puma Striped Shirt", "Arrow Men Stripes", "Arrow Checked")
    first, second, third = (ProductFactory(category=shirts, base_colour="Red", name=name) for name in names)
    Product.objects.filter(pk=third.pk).update(base_colour="Blue")
    embedding.embed_products([first.pk, second.pk, third.pk])
    similar = panels_of(first, [])[SIMILAR]
    assert {card.product: card.shared for card in similar} == {second: "Shirts · Red · striped", third: "Shirts"}


def test_what_a_browser_has_seen_is_remembered_by_itself_alone(client, wardrobe):
    for product in wardrobe[-3:]:
        client.get(product.get_absolute_url())
    page = client.get(wardrobe[0].get_absolute_url()).content.decode()
    recent = page[page.index("Recently seen") :]
    seen = re.findall(r'data-sku="([^"]*)"', recent)
    assert seen[0] in {product.sku for product in wardrobe[-3:]}
    assert "Recently seen" not in Client().get(wardrobe[0].get_absolute_url()).content.decode()
    forger = Client()
    forger.cookies["seen"] = f"{wardrobe[-1].pk}:forged"
    assert "Recently seen" not in forger.get(wardrobe[0].get_absolute_url()).content.decode()


def test_a_product_page_asks_few_queries(client, wardrobe, django_assert_max_num_queries):
    client.get(wardrobe[-1].get_absolute_url())
    with django_assert_max_num_queries(10):
        client.get(wardrobe[0].get_absolute_url())
