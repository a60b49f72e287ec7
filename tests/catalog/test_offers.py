"""What products are sold for, on the shop's pages: prices, sales, sizes, brands, stock; and a shop without them."""

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.http import QueryDict
from django.utils import timezone

from catalog.facets import Selection
from catalog.models import Product
from tests.factories import ProductFactory
from tests.pages import skus

pytestmark = pytest.mark.django_db


@pytest.fixture
def priced() -> list[Product]:
    """Five products from 10 to 50 €, the third one half off; one without a price, one in dollars."""
    cache.clear()
    products = [ProductFactory(sku=f"E{n}", name=f"Gown {n}", price=10 * n, currency="EUR") for n in range(1, 6)]
    Product.objects.filter(sku="E3").update(sale_price=15)
    ProductFactory(sku="none", name="Gown")
    ProductFactory(sku="dollars", name="Gown", price=20, currency="USD")
    return products


def ordered(client, address: str) -> list[str]:
    return re.findall(r'data-sku="([^"]*)"', client.get(address).content.decode())


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_shop_without_prices_looks_as_it_did(client):
    """But for what a price adds to a card, a page is the same, byte for byte."""
    cache.clear()
    ProductFactory.create_batch(3)
    addresses = ("/", "/products/", "/products/?q=product", "/products/P0/", "/favourites/")
    sku = Product.objects.first().sku
    addresses = [address.replace("P0", sku) for address in addresses]
    client.post(f"/products/{sku}/favourite/")
    before = {address: client.get(address).content.decode() for address in addresses}
    for page in before.values():
        assert not re.search(r"price|sold-out|sizes\"|Buy it|histogram|Brand|<s>", page.replace("no prices", ""))
    Product.objects.update(price=5, currency="EUR", availability="out_of_stock")
    price = re.compile(r'\s*<span class="price">.*?</span>\s*<span class="sold-out">Sold out</span>\s*', re.DOTALL)
    for address in ("/", "/favourites/"):
        after = client.get(address).content.decode()
        assert after.count("€5.00") >= 1

        def bare(page: str) -> list[str]:
            return re.sub(r'value="[^"]{64}"', "", price.sub(" ", page)).replace("<", " <").split()

        assert bare(after) == bare(before[address])


def test_a_card_tells_the_price_the_sale_and_what_is_sold_out(client, priced):
    Product.objects.filter(sku="E1").update(has_lowest_price=True)
    Product.objects.filter(sku="E2").update(availability="out_of_stock")
    cards = client.get("/products/").content.decode()
    page = words_of(cards)
    assert "Gown 3 before €30.00 now €15.00" in page
    assert "Gown 1 from €10.00" in page
    assert "Gown 2 €20.00 Sold out" in page
    assert '</span> <span class="sold-out">' in cards, "they stand apart"
    assert "Gown 5 €50.00" in page


def test_a_list_of_cards_asks_no_query_for_each(client, priced, django_assert_max_num_queries):
    client.get("/products/")
    with django_assert_max_num_queries(3) as asked:
        client.get("/products/")
    few = len(asked)
    ProductFactory.create_batch(20, price=5, currency="EUR")
    client.get("/products/")
    with django_assert_max_num_queries(few):
        client.get("/products/")


@pytest.mark.parametrize(
    ("starts", "ends", "costs"),
    [(None, None, 8), (-1, None, 8), (1, None, 10), (None, 1, 8), (None, -1, 10), (-2, -1, 10), (-1, 1, 8)],
)
def test_a_sale_counts_within_its_dates_everywhere(client, starts, ends, costs):
    def day(number: int | None):
        return None if number is None else timezone.now() + timedelta(days=number)

    cache.clear()
    ProductFactory(sku="1", price=10, sale_price=8, currency="EUR", sale_starts_at=day(starts), sale_ends_at=day(ends))
    assert client.get("/api/v1/products/1/").json()["price_now"] == f"{costs}.00"
    assert skus(client, "/products/?max_price=9") == ({"1"} if costs == 8 else set())
    page = client.get("/products/1/").content.decode()
    (product, _) = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    assert product["offers"]["price"] == f"{costs}.00"
    assert ("before" in words_of(page)) == (costs == 8)


