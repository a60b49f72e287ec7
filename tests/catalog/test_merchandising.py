"""What staff make of pages of results: pinned, boosted, buried and hidden, for a time or for good."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from catalog.models import Category, MerchandisingRule, Product
from recommender.models import Calibration, Encoder
from recommender.panels import panels_of
from recommender.panels.similar import SIMILAR
from tests.factories import CategoryFactory, ProductFactory, searchable_products
from tests.photos import photo_of, skus_in

pytestmark = pytest.mark.django_db
STEER = "/admin/catalog/merchandisingrule/steer/"


@pytest.fixture
def shirts() -> list[Product]:
    """Five of one category, the newest first."""
    category = CategoryFactory(name="Shirts")
    return ProductFactory.create_batch(5, category=category, name="Plain Shirt")[::-1]


def rule(product: Product, act: str, place: str = "shop", **values: object) -> MerchandisingRule:
    return MerchandisingRule.objects.create(product=product, act=act, place=place, **values)


def shown(client, address: str) -> list[str]:
    return skus_in(client.get(address))


def test_the_pinned_stand_first_in_their_order_then_the_boosted_and_the_buried_last(client, shirts):
    one, two, three, four, five = shirts
    rule(one, "bury")
    rule(four, "boost")
    rule(five, "pin", position=2)
    rule(three, "pin", position=1)
    expected = [product.sku for product in (three, five, four, two, one)]
    assert shown(client, "/products/") == expected
    assert shown(client, "/") == expected, "the first page too"
    by_name = [product.sku for product in sorted(shirts, key=lambda product: (product.name, -product.pk))]
    assert shown(client, "/products/?sort=name") == by_name, "an order that the shopper chose is kept"


def test_the_hidden_are_neither_shown_nor_counted(client, shirts):
    hidden = shirts[2]
    rule(hidden, "hide", "category", category=hidden.category)
    page = client.get("/c/shirts/")
    assert hidden.sku not in skus_in(page)
    assert page.context["selection"].count == 4
    assert hidden.sku in shown(client, "/products/"), "elsewhere it is there"


def test_a_rule_of_words_holds_however_they_are_typed_and_brings_what_has_none_of_them(client, shirts):
    hat = ProductFactory(name="Straw Hat")
    rule(hat, "pin", "words", words="plain shirt")
    for typed in ("plain+shirt", "Plain++SHIRT", "plain-shirt"):
        assert shown(client, f"/products/?q={typed}")[0] == hat.sku, typed
    assert hat.sku not in shown(client, "/products/?q=shirt")
    assert "without" not in client.get("/products/?q=plain+shirt").content.decode()


def test_a_rule_is_in_force_between_its_dates(client, shirts):
    now, day = timezone.now(), timedelta(days=1)
    last = shirts[-1]
    for starts_at, ends_at, holds in (
        (now - day, now + day, True),
        (None, now + day, True),
        (now - day, None, True),
        (now + day, None, False),
        (None, now - day, False),
    ):
        MerchandisingRule.objects.all().delete()
        rule(last, "pin", starts_at=starts_at, ends_at=ends_at)
        assert (shown(client, "/products/")[0] == last.sku) is holds


def test_a_pinned_product_that_is_archived_is_not_shown(client, shirts):
    last = shirts[-1]
    rule(last, "pin")
    Product.objects.filter(pk=last.pk).update(archived_at=timezone.now())
    assert last.sku not in shown(client, "/products/")


def test_the_panel_of_a_product_is_steered(shop_of_looks):
    product, *others = shop_of_looks
    before = similar_to(product)
    stranger = ProductFactory(name="Not embedded")
    rule(before[0], "hide", "panel", beside=product)
    rule(before[1], "bury", "panel", beside=product)
    rule(stranger, "pin", "panel", beside=product)
    rule(before[4], "boost", "panel", beside=product)
    expected = [stranger, before[4], before[2], before[3], *before[5:], before[1]]
    assert similar_to(product) == expected
    assert before[0] in similar_to(others[-1]) or before[0] == others[-1], "in other panels it is there"


@pytest.fixture
def shop_of_looks() -> list[Product]:
    return searchable_products(8)


def similar_to(product: Product) -> list[Product]:
    return [card.product for card in panels_of(product, [])[SIMILAR]]


def test_a_panel_says_why_a_pinned_product_stands_there_too(client, shop_of_looks):
    product = shop_of_looks[0]
    rule(ProductFactory(name="Not embedded"), "pin", "panel", beside=product)
    assert client.get(f"{product.get_absolute_url()}?explain").status_code == 200


def calibrate(loose: float, close: float) -> None:
    """From which cosine on a photo's products are loosely similar, and from which close."""
    limits = {"": [loose, close]}
    Calibration.objects.create(encoder=Encoder.objects.get(), thresholds=limits, colours={}, directions=[], products=8)


