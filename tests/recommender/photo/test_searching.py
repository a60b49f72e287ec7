"""A photo search from the upload to the results, and again from their address."""

import re
from itertools import islice

import pytest
from PIL import Image

from catalog.sample.catalogue import draw, sample_products
from recommender import embedding
from tests.factories import ProductFactory
from tests.photos import ADDRESS, names_in, photo_of, picture_of, reloaded, scene, shared, skus_in, upload
from tests.pictures import drawing

pytestmark = pytest.mark.django_db


def test_a_photo_of_a_product_finds_it_first(client):
    garments = [ProductFactory(file=draw(one)) for one in islice(sample_products(), 0, None, 12)]
    embedding.embed_products([product.pk for product in garments])
    for product in garments[::3]:
        response = client.post(ADDRESS, {"photo": photo_of(product)})
        assert response.status_code == 200
        assert skus_in(response)[0] == product.sku
        assert len(skus_in(response)) == 24


def test_a_changed_crop_needs_no_new_upload(client, products):
    one, two = products[4], products[9]
    photo = Image.new("RGB", (600, 400), "white")
    photo.paste(picture_of(one).resize((240, 320)), (20, 40))
    photo.paste(picture_of(two).resize((240, 320)), (340, 40))
    (name,) = names_in(upload(client, photo))
    for product, box in ((one, "2,8,44,84"), (two, "55,8,44,84")):
        assert skus_in(client.get(ADDRESS, {"photo": name, "box": box}))[0] == product.sku


def test_reload_and_share_lead_to_the_same_results_and_the_share_has_no_photo(client, products):
    response = upload(client, picture_of(products[5]))
    assert skus_in(reloaded(client, response)) == skus_in(response)
    address = shared(response)
    (name,) = names_in(response)
    assert name not in address
    other = client.get(address)
    assert skus_in(other) == skus_in(response)
    assert ".jpg" not in re.sub(r"media/[^\"]*", "", other.content.decode())


def test_the_part_that_is_searched_with_is_marked_and_after_a_reload_too(client, products):
    response = upload(client, scene(products[0]))
    for page in (response, reloaded(client, response)):
        boxes = re.findall(r'data-box="([^"]*)"([^>]*)', page.content.decode())
        assert ["aria-current" in rest for _, rest in boxes].count(True) == 1
        assert "aria-current" in boxes[0][1]


def test_a_search_that_cannot_be_repeated_says_so(client, products):
    assert client.get(ADDRESS, {"look": "forged"}).status_code == 410
    assert client.get(ADDRESS, {"like": "unknown"}).status_code == 404
    assert client.get(ADDRESS, {"photo": "unknown"}).status_code == 410


def test_several_photos_of_one_thing_count_together(client, products):
    picture = picture_of(products[7])
    response = upload(client, picture, picture.crop((3, 3, 87, 117)), picture.rotate(4, fillcolor="white"))
    assert skus_in(response)[0] == products[7].sku
    assert len(names_in(response)) == 3


def test_any_picture_of_the_shop_can_be_searched_with_and_two_together(client, products):
    page = client.get(products[3].get_absolute_url()).content.decode()
    assert f"{ADDRESS}?like={products[3].sku}" in page
    found = skus_in(client.get(ADDRESS, {"like": products[3].sku}))
    # What is searched with stands above, and is no result.
    assert found[0] == products[3].sku
    assert found.count(products[3].sku) == 1
    asked = [products[3].sku, products[8].sku]
    both = skus_in(client.get(ADDRESS, {"like": [*asked, products[3].sku]}))
    assert set(both[:2]) == set(asked)
    assert not set(asked) & set(both[2:])


def test_a_shop_with_nothing_searchable_says_so(client):
    ProductFactory()
    page = upload(client, drawing(1)).content.decode()
    assert "no product of the shop is searchable" in page


def test_a_photo_of_nothing_is_told_so_and_may_be_searched_with_all_the_same(client, products):
    response = upload(client, Image.new("RGB", (300, 400), "white"))
    for page in (response, reloaded(client, response)):
        assert "We see no product in this photo" in page.content.decode()
        assert not skus_in(page)
        assert "What we see" not in page.content.decode()
    (name,) = names_in(response)
    assert skus_in(client.get(ADDRESS, {"photo": name, "box": "0,0,100,100"}))
