"""What staff see of what shoppers do."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from catalog.models import Synonym
from recommender.statistics.models import Happening, ProductCount, SearchedWords
from recommender.statistics.plots import Plot
from recommender.statistics.report import TABLES
from tests.factories import ProductFactory

PAGE = "/admin/statistics/searchedwords/"


def searched(words: str, times: int, answer: str = "nothing", age: int = 0) -> None:
    SearchedWords.objects.create(
        day=timezone.localdate() - timedelta(days=age), words=words, answer=answer, times=times
    )


def page(client, days: int = 30) -> str:
    response = client.get(PAGE, {"days": days})
    assert response.status_code == 200
    return response.content.decode()


def test_words_that_found_nothing_lead_to_a_new_synonym(admin_client):
    searched("zeppelin bag", 4)
    searched("galoshes", 2)
    Synonym.objects.create(phrase="galoshes", meanings="wellingtons")
    text = page(admin_client)
    address = re.search(r'href="(/admin/catalog/synonym/add/\?[^"]*)"', text).group(1)
    assert 'value="zeppelin bag"' in admin_client.get(address).content.decode()
    assert text.count("make a synonym") == 1
    assert "has a synonym now" in text


def test_who_may_not_add_synonyms_is_offered_none(db):
    reader = User.objects.create_user("reader", is_staff=True)
    client = Client()
    client.force_login(reader)
    assert client.get(PAGE).status_code == 403
    assert client.get(f"{PAGE}words.csv").status_code == 403
    reader.user_permissions.add(Permission.objects.get(codename="view_searchedwords"))
    searched("zeppelin bag", 4)
    assert "zeppelin bag" in page(client)
    assert "make a synonym" not in page(client)


def test_the_period_is_chosen(admin_client):
    searched("new", 1, age=6)
    searched("old", 1, age=7)
    assert set(re.findall(r">(new|old)<", page(admin_client, 7))) == {"new"}
    assert set(re.findall(r">(new|old)<", page(admin_client, 30))) == {"new", "old"}
    assert 'aria-current="true">30 days' in page(admin_client, 5000)


def test_plots_are_drawn_without_a_style_or_a_script(admin_client):
    searched("red", 4, "all")
    searched("blue", 2, "all", age=1)
    Happening.objects.create(day=timezone.localdate(), kind="photo", detail="close", times=2)
    Happening.objects.create(day=timezone.localdate(), kind="shown", place="words", times=20)
    Happening.objects.create(day=timezone.localdate(), kind="clicked", place="words", position=2, times=5)
    content = re.search(r'<div id="content" .*<footer', page(admin_client, 7), re.DOTALL).group()
    assert "style=" not in content
    assert "<script" not in content
    assert 'height="66.67"' in content  # 4 of 6 searches
    assert "by words" in content
    assert "2: 25.0 of 100" in content


def test_bars_of_several_series_stand_on_one_another():
    plot = Plot.of(["a", "b"], [1, 0], [1, 4])
    assert [(bar.x, bar.y, bar.height, bar.series) for bar in plot.bars] == [
        (0, 75.0, 25.0, 0),
        (0, 50.0, 25.0, 1),
        (10, 100.0, 0.0, 0),
        (10, 0.0, 100.0, 1),
    ]
    assert Plot.of(["a"], [0]).bars[0].height == 0


def test_products_are_shown_with_their_pictures_the_most_viewed_first(admin_client):
    few, many = ProductFactory.create_batch(2)
    for product, times in ((few, 2), (many, 9)):
        ProductCount.objects.create(day=timezone.localdate(), product=product, kind="viewed", times=times)
    text = page(admin_client)
    assert text.index(many.image_address) < text.index(few.image_address)
    assert "<span>9 " in text


@pytest.mark.parametrize("name", TABLES)
def test_every_table_can_be_downloaded(table, name):
    table(name)


def test_a_table_does_no_harm_in_a_spreadsheet(table):
    ProductCount.objects.create(day=timezone.localdate(), product=ProductFactory(name="=1+1"), kind="viewed", times=1)
    assert table("products")[0]["name"] == "'=1+1"


def test_an_empty_shop_has_a_page_and_nothing_can_be_changed(admin_client, settings):
    assert "None yet." in page(admin_client)
    settings.STATISTICS_DAYS = 0
    assert "Nothing is counted" in page(admin_client)
    assert admin_client.post(PAGE).status_code == 405
    assert admin_client.get(f"{PAGE}unknown.csv").status_code == 404
    assert admin_client.get(f"{PAGE}add/").status_code == 404
