"""What shoppers type, and what they may have meant."""

import pytest

from catalog.importing.advancing import import_catalog
from tests.pages import skus
from tests.pictures import style, write_styles

pytestmark = pytest.mark.django_db


def test_shoppers_words_are_understood(client, tmp_path):
    rows = [
        style("1", articleType="Sports Shoes", baseColour="Red", productDisplayName="Puma Men Future Cat"),
        style("2", articleType="Sports Shoes", baseColour="Red", gender="Women", productDisplayName="Puma Women Cat"),
        style("3", articleType="Tshirts", productDisplayName="Polo T-shirt"),
    ]
    import_catalog(write_styles(tmp_path / "styles.csv", rows), tmp_path)
    assert skus(client, "/products/?q=red+running+shoes+men") == {"1"}
    assert skus(client, "/products/?q=trainers+ladies") == {"2"}
    assert skus(client, "/products/?q=t-shirts") == {"3"}


def test_words_that_find_nothing_are_guessed(client, shop):
    page = client.get("/products/?q=stripped+shrit&gender=Women").content.decode()
    assert '<a href="/products/?q=striped+shirt&amp;gender=Women">striped shirt</a>' in page
    assert "Did you mean" not in client.get("/products/?q=zzzzqqqq").content.decode()
    assert "Did you mean" not in client.get("/products/?q=shirt").content.decode()