def test_photo_search_is_steered_among_what_is_as_close(client, shop_of_looks):
    calibrate(loose=-1, close=2)
    product = shop_of_looks[0]
    before = skus_in(client.post("/search/photo/", {"photo": photo_of(product)}))
    assert before[0] == product.sku
    rule(product, "hide", "photo")
    rule(Product.objects.get(sku=before[-1]), "boost", "photo")
    after = skus_in(client.post("/search/photo/", {"photo": photo_of(product)}))
    assert after == [before[-1], *before[1:-1]]


def test_among_what_is_no_match_for_a_photo_nothing_comes_before_what_is_nearer(client, shop_of_looks):
    calibrate(loose=2, close=2)
    before = skus_in(client.post("/search/photo/", {"photo": photo_of(shop_of_looks[0])}))
    rule(Product.objects.get(sku=before[-1]), "pin", "photo")
    rule(Product.objects.get(sku=before[0]), "bury", "photo")
    assert skus_in(client.post("/search/photo/", {"photo": photo_of(shop_of_looks[0])})) == before


@pytest.mark.parametrize(
    "values",
    [
        {"place": "category"},
        {"place": "words"},
        {"place": "panel"},
        {"place": "shop", "words": "shirt"},
        {"place": "nowhere"},
    ],
)
def test_a_rule_without_its_place_cannot_be(shirts, values):
    with pytest.raises(IntegrityError):
        MerchandisingRule.objects.create(product=shirts[0], act="pin", **values)


def test_there_is_one_rule_for_a_product_in_a_place(shirts):
    rule(shirts[0], "pin")
    with pytest.raises(ValidationError, match="There is a rule for this product"):
        MerchandisingRule(product=shirts[0], act="hide", place="shop").full_clean()


def test_a_product_of_another_category_has_no_rule_in_one(admin_client, shirts):
    category, hat = shirts[0].category, ProductFactory(name="Straw Hat")
    address = f"{STEER}?place=category&category={category.pk}"
    said = admin_client.post(address, {"pin": hat.sku}, follow=True).content.decode()
    assert "This product is not in the category." in said
    admin_client.post(address, {"pin": shirts[-1].sku})
    parent = CategoryFactory(name="Apparel")
    Category.objects.filter(pk=category.pk).update(parent=parent)
    admin_client.post(f"{STEER}?place=category&category={parent.pk}", {"pin": shirts[-1].sku})
    assert list(MerchandisingRule.objects.values_list("product", "category").order_by("pk")) == [
        (shirts[-1].pk, category.pk),
        (shirts[-1].pk, parent.pk),
    ]