def test_a_products_page_says_what_it_is_sold_for(client):
    product = ProductFactory(
        sku="1",
        price=100,
        currency="INR",
        availability="in_stock",
        condition="used",
        brand="Sorrel",
        link="https://shop.example.org/?a=1&b=2",
        description="Soft <b>wool</b>.\nWarm.\n\nWashable.",
    )
    product.sizes.create(label="S", position=1, availability="in_stock")
    product.sizes.create(label="M", position=2, availability="out_of_stock")
    page = client.get("/products/1/").content.decode()
    shown = words_of(page)
    assert "₹100.00 In stock Condition: used Sizes S M sold out Buy it" in shown
    assert re.search(r'href="https://shop.example.org/\?a=1&amp;b=2"\s+rel="nofollow noopener"', page)
    assert "<p>Soft &lt;b&gt;wool&lt;/b&gt;.<br>Warm.</p>" in page
    data, _ = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', page)[1])
    assert data["brand"] == {"@type": "Brand", "name": "Sorrel"}
    assert data["offers"] == {
        "@type": "Offer",
        "price": "100.00",
        "priceCurrency": "INR",
        "availability": "https://schema.org/InStock",
        "itemCondition": "https://schema.org/UsedCondition",
        "url": "https://shop.example.org/?a=1&b=2",
        "seller": {"@type": "Organization", "name": "Atelier"},
    }
    Product.objects.update(link="", sale_price=80, sale_ends_at=timezone.now() + timedelta(days=1))
    shown = words_of(client.get("/products/1/").content.decode())
    assert "Buy it" not in shown
    assert "before ₹100.00 now ₹80.00 On sale until" in shown
    Product.objects.update(sale_ends_at=datetime(2099, 12, 25, tzinfo=UTC))
    assert "On sale until 24 December 2099." in words_of(client.get("/products/1/").content.decode())


def test_prices_narrow_the_shop_and_are_counted_exactly(client, priced):
    assert skus(client, "/products/?min_price=20&max_price=40") == {"E2", "E4"}
    assert skus(client, "/products/?min_price=40&max_price=20") == {"E2", "E4"}
    assert skus(client, "/products/?max_price=15") == {"E1", "E3"}
    facet = Selection(QueryDict("max_price=15")).price_facet
    assert (facet.lowest, facet.highest, facet.currency) == (Decimal(10), Decimal(50), "EUR")
    assert sum(bar.count for bar in facet.bars) == 5
    assert [bar.is_chosen for bar in facet.bars if bar.count] == [True, True, False, False, False]
    page = client.get("/products/?max_price=15&q=gown&sort=name").content.decode()
    assert 'aria-label="Remove up to €15.00"' in page
    for name, value in (("q", "gown"), ("sort", "name")):
        assert f'<input type="hidden" name="{name}" value="{value}">' in page
    assert "style=" not in re.search(r'<details class="facet price-facet".*?</details>', page, re.DOTALL)[0]


def test_the_bars_are_few_however_the_prices_are(priced):
    ProductFactory.create_batch(40, price=Decimal("19.99"), currency="EUR")
    ProductFactory(price=99_999, currency="EUR")
    facet = Selection(QueryDict("")).price_facet
    assert len(facet.bars) <= 24
    assert sum(bar.count for bar in facet.bars) == 46
    assert facet.bars[-1].label.endswith("and more")


@pytest.mark.parametrize(
    ("order", "first"), [("price-up", ["E1", "E3", "E2"]), ("price-down", ["E5", "E4", "E2"]), ("discount", ["E3"])]
)
def test_prices_and_discounts_are_orders(client, priced, order, first):
    page = client.get("/products/").content.decode()
    assert f'href="/products/?sort={order}"' in page
    assert ordered(client, f"/products/?sort={order}")[: len(first)] == first


def test_orders_that_mean_nothing_here_are_none(client, priced):
    Product.objects.update(sale_price=None)
    cache.clear()
    assert "sort=discount" not in client.get("/products/").content.decode()
    Product.objects.update(price=None)
    assert "sort=price" not in client.get("/products/").content.decode()
    assert len(ordered(client, "/products/?sort=price-up&max_price=5")) == 7


def test_sizes_are_in_their_own_order_and_only_those_to_be_had(client):
    for number, labels in enumerate((["XL", "S"], ["M", "XS"], ["38", "S"])):
        product = ProductFactory(sku=str(number))
        for position, label in enumerate(labels):
            product.sizes.create(label=label, position=position, availability="in_stock")
    ProductFactory(sku="out").sizes.create(label="M", position=1, availability="out_of_stock")
    cache.clear()
    (facet,) = [facet for facet in Selection(QueryDict("")).facets() if facet.name == "size"]
    assert [(choice.label, choice.count) for choice in facet.choices] == [
        ("XS", 1),
        ("S", 2),
        ("M", 1),
        ("XL", 1),
        ("38", 1),
    ]
    assert skus(client, "/products/?size=S") == {"0", "2"}
    assert skus(client, "/products/?size=S&size=M") == {"0", "1", "2"}
    assert 'aria-label="Remove S"' in client.get("/products/?size=S").content.decode()


