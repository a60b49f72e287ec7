"""What the search field suggests while somebody types."""

import re
import threading

import pytest
from django.utils import timezone

from catalog import caching, suggestions
from catalog.caching import LastMade
from catalog.models import Product
from catalog.suggestions import suggest
from tests.factories import CategoryFactory, ProductFactory
from tests.pages import skus

pytestmark = pytest.mark.django_db


@pytest.fixture
def trade(db):
    """A shop with brands."""
    shirts, tshirts, belts = (CategoryFactory(name=name) for name in ("Shirts", "Tshirts", "Belts"))
    shoes = CategoryFactory(name="Sports Shoes", parent=CategoryFactory(name="Footwear"))
    for sku, name, category, colour in [
        *((n, f"Lino Perros Men Striped Shirt {n}", shirts, "Navy Blue") for n in "123"),
        *((n, f"Red Tape Men Shoes {n}", shoes, "Red") for n in "456"),
        *((n, f"Reid & Taylor Checked T-Shirt {n}", tshirts, "White") for n in "78"),
        ("9", "Reid & Taylor Belt", belts, "Brown"),
    ]:
        ProductFactory(sku=sku, name=name, category=category, base_colour=colour, gender="Men")


def labels(choices) -> list[str]:
    return [choice.label for choice in choices]


def test_words_go_on_like_what_is_typed_and_find_something(client, trade):
    assert labels(suggest("stri").words) == ["striped"]
    assert labels(suggest("red sh").words) == ["red shoes"]
    for text in ("sh", "st", "t-s", "t sh", "men c", "men "):
        words = suggest(text).words
        assert words, text
        for choice in words:
            assert skus(client, choice.address), choice.label


def test_what_is_left_out_is_left_out(trade):
    assert labels(suggest("men -shoes s").words) == ["men -shoes shirt", "men -shoes striped"]
    for text in ("men -sh", "", "s", "!!! &", "zzzz"):
        assert not suggest(text)


def test_mistyped_words_are_taken_for_what_they_were_to_be(trade):
    assert labels(suggest("lnio stri").words) == ["lino striped"]
    assert labels(suggest("lnio per").brands) == ["Lino Perros"]
    assert labels(suggest("chekced").words)[0] == "checked"


def test_a_space_may_have_come_too_early(trade):
    assert labels(suggest("stri ").words) == ["striped"]


def test_categories_are_found_by_each_word_of_their_name_within_what_was_typed_before(client, trade):
    assert labels(suggest("spo").categories) == ["Sports Shoes"]
    assert labels(suggest("sports sh").categories) == ["Sports Shoes"]
    (choice,) = suggest("reid be").categories
    assert choice.label == "reid in Belts"
    assert skus(client, choice.address) == {"9"}


def test_brands_are_what_names_begin_with_and_no_colour_and_no_kind(client, trade):
    assert labels(suggest("li").brands) == ["Lino Perros"]
    assert labels(suggest("tayl").brands) == ["Reid & Taylor"]
    assert set(labels(suggest("re").brands)) == {"Red Tape", "Reid & Taylor"}
    assert skus(client, suggest("red ta").brands[0].address) == {"4", "5", "6"}
    assert suggest("st").brands == suggest("shi").brands == []


def test_a_brand_that_is_likelier_than_any_word_comes_first(trade):
    for name in ("Zodiac Polo", "Zodiac Tie", "Zodiac Scarf", "Zodium Light"):
        ProductFactory(name=name)
    found = suggest("zod")
    assert [title for title, _ in found.groups][:2] == ["Brands", "Words"]
    assert labels(found.brands) == ["Zodiac"]
    assert [title for title, _ in suggest("stri").groups] == ["Words"]


def test_the_catalogues_own_slips_are_not_suggested(trade):
    for number in range(8):
        ProductFactory(name=f"Running Shorts {number}")
    ProductFactory(name="Runng Shorts")
    assert labels(suggest("runn").words) == ["running"]
    assert labels(suggest("runnig sho").words) == ["running shorts"]