class TestDesk:
    """The page where staff steer."""

    def test_each_button_does_what_it_says_and_the_page_shows_it(self, admin_client, shirts):
        place = f"{STEER}?place=category&category={shirts[0].category_id}"

        def press(act: str, product: Product) -> list[str]:
            answer = admin_client.post(place, {act: product.sku}, follow=True)
            assert answer.status_code == 200
            return [product.sku for product in answer.context["products"]]

        one, two, three, four, five = (product.sku for product in shirts)
        assert press("pin", shirts[4]) == [five, one, two, three, four]
        assert press("pin", shirts[3]) == [five, four, one, two, three]
        assert press("earlier", shirts[3]) == [four, five, one, two, three]
        assert press("later", shirts[3]) == [five, four, one, two, three]
        assert press("clear", shirts[3]) == [five, one, two, three, four]
        assert press("boost", shirts[2]) == [five, three, one, two, four]
        assert press("bury", shirts[0]) == [five, three, two, four, one]
        assert press("hide", shirts[1]) == [five, three, four, one]
        assert skus_in(admin_client.get("/c/shirts/")) == [five, three, four, one]
        page = admin_client.get(place).content.decode()
        assert "Hidden here" in page

    def test_it_shows_another_day(self, admin_client, shirts):
        starts_at = timezone.now() + timedelta(days=10)
        rule(shirts[4], "pin", starts_at=starts_at)
        today = admin_client.get(f"{STEER}?place=shop")
        assert today.context["products"][0] == shirts[0]
        then = admin_client.get(f"{STEER}?place=shop&on={starts_at + timedelta(days=1):%Y-%m-%d}")
        assert then.context["products"][0] == shirts[4]

    def test_any_product_can_be_brought_in(self, admin_client, shirts):
        hat = ProductFactory(name="Straw Hat")
        for find in (hat.sku, "straw hat"):
            page = admin_client.get(f"{STEER}?place=words&words=plain+shirt&find={find}")
            assert list(page.context["found"]) == [hat]
        admin_client.post(f"{STEER}?place=words&words=Plain+Shirt", {"pin": hat.sku})
        assert shown(admin_client, "/products/?q=plain+shirt")[0] == hat.sku

    def test_the_panel_of_a_product_has_its_page(self, admin_client, shop_of_looks):
        product, other, *_ = shop_of_looks
        place = f"{STEER}?place=panel&beside={product.sku}"
        page = admin_client.post(place, {"hide": other.sku}, follow=True).content.decode()
        assert other not in similar_to(product)
        assert "Hidden here" in page

    def test_a_rule_in_a_panel_stands_in_its_page_once(self, admin_client, shop_of_looks):
        product, other, *_ = shop_of_looks
        place = f"{STEER}?place=panel&beside={product.sku}"
        page = admin_client.post(place, {"pin": other.sku}, follow=True).content.decode()
        assert page.count(f'name="clear" value="{other.sku}"') == 1
        assert "Further rules" not in page
        MerchandisingRule.objects.update(starts_at=timezone.now() + timedelta(days=1))
        page = admin_client.get(place).content.decode()
        assert "Further rules" in page

    def test_a_rule_whose_product_does_not_show_is_seen_and_can_be_let_go(self, admin_client, shirts):
        far, archived = ProductFactory(name="Straw Hat"), shirts[0]
        ProductFactory.create_batch(24, category=shirts[0].category)
        rule(far, "bury")
        rule(archived, "pin")
        Product.objects.filter(pk=archived.pk).update(archived_at=timezone.now())
        page = admin_client.get(STEER).content.decode()
        assert all(page.count(f'name="clear" value="{product.sku}"') == 1 for product in (far, archived))
        assert "archived" in page
        assert "sold out" not in page
        Product.objects.filter(pk=far.pk).update(is_sold_out=True, availability="out_of_stock")
        assert "sold out" in admin_client.get(STEER).content.decode()
        admin_client.post(STEER, {"clear": archived.sku})
        assert list(MerchandisingRule.objects.values_list("product", flat=True)) == [far.pk]

    def test_a_rule_that_ends_at_midnight_holds_until_the_day_before(self, admin_client, shirts):
        rule(shirts[0], "pin", ends_at=datetime(2099, 12, 25, tzinfo=UTC))
        assert "until 24 Dec 2099" in admin_client.get(STEER).content.decode()
        MerchandisingRule.objects.update(ends_at=datetime(2099, 12, 25, 9, tzinfo=UTC))
        assert "until 25 Dec 2099, 09:00" in admin_client.get(STEER).content.decode()

    def test_the_categories_to_choose_from_begin_with_the_roots(self, admin_client):
        root = CategoryFactory(name="Clothing")
        CategoryFactory(name="Blouses", parent=CategoryFactory(name="Tops", parent=root))
        page = admin_client.get(STEER).content.decode()
        assert page.index(">Clothing<") < page.index(">Clothing &gt; Tops<") < page.index(">Clothing &gt; Tops &gt; Bl")

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ("place=category", "Say which one."),
            ("place=panel&beside=nothing", "No product has this id."),
            ("place=nowhere", "Select a valid choice"),
        ],
    )
    def test_a_page_that_is_not_is_told(self, admin_client, query, sentence):
        assert sentence in admin_client.get(f"{STEER}?{query}").content.decode()

    def test_a_product_is_not_pinned_beside_itself(self, admin_client, shirts):
        place = f"{STEER}?place=panel&beside={shirts[0].sku}"
        page = admin_client.post(place, {"pin": shirts[0].sku}, follow=True)
        assert "A product is not shown beside itself." in page.content.decode()
        assert not MerchandisingRule.objects.exists()

    def test_a_page_has_a_limited_number_of_rules(self, admin_client, shirts, monkeypatch):
        monkeypatch.setattr("catalog.steering.MOST_RULES", 1)
        admin_client.post(f"{STEER}?place=shop", {"pin": shirts[0].sku})
        page = admin_client.post(f"{STEER}?place=shop", {"pin": shirts[1].sku}, follow=True)
        assert "A page has 1 rules at most" in page.content.decode()
        assert MerchandisingRule.objects.count() == 1

    def test_it_is_for_staff_who_may(self, client, django_user_model, shirts):
        assert client.get(STEER).status_code == 302
        client.force_login(django_user_model.objects.create_user("clerk", is_staff=True))
        assert client.get(STEER).status_code == 403
        assert client.post(STEER, {"pin": shirts[0].sku}).status_code == 403

    def test_the_table_of_rules_leads_there_and_back(self, admin_client, shirts):
        made = rule(shirts[0], "pin")
        assert STEER in admin_client.get(reverse("admin:catalog_merchandisingrule_changelist")).content.decode()
        change = reverse("admin:catalog_merchandisingrule_change", args=[made.pk])
        assert change in admin_client.get(STEER).content.decode()
        assert admin_client.get(change).status_code == 200


def test_rules_go_with_what_they_are_about(shirts):
    rule(shirts[0], "pin", "category", category=shirts[0].category)
    rule(shirts[1], "pin", "panel", beside=shirts[0])
    Product.objects.all().delete()
    Category.objects.all().delete()
    assert not MerchandisingRule.objects.exists()
