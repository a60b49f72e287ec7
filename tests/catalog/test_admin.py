"""The administration: who gets in, and what it does to products and categories."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from PIL import Image

from catalog.models import CatalogVersion, Product, ProductDescription
from catalog.querysets import ProductQuerySet
from catalog.words.understanding import understand
from recommender import embedding
from recommender.models import EmbeddingFailure
from tests.factories import CategoryFactory, ProductFactory, give_further, searchable_products
from tests.pages import NO_INLINES
from tests.pictures import as_file, drawing

pytestmark = pytest.mark.django_db
MODELS = ("catalog_category", "catalog_product", "importing_importjob", "importing_importissue")
EMBEDDING_MODELS = ("recommender_encoder", "recommender_embeddingfailure")


def matching(words: str) -> ProductQuerySet:
    return Product.objects.matching(understand(words, CatalogVersion.now()).query)


def fields(product: Product, **changes: object) -> dict[str, object]:
    return {
        "sku": product.sku,
        "name": product.name,
        "gender": "",
        "category": "",
        "base_colour": "",
        "season": "",
        "year": "",
        "usage": "",
        **NO_INLINES,
        **changes,
    }


@pytest.mark.parametrize("model", MODELS + EMBEDDING_MODELS)
def test_only_staff_get_in(client, admin_client, model):
    searchable_products(1)
    address = reverse(f"admin:{model}_changelist")
    assert client.get(address).status_code == 302
    client.force_login(get_user_model().objects.create_user("shopper"))
    assert client.get(address).status_code == 302
    assert admin_client.get(address).status_code == 200


def test_a_new_product_with_a_picture_is_embedded(admin_client, django_capture_on_commit_callbacks):
    upload = SimpleUploadedFile("photo.png", as_file(drawing(1), "PNG"))
    category = CategoryFactory(name="Kilts")
    product = Product(sku="77", name="Tartan")
    with django_capture_on_commit_callbacks(execute=True):
        response = admin_client.post(
            reverse("admin:catalog_product_add"), fields(product, image=upload, category=category.pk)
        )
    assert response.status_code == 302
    product = Product.objects.get(sku="77")
    assert product.image.read() == as_file(drawing(1), "PNG")
    assert product.pk in embedding.waiting_ids()
    assert list(matching("kilt tartan")) == [product]


def test_another_picture_is_embedded_again_and_no_picture_is_not(admin_client):
    (product,) = searchable_products(1)
    address = reverse("admin:catalog_product_change", args=[product.pk])
    assert embedding.waiting_ids() == []
    admin_client.post(address, fields(product, name="Renamed"))
    assert embedding.waiting_ids() == []
    admin_client.post(address, fields(product, image=SimpleUploadedFile("b.jpg", as_file(drawing(4321)))))
    assert embedding.waiting_ids() == [product.pk]
    admin_client.post(address, fields(product, **{"image-clear": "on"}))
    assert embedding.waiting_ids() == []
    assert Product.objects.get().image_digest == ""


def test_a_file_that_is_no_picture_is_refused(admin_client):
    upload = SimpleUploadedFile("photo.jpg", b"<?php")
    response = admin_client.post(reverse("admin:catalog_product_add"), fields(Product(sku="1"), image=upload))
    assert "This file is not a JPEG" in response.content.decode()
    assert not Product.objects.exists()


def pictures_kept(product: Product) -> dict[str, object]:
    """What the form of a product tells of its further pictures where nobody touched them."""
    further = list(product.further_pictures.all())
    values = (("id", "pk"), ("product", "product_id"), ("place", "position"))
    told = {
        f"further_pictures-{number}-{name}": getattr(one, field)
        for number, one in enumerate(further)
        for name, field in values
    }
    return {**told, **dict.fromkeys(("further_pictures-TOTAL_FORMS", "further_pictures-INITIAL_FORMS"), len(further))}


def test_a_further_picture_that_becomes_the_products_own_is_there_once(admin_client):
    product = ProductFactory()
    give_further(product, drawing(71), drawing(72))
    upload = SimpleUploadedFile("photo.jpg", as_file(drawing(71)))
    address = reverse("admin:catalog_product_change", args=[product.pk])
    admin_client.post(address, fields(product, image=upload, **pictures_kept(product)))
    product.refresh_from_db()
    assert [one.image.read() for one in product.pictures] == [as_file(drawing(71)), as_file(drawing(72))]


def test_whoever_saves_pictures_that_others_changed_meanwhile_is_told_so(admin_client):
    product = ProductFactory()
    give_further(product, drawing(71), drawing(72))
    shown = pictures_kept(product)
    give_further(product, drawing(73))
    address = reverse("admin:catalog_product_change", args=[product.pk])
    assert "changed elsewhere meanwhile" in admin_client.post(address, fields(product, **shown)).content.decode()
    assert [one.image.read() for one in product.further_pictures.all()] == [as_file(drawing(73))]


def test_a_description_is_written_changed_and_taken_away(admin_client):
    product = ProductFactory(description="Soft\nand warm")
    address = reverse("admin:catalog_product_change", args=[product.pk])
    assert "Soft\nand warm</textarea>" in admin_client.get(address).content.decode()
    for text in ("Silk", ""):
        assert admin_client.post(address, fields(product, description=text)).status_code == 302
        assert list(ProductDescription.objects.values_list("text", flat=True)) == list(filter(None, [text]))
    response = admin_client.post(address, fields(product, description="a" * 5001))
    assert "at most 5000 characters" in response.content.decode()


def test_a_renamed_category_is_found_by_its_new_name(admin_client):
    category = CategoryFactory(name="Kilts")
    product = ProductFactory(category=category)
    address = reverse("admin:catalog_category_change", args=[category.pk])
    admin_client.post(address, {"name": "Skirts", "parent": ""})
    assert list(matching("skirt")) == [product]
    assert not matching("kilt").exists()


def test_failures_show_their_reason_and_can_be_tried_again(admin_client):
    product = ProductFactory(file=b"not a picture")
    embedding.embed_products([product.pk])
    address = reverse("admin:recommender_embeddingfailure_changelist")
    assert "This file is not a JPEG" in admin_client.get(address).content.decode()
    assert embedding.waiting_ids() == []
    chosen = [EmbeddingFailure.objects.get().pk]
    admin_client.post(address, {"action": "try_again", "_selected_action": chosen})
    assert embedding.waiting_ids() == [product.pk]


def test_a_failure_leads_to_the_picture_that_failed(admin_client):
    product = ProductFactory()
    (plain,) = give_further(product, Image.new("RGB", (60, 80), "white"))
    embedding.embed_products([product.pk])
    page = admin_client.get(reverse("admin:recommender_embeddingfailure_changelist")).content.decode()
    assert f'href="{plain.image.url}"' in page
    assert product.image.url not in page


def test_the_first_administrator_is_made_once(capsys, client):
    call_command("create_admin")
    password = capsys.readouterr().out.split("password ")[1].split()[0]
    assert client.post(reverse("admin:login"), {"username": "admin", "password": password}).status_code == 302
    call_command("create_admin")
    assert capsys.readouterr().out == ""


def test_the_embedding_desk_shows_how_far_the_pictures_are(admin_client):
    searchable_products(3)
    ProductFactory()
    broken = ProductFactory(file=b"not a picture")
    embedding.embed_products([broken.pk])
    shown = admin_client.get(reverse("admin:recommender_encoder_changelist"))
    desk = shown.context["desk"]
    assert (desk["searchable"], desk["waiting"], desk["failed"]) == (3, 1, 1)
    assert desk["speed"] > 0
    assert 0 <= desk["delays"]["median"].total_seconds() <= desk["delays"]["worst"].total_seconds() < 60


def test_every_product_shows_where_its_embedding_is(admin_client):
    (searchable,) = searchable_products(1)
    broken = ProductFactory(file=b"not a picture")
    embedding.embed_products([broken.pk])
    ProductFactory()
    ProductFactory(image="", image_digest="")
    shown = admin_client.get(reverse("admin:catalog_product_changelist")).content.decode()
    for state in ("searchable", "failed: This file is not a JPEG", "queued", "no picture"):
        assert f">{state}" in shown
    assert (
        "searchable" in admin_client.get(reverse("admin:catalog_product_change", args=[searchable.pk])).content.decode()
    )


def test_archived_products_leave_the_shop_and_come_back(admin_client, client):
    (product,) = searchable_products(1)
    address = reverse("admin:catalog_product_changelist")
    admin_client.post(address, {"action": "archive", "_selected_action": [product.pk]})
    assert client.get(product.get_absolute_url()).status_code == 404
    assert product.sku not in client.get("/products/").content.decode()
    assert client.get(f"/api/v1/products/{product.sku}/similar/").status_code == 404
    admin_client.post(address, {"action": "bring_back", "_selected_action": [product.pk]})
    assert client.get(product.get_absolute_url()).status_code == 200


def test_whoever_guesses_passwords_waits_and_the_person_elsewhere_does_not(client, django_user_model):
    django_user_model.objects.create_user("merchant", password="right", is_staff=True)
    address = reverse("admin:login")
    for _ in range(10):
        answer = client.post(address, {"username": "merchant", "password": "wrong"})
    assert answer.status_code == 429
    right = {"username": "merchant", "password": "right"}
    assert client.post(address, right).status_code == 429
    assert client.post(address, right, REMOTE_ADDR="203.0.113.7").status_code == 302


def test_the_form_of_a_product_shows_its_picture_and_offers_what_products_have_already(admin_client):
    product = ProductFactory(gender="Men")
    ProductFactory.create_batch(2, gender="Women", base_colour="Sea Green")
    address = reverse("admin:catalog_product_change", args=[product.pk])
    page = admin_client.get(address).content.decode()
    assert f'src="{product.image_address}"' in page
    assert f'alt="Picture of {product.sku}"' in page
    assert (
        f'alt="Picture of {product.sku}"'
        in admin_client.get(reverse("admin:catalog_product_changelist")).content.decode()
    )
    offered = {
        name: re.findall(r'<option value="([^"]*)">', values)
        for name, values in re.findall(r'<datalist id="known-(\w+)">(.*?)</datalist>', page)
    }
    assert set(offered) == {"gender", "base_colour", "brand", "season", "usage"}
    assert offered["gender"] == ["Women", "Men"]
    assert offered["base_colour"][0] == "Sea Green"
    assert admin_client.post(address, fields(product, gender="Everyone")).status_code == 302
    assert Product.objects.get(pk=product.pk).gender == "Everyone"
    assert "Picture of" not in admin_client.get(reverse("admin:catalog_product_add")).content.decode()


@pytest.mark.parametrize(
    ("form", "field"),
    [("product", "category"), ("category", "parent"), *(("merchandisingrule", name) for name in ("product", "beside"))],
)
@pytest.mark.parametrize("value", ["abc", "\u202e1", "9" * 30, "a\0b"])
def test_what_is_no_row_is_refused_in_the_form(admin_client, form, field, value):
    address = reverse(f"admin:catalog_{form}_add")
    assert admin_client.get(address, {field: value.replace("\0", "")}).status_code == 200
    page = admin_client.post(address, {**fields(Product(sku="1")), field: value})
    assert page.status_code == 200
    assert field in page.context["adminform"].form.errors
