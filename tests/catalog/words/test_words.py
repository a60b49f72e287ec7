"""What shoppers type, and what the shop makes of it."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.facets import Selection
from catalog.models import Category, Product, Synonym
from catalog.words.correcting import Corrector
from catalog.words.lexicon import Lexicon
from catalog.words.understanding import MOST_WORDS
from tests.factories import CategoryFactory, ProductFactory

pytestmark = pytest.mark.django_db

PRODUCTS = [
    # sku, name, kind, gender, colour
    ("AB-12.3 x", "Puma Men Black Future Cat", "Sports Shoes", "Men", "Black"),
    ("2", "Nike Women Red Running Flex", "Sports Shoes", "Women", "Red"),
    ("3", "Red Tape Men Brown Formal Shoes", "Formal Shoes", "Men", "Brown"),
    ("4", "U.S. Polo Assn. Polo T-Shirt 3/4 Sleeve", "Tshirts", "Men", "Off White"),
    ("5", "ONLY Women Striped Tee", "Tshirts", "Women", "Blue"),
    ("6", "Levi's Kids Denim Jeans", "Jeans", "Boys", "Blue"),
    ("7", "Denim Men Original Deodorant", "Deodorant", "Men", "Blue"),
    ("8", "Crocs Flip-flops", "Flip Flops", "Unisex", "Grey"),
    ("9", "Lucera Silver Heart", "Necklace and Chains", "Women", "Silver"),
    ("10", "Do Not Disturb Women T-shirt", "Tshirts", "Women", "Black"),
    ("11", "Müller Wave Rider", "Sunglasses", "Unisex", "Black"),
    ("12", "Forever New Women Wave Dress", "Dresses", "Women", "Red"),
    ("13", "Forever New Women Rider Dress", "Dresses", "Women", "Black"),
]


TYPED = ["not", "or", "-red", "red", "dress", "blak", "under", "20", "'", "and", "511", "t", "shirt"]


@pytest.fixture
def store() -> None:
    kinds = {kind: CategoryFactory(name=kind) for kind in dict.fromkeys(kind for _, _, kind, _, _ in PRODUCTS)}
    for sku, name, kind, gender, colour in PRODUCTS:
        product = Product(sku=sku, name=name, category=kinds[kind], gender=gender, base_colour=colour)
        product.derive()
        product.save()


def selection(words: str, category: Category | None = None, **others: str) -> Selection:
    return Selection(QueryDict(urlencode({"q": words, **others})), category)


def found(words: str) -> list[str]:
    """The skus of products that have all of the words, best first."""
    chosen = selection(words)
    products = list(chosen.products())
    lacking = chosen.lacking(products)
    return [product.sku for product in products if not lacking.get(product.pk)]


@pytest.mark.parametrize(
    ("queries", "skus"),
    [
        ("flip-flops; flip flops; flipflops; FLIPFLOP; \uff26lip\u00a0flop; flip\u2011flops 🩴", "8"),
        ("U.S. Polo Assn.; us polo assn; u s polo; U.S.Polo", "4"),
        ("ab12/3x; AB-12.3 X; ab 12 3 x; ab123x; #AB-12/3 x", "AB-12.3 x"),
        ("nike; N I K E; n-i-k-e; @nike!", "2"),
        ("levis; levi\u2019s; LEVI'S; levi", "6"),
        ("muller; MU\u0308LLER; müller", "11"),
        ("3/4 sleeve; ¾ sleeves", "4"),
        ("only; ONLY women", "5"),
        ("off white; off-white; offwhite", "4"),
    ],
)
def test_writings_of_the_same_find_the_same(store, queries, skus):
    for query in queries.split("; "):
        assert found(query) == skus.split("; "), query


def test_every_title_and_every_sku_finds_its_product_first(store):
    for sku, name, *_ in PRODUCTS:
        assert found(name)[0] == sku
        assert found(sku)[0] == sku
        assert found(f"  {sku.lower()} ")[0] == sku


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("blak shoes", "black shoes"),
        ("runing", "running"),
        ("neckless", "necklace"),
        ("tshrits", "tshirts"),
        ("deoderant", "deodorant"),
        ("wmen dres", "women dress"),
        ("blackshoes", "black shoes"),
        ("not blak shose", "not black shoes"),
        ("spectacels", "spectacles"),
    ],
)
def test_mistyped_words_are_corrected_at_once_and_can_be_had_as_typed(store, client, typed, meant):
    page = client.get(f"/products/?{urlencode({'q': typed})}").content.decode()
    assert f"Showing <strong>{meant}</strong>" in page
    (address,) = re.findall(r'search <a href="([^"]*)"', page)
    assert found(typed) == found(meant) != []
    as_typed = client.get(unescape(address)).content.decode()
    assert "Showing <strong>" not in as_typed


@pytest.mark.parametrize(
    ("typed", "skus"),
    [
        ("runni", {"2", "AB-12.3 x"}),
        ("deodoran", {"7"}),
        ("women stripe", {"5"}),
        ("distur", {"10"}),
        ("spectac", {"11"}),
    ],
)
def test_a_last_word_may_be_a_beginning_longer_than_the_stem(store, typed, skus):
    assert set(found(typed)) == skus


def test_a_beginning_counts_where_what_begins_so_is_common(store):
    black = [ProductFactory(name="Black Mug", base_colour="Black").sku for _ in range(60)]
    blake = ProductFactory(name="Mug of Blake").sku
    assert selection("mug blak").understood.shown == "mug black"
    assert set(found("mug blak")) == set(black)
    assert found("mug blake") == [blake]
    ProductFactory(name="Cas Mug")
    for _ in range(60):
        ProductFactory(name="Casual Mug")
    assert len(found("mug cas")) == 61


@pytest.mark.parametrize(
    "typed",
    ["sku 12347", "sku: 12347", "Art.12347", "no 12347", "12347.0", "012347", "red dress 12347", "#12347 dress"],
)
def test_a_sku_finds_its_product_first_whatever_is_beside_it(store, typed):
    ProductFactory(sku="12347", name="Plain Umbrella")
    assert found(typed)[0] == "12347"
    assert not selection(typed).understood.left_out
    assert "12347" not in found("umbrella not 12347")


def test_an_umlaut_in_a_sku_may_be_written_without(store):
    ProductFactory(sku="KLEID-GRÜN-38", name="Kleid")
    assert found("kleid-gruen-38") == found("Kleid-Grun-38") == ["KLEID-GRÜN-38"]


def test_words_written_as_one_are_parted_though_some_have_them_side_by_side(store):
    beside = ProductFactory(name="Black Shoes", category=Category.objects.get(name="Sports Shoes")).sku
    assert found("blackshoes")[0] == beside
    assert set(found("blackshoes")) == set(found("black shoes")) >= {"AB-12.3 x"}
    assert set(found("mensshoes")) == set(found("mens shoes"))
    assert set(found("ladiesdress")) == {"12", "13"}


def test_a_code_may_be_written_without_its_gaps(store):
    code = ProductFactory(name="Casio Watch MTP-1233D-1ADF(A188)").sku
    assert found("mtp1233d1adf") == [code]
    assert selection("mtp1233d1adf nike2").understood.left_out == ("nike2",)


RARE = {"sofia": 4, "surf": 14, "range": 2, "champ": 2, "laurel": 12, "rides": 2, "quechua": 15, "pune": 7, "sex": 1}
COMMON = {"casual": 40_000, "orange": 956, "scarf": 99, "dress": 818, "shirt": 6832, "tshirt": 476}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *(("roange", "orange"), ("sarf", "scarf"), ("rdess", "dress"), ("sthirt", "tshirt"), ("hirt", "shirt")),
        *(("quechau", "quechua"), ("sofa", ""), ("shampoo", ""), ("loreal", ""), ("phone", ""), ("sox", "")),
    ],
)
def test_a_rare_word_is_meant_by_a_long_word_much_like_it_only(typed, meant):
    known = Corrector(Lexicon(counts=RARE | COMMON, kinds={}, makers={}, values={}, synonyms={}))
    assert " ".join(known.correct(typed)) == meant


@pytest.mark.parametrize("word", ["engagement", "zzzzqqqq", "511"])
def test_a_word_that_nothing_has_is_left_out_and_named(store, client, word):
    page = client.get(f"/products/?q=red+{word}+dress").content.decode()
    assert re.search(rf"Without\s+<em>{word}</em>, which nothing here is called", page)
    assert found(f"red {word} dress") == ["12"]
    assert "Nothing here is called" in " ".join(client.get(f"/products/?q={word}").content.decode().split())


def test_what_has_most_of_the_words_follows_and_says_what_it_lacks(store, client):
    page = client.get("/products/?q=red+wave+dress").content.decode()
    assert re.findall(r'data-sku="([^"]*)"', page)[:2] == ["12", "13"]
    assert re.search(r'data-sku="13".*?without red, wave', page, re.DOTALL)
    assert page.index("These have most of the words") > page.index('data-sku="12"')
    assert "Nothing here has all of these words" in client.get("/products/?q=silver+wave+dress").content.decode()
    assert "most of the words" not in client.get("/products/?q=dress").content.decode()


@pytest.mark.parametrize(
    ("query", "skus"),
    [
        ("red or black dress", {"12", "13"}),
        ("red dress or blue jeans", {"12", "6"}),
        ("not black shoes", {"2", "3"}),
        ("shoes -black", {"2", "3"}),
        ("shoes without black or brown", {"2"}),
        ("shoes nor red nor brown", {"AB-12.3 x"}),
        ("not flip flops -women", {"AB-12.3 x", "3", "4", "6", "7", "11"}),
        ("Do Not Disturb Women T-shirt", {"10"}),
        ("no black shoes", {"2", "3"}),
        ("neither red nor brown shoes", {"AB-12.3 x"}),
        ("anything but black shoes", {"2", "3"}),
        ("shoes but not black", {"2", "3"}),
        ("black, red or brown shoes", {"AB-12.3 x", "2", "3"}),
        ("black, red, or brown shoes", {"AB-12.3 x", "2", "3"}),
        ("non-brown shoes", {"AB-12.3 x", "2"}),
        ("dress for my wife", {"12", "13"}),
        ("mens sneakers", {"AB-12.3 x"}),
        ("kids", {"6"}),
        ("jewelry", {"9"}),
        ("spectacles", {"11"}),
        ("dress under Rs. 2,000", {"12", "13"}),
        ("t shirt", {"4", "5", "10"}),
        ("tee", {"4", "5", "10"}),
        ("red colour dress", {"12"}),
        ("dress in red color", {"12"}),
        ("black coloured shoes", {"AB-12.3 x"}),
        ("jeans and t-shirt", {"4", "5", "6", "10"}),
        ("red dress & blue jeans", {"12", "6"}),
        ("shoes for men and women", {"AB-12.3 x", "2", "3"}),
        ("red and blue dress", set()),
        ("nike and puma shoes", {"AB-12.3 x", "2"}),
    ],
)
def test_what_shoppers_mean(store, query, skus):
    assert set(found(query)) == skus


def test_what_is_called_without_something_is_found_first_without_it(store):
    called = ProductFactory(name="Non Leather Pouch")
    ProductFactory(name="Leather Pouch")
    other = ProductFactory(name="Pouch")
    assert found("non leather pouch") == [called.sku, other.sku]
    assert found("pouch no leather") == [other.sku]


def test_a_kind_of_product_outranks_the_same_word_in_a_makers_name(store):
    assert found("denim") == ["6", "7"]
    assert found("red")[-1] == "3"
    category = CategoryFactory(name="Shoe Accessories")
    accessories = ProductFactory(name="White Laces", category=category, image="", image_digest="")
    accessories.derive()
    accessories.save()
    assert found("shoe")[-1] == accessories.sku


def test_a_word_that_is_mostly_a_brand_finds_the_brand_first(store):
    for name in ("Zed Blue Shirt", "Zed Green Shirt", "Shirt Like Zed"):
        ProductFactory(name=name)
    names = [Product.objects.get(sku=sku).name for sku in found("zed")]
    assert names == ["Zed Green Shirt", "Zed Blue Shirt", "Shirt Like Zed"]


def test_a_word_of_colour_counts_where_no_colour_is_beside_it(store):
    benetton = ProductFactory(name="United Colors of Benetton Men Red Shirt", category=CategoryFactory(name="Shirts"))
    assert found("united colors of benetton") == found("benetton colors shirt") == [benetton.sku]


def test_a_colour_is_no_brand_that_begins_with_it(store):
    kind = CategoryFactory(name="Nightdress")
    for name, colour in [("Plain Night", "Red"), ("Red Rose Blue Night", "Blue"), ("Red Rose Red Night", "Red")]:
        ProductFactory(name=name, category=kind, base_colour=colour)
    names = [Product.objects.get(sku=sku).name for sku in found("red nightdress")]
    assert names.index("Red Rose Blue Night") == 2


def test_the_catalogues_own_slips_are_no_corrections(store):
    for number in range(50):
        ProductFactory(name=f"Running Shorts {number}")
    slip = ProductFactory(name="Runng Shorts")
    assert selection("runnig shorts").understood.shown == "running shorts"
    assert selection("runng shorts").understood.shown == "runng or running shorts"
    assert found("runng shorts")[0] == slip.sku
    assert selection("runng shorts").count == 51
    assert selection("runng shorts", as_typed="1").understood.shown == ""


def test_a_form_that_nobody_wrote_is_corrected_to_what_is_more_like_it(store):
    ProductFactory(name="Jennings Wallet")
    for number in range(50):
        ProductFactory(name=f"Jeans {number}")
    assert selection("jens").understood.shown == "jeans"
    assert selection("jens", as_typed="1").count == 1
    assert selection("wallets").understood.shown == ""


def test_whom_it_is_for_is_kept_like_the_kind(store):
    kurtas = CategoryFactory(name="Kurtas")
    men = [ProductFactory(name=f"Kurta {number}", category=kurtas, gender="Men") for number in range(3)]
    ProductFactory(name="Printed Cotton Kurta", category=kurtas, gender="Women")
    first = list(selection("printed kurta men cotton").products())[:3]
    assert set(first) == set(men)
    assert selection("kurta for my husband cotton").products()[0] in men


def test_a_kind_that_is_said_by_a_synonym_is_kept(store):
    first = selection("leather silver sneakers").products()
    assert {product.category.name for product in first} <= {"Sports Shoes", "Casual Shoes"}
    ProductFactory(name="Bridal Jewel", category=CategoryFactory(name="Sarees"))
    assert {product.category.name for product in selection("brown bridal shoes").products()} >= {"Formal Shoes"}
    assert {product.category.name for product in selection("brown shoes bridal").products()} >= {"Formal Shoes"}


def test_a_set_of_a_kind_is_of_that_kind(store):
    bra = ProductFactory(name="Lace Pair", category=CategoryFactory(name="Bra"), gender="Women")
    ProductFactory(name="Gift Box", category=CategoryFactory(name="Accessory Gift Set"), gender="Men")
    briefs = CategoryFactory(name="Briefs")
    ProductFactory(name="Trunk Line", category=briefs, gender="Men")
    womens = ProductFactory(name="Lace Line", category=briefs, gender="Women")
    assert set(found("lingerie")) == {bra.sku, womens.sku}
    for words in ("lingerie set", "women's lingerie set"):
        assert set(selection(words).products()) == {bra, womens}


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ("shoes size 9", "size 9"),
        ("size: 8.5 shoes", "size: 8.5"),
        ("shoes uk 8", "uk 8"),
        ("dress size m", "size m"),
        ("medium size dress", "medium size"),
        ("XL dress", "XL"),
        ("xxl dress", "xxl"),
        ("2xl dress", "2xl"),
        ("dress for 5 years old", "5 years old"),
        ("dress 6-12 months", "6-12 months"),
        ("shoes 4 inch", "4 inch"),
        ("511 size 32 jeans", "size 32"),
        ("polo t-shirt", ""),
        ("us polo", ""),
        ("s m l", ""),
        ("plus size dress", "plus size"),
        ("34 waist jeans", "34 waist"),
        ("shoes 8 number", "8 number"),
    ],
)
def test_a_size_is_named_once_where_there_are_none(store, client, words, size):
    assert ", ".join(selection(words).understood.sizes) == size
    page = " ".join(client.get(f"/products/?{urlencode({'q': words})}").content.decode().split())
    assert page.count(f"Without <em>{size}</em>: products have no sizes here") == bool(size)


def test_the_heading_tells_what_has_most_of_the_words(store, client):
    def heading(words: str) -> str:
        page = client.get(f"/products/?{urlencode({'q': words})}").content.decode()
        return re.findall(r'class="count">([^<]*)</p>', page)[0]

    assert heading("red wave dress") == "2 products, 1 of them with most of the words only"
    assert heading("silver wave dress") == "2 products with most of the words"
    assert heading("dress") == "2 products"


def test_a_price_is_named_where_there_are_none(store, client):
    page = client.get("/products/?q=dress+under+2000").content.decode()
    assert "Without <em>under 2000</em>: products have no prices here." in page


@pytest.mark.parametrize("price", ["< 2000", ">500", "500-1000", "Rs 500 - Rs 999", "500 to 1000", "≤ 900"])
def test_signs_and_ranges_are_prices_too(store, price):
    assert set(found(f"dress {price}")) == {"12", "13"}
    assert selection(f"dress {price}").understood.price == price
    assert selection("bra 1242-0105").understood.price == ""


@pytest.mark.parametrize("words", ["cheapest", "discount", "under 1000", "the cheapest", "< 500", "size 9"])
def test_where_nothing_is_said_of_what_is_looked_for_it_is_everything(store, words):
    assert len(found(words)) == len(PRODUCTS)


def test_words_typed_in_a_category_stay_there_with_a_way_out(store, client):
    address = Category.objects.get(name="Dresses").get_absolute_url()
    page = client.get(f"{address}?q=black").content.decode()
    assert f'action="{address}"' in page
    assert re.findall(r'data-sku="([^"]*)"', page) == ["13"]
    assert '<a href="/products/?q=black">Search the whole shop (4)</a>' in page


@pytest.mark.parametrize("signs", ["!!!", "👗", "-", "'"])
def test_only_signs_are_told_apart_from_words(client, store, signs):
    page = client.get(f"/products/?{urlencode({'q': signs})}").content.decode()
    assert "has no letters or digits that could be looked for" in page
    assert "data-sku" not in page


def test_many_words_are_cut_with_a_sentence(client, store):
    page = client.get(f"/products/?{urlencode({'q': 'dress ' * 20})}").content.decode()
    assert f"only its first {MOST_WORDS} words were looked for" in page
    assert selection("x" * 5000).words == "x" * 255
    for letters, is_told in ((255, False), (300, True)):
        page = client.get(f"/products/?q={'x' * letters}").content.decode()
        assert ("only its first 255 letters were looked for" in page) == is_told


@given(st.one_of(st.text(), st.lists(st.sampled_from(TYPED))))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_anything_can_be_typed(store, words):
    chosen = selection(words if isinstance(words, str) else " ".join(words))
    products = list(chosen.products())
    assert len(products) == chosen.count
    lacking = chosen.lacking(products)
    lack = [bool(lacking.get(product.pk)) for product in products]
    assert lack == sorted(lack)
    chosen.facets()


@given(name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_title_finds_itself(store, name):
    product = Product.objects.get(sku="2")
    product.name = name
    product.derive()
    product.save()
    chosen = selection(name)
    assert not chosen.understood or product in chosen.products()


def test_staff_teach_the_shop_words(admin_client, store):
    assert found("frobnicate") == []
    form = {"phrase": "  Frobnicate! ", "meanings": "flip-flops ,, Wave Dress"}
    assert admin_client.post("/admin/catalog/synonym/add/", form).status_code == 302
    assert set(found("frobnicates")) == {"8", "12"}
    assert "is in the table already" in admin_client.post("/admin/catalog/synonym/add/", form).content.decode()
    nothing = admin_client.post("/admin/catalog/synonym/add/", {"phrase": "!!!", "meanings": ","}).content.decode()
    assert nothing.count("Write at least one word") == 2
    Synonym.objects.filter(phrase="frobnicate").delete()
    assert found("frobnicate") == []


def test_staff_are_warned_of_meanings_that_no_product_has(admin_client, store):
    Product.objects.filter(sku="9").update(archived_at=timezone.now())
    form = {"phrase": "frobnicate", "meanings": "flip-flops, Tape Red, necklaces, xyzzy"}
    shown = admin_client.post("/admin/catalog/synonym/add/", form, follow=True).content.decode()
    assert "“frobnicate” is saved, but no product of the shop is called so: necklaces, xyzzy." in shown
    assert Synonym.objects.filter(phrase="frobnicate").exists()


def test_a_shop_starts_with_synonyms(db):
    assert Synonym.objects.filter(phrase="spectacles").exists()


def test_archived_products_teach_no_words(store):
    ProductFactory(name="Xylophone")
    assert found("xylophone") != []
    Product.objects.filter(name="Xylophone").update(archived_at="2026-01-01T00:00Z")
    assert selection("xylophone").understood.left_out == ("xylophone",)
