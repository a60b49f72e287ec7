"""What is counted of the shop's pages, and whom."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from recommender.statistics import querysets
from recommender.statistics.models import Happening, ProductCount, SearchedWords
from recommender.statistics.shoppers import BOTS
from recommender.statistics.tally import MOST_ROWS, Tally
from recommender.statistics.tasks import forget
from tests.factories import CategoryFactory, ProductFactory, searchable_products
from tests.pictures import as_file, drawing
from tests.processes import eventually, manage


def search(shopper, words: str, times: int = 1, path: str = "/products/", **more: str) -> None:
    for _ in range(times):
        assert shopper.get(path, {"q": words, **more}).status_code == 200


def test_words_are_counted_as_they_are_read_with_what_they_found(shopper, table):
    ProductFactory(name="Red shirt")
    search(shopper, "RED  shirt")
    search(shopper, "red shirt", 2)
    search(shopper, "red zeppelin", 3)
    search(shopper, "zeppelin")
    assert table("words") == [
        {"words": "red shirt", "searches": "3", "nothing found": "0", "only most of it found": "0"},
        {"words": "red zeppelin", "searches": "3", "nothing found": "0", "only most of it found": "3"},
        {"words": "zeppelin", "searches": "1", "nothing found": "1", "only most of it found": "0"},
    ]
    assert table("words-without-results") == [{"words": "zeppelin", "searches": "1"}]
    assert table("days")[-1] == {"day": str(timezone.localdate()), "by words": "7", "by photo": "0"}


def test_a_search_that_goes_on_is_not_another_one(shopper, table):
    ProductFactory(name="Red shirt", gender="Men")
    search(shopper, "shirt")
    search(shopper, "shirt", page="1")
    search(shopper, "shirt", gender="Men")
    search(shopper, "shirt", sort="name")
    shopper.get("/products/")
    assert table("days")[-1]["by words"] == "1"


def test_in_a_category_words_find_nothing_only_where_the_whole_shop_has_nothing(shopper, table):
    shoes = CategoryFactory(name="Shoes")
    ProductFactory(name="Red sandal", category=shoes)
    ProductFactory(name="Blue kimono")
    search(shopper, "kimono", path="/c/shoes/")
    search(shopper, "zeppelin", path="/c/shoes/")
    assert [row["words"] for row in table("words-without-results")] == ["zeppelin"]


@pytest.mark.parametrize("words", ["me@example.org", "call 0171 2345678", "4111-1111-1111-1111", "!!!"])
def test_what_may_be_somebodys_own_is_counted_and_not_kept(shopper, table, words):
    search(shopper, words, 3)
    assert table("words") == table("words-without-results") == []
    assert table("days")[-1]["by words"] == "3"
    assert set(SearchedWords.objects.values_list("words", flat=True)) == {""}


def test_words_that_find_something_are_shown_from_the_third_search_on(shopper, table):
    ProductFactory(name="Red shirt")
    search(shopper, "red", 2)
    assert table("words") == []
    search(shopper, "red")
    assert [row["words"] for row in table("words")] == ["red"]


def test_long_words_are_cut(shopper, table):
    search(shopper, "zeppelin " * 28)
    assert len(table("words-without-results")[0]["words"]) <= 100


def test_of_a_day_only_so_many_words_are_kept_and_all_counted(shopper, table, monkeypatch):
    monkeypatch.setattr(querysets, "MOST_WORDS_A_DAY", 2)
    for words in ("one", "two", "three", "one", "four"):
        search(shopper, words)
        table("days")
    assert [row["words"] for row in table("words-without-results")] == ["one", "two"]
    assert table("days")[-1]["by words"] == "5"


def test_of_a_day_only_so_many_products_are_kept(shopper, table, monkeypatch):
    monkeypatch.setattr(querysets, "MOST_PRODUCTS_A_DAY", 1)
    first, second = ProductFactory.create_batch(2)
    for product in (first, second, first):
        shopper.get(product.get_absolute_url())
        table("days")
    assert [(row["sku"], row["viewed"]) for row in table("products")] == [(first.sku, "2")]


def test_views_and_favourites_are_counted_for_their_product(shopper, table):
    product, other = ProductFactory.create_batch(2)
    for _ in range(2):
        shopper.get(product.get_absolute_url())
    shopper.get(other.get_absolute_url())
    for _ in range(3):
        shopper.post(f"/products/{product.sku}/favourite/")
    assert table("products") == [
        # Taking it out again is no favourite less.
        {"sku": product.sku, "name": product.name, "viewed": "2", "made a favourite": "2"},
        {"sku": other.sku, "name": other.name, "viewed": "1", "made a favourite": "0"},
    ]


def test_a_product_that_is_gone_before_it_is_written_stops_nothing(shopper, table):
    gone, there = ProductFactory.create_batch(2)
    for product in (gone, there):
        shopper.get(product.get_absolute_url())
    gone.delete()
    assert [row["sku"] for row in table("products")] == [there.sku]


def bring(shopper, content: bytes) -> None:
    response = shopper.post("/search/photo/", {"photo": SimpleUploadedFile("photo.jpg", content, "image/jpeg")})
    assert response.status_code == 200


def test_photos_are_counted_with_what_they_found_and_their_crops_are_not(shopper, table):
    products = searchable_products(4)
    bring(shopper, as_file(drawing(int(products[0].sku[1:]))))
    shopper.get("/search/photo/", {"like": products[1].sku})
    counted = {row["found"]: int(row["searches"]) for row in table("photos")}
    assert sum(counted.values()) == 1
    assert counted["nothing"] == 0
    places = {row["place"]: row["shown"] for row in table("places")}
    assert places == {"Results of photos": "2"}


def test_every_place_of_the_pages_is_counted_under_its_label(shopper, table):
    products = searchable_products(3)
    for address in ("/", "/products/", "/products/?q=product", "/explore/", products[0].get_absolute_url()):
        assert shopper.get(address).status_code == 200
    assert {row["place"]: row["shown"] for row in table("places")} == {
        "Results of words": "1",
        "Products of the shop or a category": "1",
        "New in": "1",
        "For you": "1",
        "Wander": "1",
        "Visually similar": "1",
    }


UNCOUNTED = [
    {"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
    {"user-agent": "curl/8.5.0"},
    {"user-agent": ""},
    {"dnt": "1"},
    {"sec-gpc": "1"},
    {"sec-purpose": "prefetch;prerender"},
]


@pytest.mark.parametrize("headers", UNCOUNTED)
def test_programs_and_who_does_not_want_it_are_not_counted(shopper, table, headers):
    product = ProductFactory()
    response = shopper.get(product.get_absolute_url(), headers=headers)
    assert b"clicks.js" not in response.content
    shopper.get("/products/?q=zeppelin", headers=headers)
    assert table("products") == table("words") == table("places") == []


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0",
    ],
)
def test_browsers_are_no_programs(agent):
    assert not BOTS.search(agent)


def test_staff_and_those_who_only_ask_for_headers_are_not_counted(shopper, table, admin_user):
    product = ProductFactory()
    shopper.head(product.get_absolute_url())
    shopper.force_login(admin_user)
    assert b"clicks.js" not in shopper.get(product.get_absolute_url()).content
    assert table("products") == []


def test_nothing_is_counted_where_it_is_off(shopper, table, settings):
    settings.STATISTICS_DAYS = 0
    assert b"clicks.js" not in shopper.get(ProductFactory().get_absolute_url()).content
    search(shopper, "zeppelin")
    assert table("products") == table("words") == table("places") == []


def test_counting_asks_the_database_nothing_and_sets_no_cookie(shopper, settings):
    address = f"/products/?q={ProductFactory().sku}"
    shopper.get(address)
    queries = []
    for settings.STATISTICS_DAYS in (0, 90):
        with CaptureQueriesContext(connection) as captured:
            shopper.get(address)
        queries.append(len(captured))
    assert queries[0] == queries[1]
    assert not shopper.cookies


def test_what_is_older_than_the_shop_keeps_it_goes(settings):
    settings.STATISTICS_DAYS = 30
    product = ProductFactory()
    for age in (29, 30):
        day = timezone.localdate() - timedelta(days=age)
        SearchedWords.objects.create(day=day, words="zeppelin", answer="nothing", times=1)
        Happening.objects.create(day=day, kind="shown", place="words", times=1)
        ProductCount.objects.create(day=day, product=product, kind="viewed", times=1)
    forget()
    for model in (SearchedWords, Happening, ProductCount):
        assert model.objects.get().day == timezone.localdate() - timedelta(days=29)
    settings.STATISTICS_DAYS = 0
    forget()
    assert not SearchedWords.objects.exists()


def test_words_that_nobody_is_shown_are_forgotten_after_a_week_and_still_counted():
    for words, age, times in [("rare", 8, 2), ("rare too", 8, 1), ("new", 7, 1), ("often", 8, 1), ("often", 1, 2)]:
        day = timezone.localdate() - timedelta(days=age)
        SearchedWords.objects.create(day=day, words=words, answer="all", times=times)
    SearchedWords.objects.create(day=timezone.localdate() - timedelta(days=8), words="", answer="all", times=4)
    forget()
    assert set(SearchedWords.objects.values_list("words", "times")) == {("", 7), ("new", 1), ("often", 1), ("often", 2)}


def test_between_two_writes_no_more_than_so_many_rows_are_kept(caplog):
    tally = Tally()
    for number in range(MOST_ROWS + 5):
        tally.add(Happening, timezone.localdate(), "clicked", "words", number % (MOST_ROWS + 2), "")
    tally.write()
    assert Happening.objects.total() == MOST_ROWS + 3
    assert "2 clicks, views and searches are lost" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_it_is_written_by_itself_and_by_two_processes_at_once(monkeypatch):
    monkeypatch.setattr("recommender.statistics.tally.SECONDS_BETWEEN_WRITES", 0.05)
    tallies = [Tally(), Tally()]
    for _ in range(50):
        for tally in tallies:
            for place in ("words", "photo"):
                tally.add(Happening, timezone.localdate(), "shown", place, 0, "")
    eventually(lambda: Happening.objects.total() == 200)
    assert Happening.objects.by("place") == {"photo": 100, "words": 100}


@pytest.mark.django_db(transaction=True)
def test_while_the_database_is_away_pages_are_served_and_counts_are_lost(monkeypatch, caplog):
    tally = Tally()
    tally.add(Happening, timezone.localdate(), "shown", "words", 0, "")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE statistics_happening RENAME TO away")
    try:
        tally.write()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO statistics_happening")
    assert "1 clicks, views and searches are lost" in caplog.text
    tally.write()
    assert Happening.objects.total() == 0


@pytest.mark.django_db(transaction=True)
def test_a_process_that_ends_writes_first():
    count = "from recommender.statistics.receivers import count_happening as count; count('shown', 'words')"
    assert manage("shell", "--no-imports", "-c", count).returncode == 0
    assert Happening.objects.by("place") == {"words": 1}


def test_to_count_somebody_makes_no_page_theirs(shopper):
    answer = shopper.get("/products/")
    assert b"clicks.js" in answer.content
    assert answer["Cache-Control"] == "public, max-age=0"
    assert "Cookie" not in answer.get("Vary", "")
