"""Every attribute of the table, in all the places that go by it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import models
from django.test import Client

from catalog.attributes import ATTRIBUTES, CATEGORY_LEVELS, NAMES, Attribute
from catalog.importing import publishing, variants
from catalog.importing.advancing import advance, import_catalog
from catalog.importing.jobs import undo
from catalog.importing.models import ImportJob
from catalog.importing.offers import COLUMNS
from catalog.importing.reading import FIELDS, guess_mapping
from catalog.models import CatalogVersion, Product
from recommender.embedding import embed_products
from recommender.measuring.products import LABELS, load_products
from tests.pages import skus
from tests.pictures import write_catalogue

pytestmark = pytest.mark.django_db


@pytest.fixture(params=ATTRIBUTES, ids=NAMES)
def attribute(request) -> Attribute:
    return request.param


@pytest.fixture
def values(attribute) -> tuple[str, str]:
    is_number = isinstance(Product._meta.get_field(attribute.name), models.IntegerField)
    return ("2019", "2020") if is_number else ("Velvet", "Linen")


@pytest.fixture
def files(attribute, values, tmp_path) -> tuple[Path, Path]:
    """A catalogue of two products, 1 and 2, that the attribute tells apart."""
    styles, images = write_catalogue(tmp_path, 2)
    rows = "".join(f"{sku},{value}\n" for sku, value in enumerate(values, 1))
    styles.write_text(f"id,{attribute.columns[0]}\n{rows}")
    return styles, images


@pytest.fixture
def shop(files) -> ImportJob:
    """The two products, imported and searchable."""
    job = import_catalog(*files)
    embed_products(list(Product.objects.values_list("pk", flat=True)))
    return job


@pytest.fixture
def page(client: Client) -> Callable[[str], str]:
    def read(address: str) -> str:
        response = client.get(address)
        assert response.status_code == 200
        return response.content.decode()

    return read


def test_each_is_a_field_and_has_columns_of_its_own():
    assert {field.name for field in Product._meta.fields} >= set(NAMES)
    columns = [column for known in FIELDS.values() for column in known]
    assert len(columns) == len(set(columns))
    others = ("age_group", *variants.PICTURES, *COLUMNS, *variants.COLUMNS, *publishing.COLUMNS)
    assert FIELDS.keys() == {"sku", "name", *CATEGORY_LEVELS, *NAMES, *others}


def test_a_file_may_call_it_by_any_of_its_names(attribute):
    for column in attribute.columns:
        assert guess_mapping(["id", column.title()]) == {"sku": 0, attribute.name: 1}


def test_an_import_brings_it_and_takes_it_back(attribute, values, files, shop):
    styles, images = files
    styles.write_text(styles.read_text().replace(f"1,{values[0]}", f"1,{values[1]}"))
    second = import_catalog(styles, images)
    assert Product.objects.get(sku="1").attributes[attribute] == values[1]
    undo(second)
    advance()
    assert Product.objects.get(sku="1").attributes[attribute] == values[0]


def test_the_same_again_changes_nothing_and_an_empty_cell_leaves_it_unknown(attribute, values, files, shop):
    styles, images = files
    assert import_catalog(styles, images).unchanged == 2
    styles.write_text(styles.read_text().replace(f"1,{values[0]}", "1,"))
    assert import_catalog(styles, images).updated == 1
    assert Product.objects.get(sku="1").attributes[attribute] == ""


def test_an_import_from_before_it_was_known_can_be_undone(attribute, values, files, shop):
    styles, images = files
    styles.write_text("id,name\n1,Gown\n")
    second = import_catalog(styles, images)
    change = second.changes.get()
    del change.before[attribute.name]
    change.save()
    undo(second)
    advance()
    product = Product.objects.get(sku="1")
    assert (product.name, product.attributes[attribute]) == ("", values[0])


def test_the_shop_is_narrowed_by_it_and_says_how_many_there_are(attribute, values, shop, client, page):
    address = f"/products/?{attribute.name}={values[0]}"
    assert skus(client, address) == {"1"}
    assert f"<summary>{attribute.label}</summary>" in page("/products/")
    assert f'aria-label="Remove {values[0]}"' in page(address)
    assert page(address).count(f"<span>{values[1]}</span>") == 1
    Product.objects.update(**{attribute.name: values[1]})
    assert f"<span>{values[0]}</span>" not in page("/products/")


def test_words_find_it(attribute, values, shop, client):
    assert skus(client, f"/products/?q={values[0]}") == ({"1"} if attribute.is_searched else set())


def test_a_product_tells_it(attribute, values, shop, client, page):
    address = f"/products/?{attribute.name}={values[0]}"
    assert f'href="{address}"' in page("/products/1/")
    client.post("/products/1/favourite/")
    compared = " ".join(page("/favourites/").split())
    assert f"<dt>{attribute.label}</dt>" in compared
    assert f"{values[0]} </dd>" in compared


def test_the_rest_api_tells_it_and_is_narrowed_by_it(attribute, values, shop, client):
    answer = client.get(f"/api/v1/products/?{attribute.name}={values[0]}").json()
    assert [str(product[attribute.name]) for product in answer["results"]] == [values[0]]
    schema = client.get("/api/v1/schema/").json()
    assert attribute.name in [one["name"] for one in schema["paths"]["/api/v1/products/"]["get"]["parameters"]]


def test_the_administration_is_narrowed_by_it(attribute, values, shop, admin_client):
    products = admin_client.get("/admin/catalog/product/", {attribute.name: values[0]}).context["cl"]
    assert [product.sku for product in products.result_list] == ["1"]


def test_photo_search_is_narrowed_by_it_and_guesses_what_can_be_guessed(attribute, values, shop, page):
    address = "/search/photo/?like=1"
    found = page(address)
    assert f"<summary>{attribute.label}</summary>" in found
    assert f"<span>{values[1]}</span>" in found
    assert (f"{values[0]} <span" in found) == attribute.is_guessed
    # Beside the product that is searched with, only the other one.
    assert page(f"{address}&{attribute.name}={values[1]}").count('data-sku="1"') == 1
    assert page(f"{address}&{attribute.name}={values[1]}").count('data-sku="2"') == 1


def test_every_change_of_it_is_noted(attribute, values, shop):
    version = CatalogVersion.now()
    Product.objects.filter(sku="1").update(**{attribute.name: values[1]})
    assert CatalogVersion.now() != version


def test_training_learns_it_where_it_has_a_weight(attribute, values, files):
    assert (attribute.name in LABELS) == (attribute.training_weight > 0)
    if attribute.training_weight:
        assert set(load_products(*files).classes[LABELS.index(attribute.name)]) == set(values)
