"""What the catalogue holds, and what the database makes sure of."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from catalog.models import CatalogVersion, Category, Product, ProductDescription
from tests.factories import CategoryFactory, ProductFactory, give_further
from tests.pictures import drawing

pytestmark = pytest.mark.django_db


def test_addresses_of_categories_are_told_apart(client):
    top = CategoryFactory(name="Shoes & Co")
    other = CategoryFactory(name="Shoes, Co")
    assert [top.get_absolute_url(), other.get_absolute_url()] == ["/c/shoes-co/", "/c/shoes-co-2/"]
    top.save()
    assert top.slug == "shoes-co"
    assert CategoryFactory(name="鞋", parent=top).get_absolute_url() == "/c/shoes-co/%E9%9E%8B/"
    assert CategoryFactory(name="???", parent=top).slug == "category"


def test_the_database_holds_what_must_hold():
    parent = CategoryFactory(name="Apparel")
    product = ProductFactory(sku="1")
    for make in (
        lambda: CategoryFactory(name="Apparel"),
        lambda: Category.objects.filter(pk=parent.pk).update(parent=parent),
        lambda: ProductFactory(sku="1"),
        lambda: Product.objects.filter(pk=product.pk).update(image_digest=""),
        lambda: Product.objects.create(sku=""),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            make()


def test_the_category_tree_stays_a_tree_of_three_levels():
    top = CategoryFactory()
    middle = CategoryFactory(parent=top)
    bottom = CategoryFactory(parent=middle)
    with pytest.raises(ValidationError, match="deeper"):
        Category(name="Too deep", parent=bottom).full_clean()
    other = CategoryFactory()
    top.parent = other
    with pytest.raises(ValidationError, match="deeper"):
        top.full_clean()
    top.parent = bottom
    with pytest.raises(ValidationError, match="below itself"):
        top.full_clean()


def test_what_pages_know_of_a_picture_before_it_has_loaded_is_no_change_of_the_catalogue():
    product = ProductFactory()

    def is_noted(**values: object) -> bool:
        version = CatalogVersion.now()
        Product.objects.filter(pk=product.pk).update(**values)
        return CatalogVersion.now() != version

    assert is_noted(name="Another name")
    assert not is_noted(name="Another name")
    assert not is_noted(image_width=480, image_height=640, image_colour="#ffffff")


def test_further_pictures_that_come_move_or_go_are_a_change_of_the_catalogue():
    product = ProductFactory()
    versions = [CatalogVersion.now()]
    give_further(product, drawing(101), drawing(102))
    versions.append(CatalogVersion.now())
    give_further(product, drawing(102), drawing(101))
    versions.append(CatalogVersion.now())
    product.further_pictures.all().delete()
    versions.append(CatalogVersion.now())
    assert len(set(versions)) == 4


@pytest.mark.django_db(transaction=True)
def test_descriptions_move_to_their_table_and_back():
    ProductFactory(sku="1", description="Soft")
    ProductFactory(sku="2")
    call_command("migrate", "catalog", "0007", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sku, description FROM catalog_product ORDER BY sku")
        assert cursor.fetchall() == [("1", "Soft"), ("2", "")]
    call_command("migrate", verbosity=0)
    assert list(ProductDescription.objects.values_list("product__sku", "text")) == [("1", "Soft")]