def test_products_have_pictures_and_none_twice(trade):
    ProductFactory(sku="no-picture", name="Striped Scarf", image="", image_digest="")
    first = Product.objects.get(sku="1")
    ProductFactory(sku="copy", name="Striped Shirt again", image=first.image.name, image_digest=first.image_digest)
    assert [product.sku for product in suggest("striped").products] == ["copy", "3", "2"]
    assert [product.sku for product in suggest("8").products] == []
    assert [product.sku for product in suggest("no-p").products] == []


def test_a_sku_suggests_its_product(trade):
    ProductFactory(sku="AB-77 x")
    for text in ("AB-77", "ab77x", "ab 77"):
        assert [product.sku for product in suggest(text).products] == ["AB-77 x"]


def test_what_is_archived_is_not_suggested(trade):
    assert len(suggest("lino").products) == 3
    Product.objects.filter(sku="2").update(archived_at=timezone.now())
    assert {product.sku for product in suggest("lino").products} == {"1", "3"}


def test_within_a_category_suggestions_stay_in_it(client, trade):
    page = client.get("/c/footwear/sports-shoes/").content.decode()
    (address,) = re.findall(r'data-suggestions="([^"]*)"', page)
    answer = client.get(f"{address}&q=men+sh").content.decode()
    inside = "/c/footwear/sports-shoes/"
    assert re.findall(r'href="([^"]*)"', answer)[:2] == [f"{inside}?q=men+shoes", f"{inside}?q=men"]
    assert "Lino" not in answer
    assert client.get("/suggestions/?q=sh&category=no/such").content == client.get("/suggestions/?q=sh").content


def test_the_answer_is_a_piece_of_a_page_of_few_queries(client, trade, django_assert_max_num_queries):
    client.get("/suggestions/?q=sh")
    with django_assert_max_num_queries(2):
        response = client.get("/suggestions/?q=red+sh")
    page = response.content.decode()
    assert "max-age=60" in response["Cache-Control"]
    assert page.count('role="option"') == len(re.findall("<a ", page)) > 3
    assert 'href="/products/?q=red+shoes"' in page
    assert "<html" not in page


def test_names_are_no_markup(client):
    ProductFactory(name="<script>alert(1)</script> <b>bold</b>")
    assert "<script>" not in client.get("/suggestions/?q=script").content.decode()
    assert "<b>" not in client.get("/suggestions/?q=bo").content.decode()


def test_nothing_that_is_typed_breaks_it(client, trade):
    for text in ("a" * 5000, "ab " * 3000, "%_ ab", "🎽 ab", "'; --", "ÀÉ", "ß" * 300, "-", " ", "ab\n"):
        assert client.get("/suggestions/", {"q": text}).status_code == 200


def test_an_empty_shop_suggests_nothing(client):
    assert client.get("/suggestions/?q=sh").content.decode().strip() == ""
    assert client.get("/suggestions/").content.decode().strip() == ""


@pytest.fixture
def anew(monkeypatch) -> None:
    """This process has just begun."""
    last = LastMade("index", suggestions._made, lambda made: made.count >= caching.LARGE)
    monkeypatch.setattr(suggestions, "LAST", last)


def wait() -> None:
    """Until the index that is made aside is made."""
    for thread in threading.enumerate():
        if thread.name == "index":
            thread.join()


@pytest.mark.django_db(transaction=True)
def test_of_a_large_catalogue_the_last_index_answers_while_the_next_one_is_made(anew, monkeypatch):
    monkeypatch.setattr(caching, "LARGE", 3)
    monkeypatch.setattr(caching, "PAUSES", 0)
    ProductFactory.create_batch(3, name="Striped shirt")
    assert labels(suggest("str").words) == ["striped"]
    ProductFactory(name="Straw hat")
    assert labels(suggest("str").words) == ["striped"]
    wait()
    assert labels(suggest("str").words) == ["striped", "straw"]


@pytest.mark.django_db(transaction=True)
def test_in_a_process_that_begins_the_index_is_made_before_anybody_types(anew, django_assert_max_num_queries):
    ProductFactory(name="Striped shirt")
    suggestions.prepare()
    wait()
    with django_assert_max_num_queries(2):
        assert labels(suggest("str").words) == ["striped"]