def test_of_many_brands_the_biggest_are_shown_and_the_rest_is_found(client):
    for number in range(15):
        ProductFactory.create_batch(2 if number < 12 else 1, brand=f"Brand {number:02}")
    page = client.get("/products/?gender=&sort=name").content.decode()
    shown, _, rest = page.partition('<details class="more-choices">')
    assert "<span>Brand 11</span>" in shown
    assert "<span>Brand 12</span>" not in shown
    assert "3 more" in rest
    assert '<option value="Brand 14">' in rest
    assert '<input type="hidden" name="sort" value="name">' in page
    assert (
        "<span>Brand 14</span>" in client.get("/products/?brand=Brand+14").content.decode().partition("more-choices")[0]
    )


@pytest.mark.parametrize(
    ("words", "found", "chip"),
    [
        ("gown under 20", {"E1", "E2", "E3"}, "up to €20.00"),
        ("gown unter 20 euro", {"E1", "E2", "E3"}, "up to €20.00"),
        ("between 35 and 45 gown", {"E4"}, "€35.00 to €45.00"),
        ("ab 40 euro", {"E4", "E5"}, "from €40.00"),
        ("< 12", {"E1"}, "up to €12.00"),
        ("gown over 1k", set(), "from €1,000.00"),
    ],
)
def test_prices_in_words_narrow_and_can_be_taken_away(client, priced, words, found, chip):
    assert skus(client, f"/products/?q={words.replace('<', '%3C')}") == found
    (taken,) = [one for one in Selection(QueryDict(f"q={words}")).chips() if one.label == chip]
    assert taken.address == ("/products/?q=gown" if "gown" in words else "/products/")
    assert len(skus(client, f"/products/?q={words}&as_typed=1")) == 7


def test_a_price_in_words_in_a_currency_that_is_not_here_is_named(client, priced):
    page = words_of(client.get("/products/?q=gown+below+£20").content.decode())
    assert "Without below £20 : prices here are in EUR." in page


@pytest.fixture
def sized() -> None:
    """Dresses and shoes with sizes; one dress is sold out in M."""
    cache.clear()
    names = {"D": "Gown", "S": "Brogues", "J": "Denim"}
    labels = {
        "D1": "S,M",
        "D2": "M,L",
        "D3": "2XL",
        "S1": "UK 9,EU 43",
        "S2": "UK 8",
        "J1": "W32 L34",
        "J2": "5-6 Years",
    }
    for sku, several in labels.items():
        product = ProductFactory(sku=sku, name=names[sku[0]])
        for position, label in enumerate(several.split(","), 1):
            sold_out = "out_of_stock" if (sku, label) == ("D2", "M") else ""
            product.sizes.create(label=label, position=position, availability=sold_out)


@pytest.mark.parametrize(
    ("words", "found", "chip"),
    [
        ("gown size m", {"D1"}, "Size M"),
        ("gown size L", {"D2"}, "Size L"),
        ("large size gown", {"D2"}, "Size L"),
        ("gown xxl", {"D3"}, "Size 2XL"),
        ("brogues uk 9", {"S1"}, "Size UK 9"),
        ("brogues size 43", {"S1"}, "Size EU 43"),
        ("denim 32 waist", {"J1"}, "Size W32 L34"),
        ("denim 5-6 years", {"J2"}, "Size 5-6 Years"),
        ("size s", {"D1"}, "Size S"),
    ],
)
def test_sizes_in_words_narrow_and_can_be_taken_away(client, sized, words, found, chip):
    assert skus(client, f"/products/?q={words}") == found
    (taken,) = [one for one in Selection(QueryDict(f"q={words}")).chips() if one.label == chip]
    rest = [word for word in ("gown", "brogues", "denim") if word in words]
    assert taken.address == (f"/products/?q={rest[0]}" if rest else "/products/")
    assert len(skus(client, f"/products/?q={words}&as_typed=1")) > len(found)


@pytest.mark.parametrize("words", ["brogues 9", "brogues 43", "gown m", "us polo 9"])
def test_a_number_or_a_letter_alone_is_no_size(sized, words):
    assert not Selection(QueryDict(f"q={words}")).understood.sizes


def test_a_size_that_nothing_has_is_named_and_left_out(client, sized):
    assert skus(client, "/products/?q=gown+size+14") == {"D1", "D2", "D3"}
    page = words_of(client.get("/products/?q=gown+size+14").content.decode())
    assert "Without size 14 : nothing here has this size." in page


@pytest.mark.parametrize(
    ("setting", "found"), [("last", ["3", "1", "2"]), ("mixed", ["3", "2", "1"]), ("hide", ["3", "1"])]
)
def test_sold_out_products_are_last_or_hidden_or_neither(client, settings, setting, found):
    cache.clear()
    for sku in "123":
        ProductFactory(sku=sku, name="Gown", availability="out_of_stock" if sku == "2" else "in_stock")
    settings.SOLD_OUT = setting
    for address in ("/products/", "/", "/products/?q=gown"):
        assert ordered(client, address) == found
    assert client.get("/products/2/").status_code == 200
