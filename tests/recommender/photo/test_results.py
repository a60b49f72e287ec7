"""Filters, groups and guesses over what looks similar."""

from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import ProductSize
from recommender.diversity import unit
from recommender.embedding import embed_products
from recommender.models import Calibration
from recommender.photo.boxes import WHOLE, Box
from recommender.photo.eye import load_eye
from recommender.photo.query import PhotoQuery, seal
from recommender.photo.results import SURE_BY_EYE, Results
from recommender.photo.store import Shown, StoredPhoto, keep
from recommender.registry import active_encoder
from tests.factories import ProductFactory
from tests.photos import ADDRESS, picture_of, results_of, skus_in

pytestmark = pytest.mark.django_db


CHOICES = st.fixed_dictionaries(
    {},
    optional={
        "category": st.lists(st.sampled_from(["Shirts", "Shoes", "Bags"]), max_size=2),
        "gender": st.lists(st.sampled_from(["Men", "Women"]), max_size=2),
        "base_colour": st.lists(st.sampled_from(["Red", "Blue", "Green", "Black", "Pink"]), max_size=2),
        "year": st.lists(st.sampled_from(["2010", "2013", "1999"]), max_size=2),
    },
)


@given(choices=CHOICES)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_count_of_every_value_is_what_choosing_it_alone_would_leave(products, choices):
    query = QueryDict(mutable=True)
    for name, values in choices.items():
        query.setlist(name, values)
    results = results_of(products[0], query.urlencode())
    assert results.count == len(results.chosen)
    for facet in results.facets():
        for choice in facet.choices:
            alone = query.copy()
            alone.setlist(facet.name, [choice.label])
            assert results_of(products[0], alone.urlencode()).count == choice.count
            assert (choice.label in choices.get(facet.name, [])) == choice.is_chosen


def test_filters_leave_the_order(products):
    everything = [alike.pk for alike in results_of(products[0]).alikes]
    men = [alike.pk for alike in results_of(products[0], "gender=Men").chosen]
    by_id = {product.pk: product for product in products}
    assert men == [pk for pk in everything if by_id[pk].gender == "Men"]


def test_what_we_see_is_what_the_neighbours_are(products):
    for product in products:
        product.gender = "Women"
        product.save()
    guesses = {guess.label: guess for guess in results_of(products[0]).guesses()}
    assert guesses["Women"].confidence == 100
    assert "gender=Women" in guesses["Women"].address
    assert "Women" not in {guess.label for guess in results_of(products[0], "gender=Women").guesses()}


def test_what_the_neighbours_are_not_sure_of_is_not_said(products):
    for product in products:
        product.category = products[0].category
        product.save()
    vector = unit(np.mean([embedding.vector for embedding in active_encoder().embeddings.all()], axis=0))
    guesses = Results(PhotoQuery(), active_encoder(), vector).guesses()
    assert [(guess.name, guess.label) for guess in guesses] == [("category", products[0].category.name)]


def test_for_whom_it_is_is_said_of_a_photo_only_where_the_eye_is_sure_too(products):
    encoder = active_encoder()
    for product in products:
        product.gender = "Women"
        product.save()
    sure = []
    for product in products[:8]:
        photo = StoredPhoto.of(picture_of(product), None, [])
        name = keep(photo)
        sure.append(load_eye().look_at(photo.pixels).sureness_of_gender >= SURE_BY_EYE)
        vector = np.asarray(encoder.embeddings.get(product=product).vector)
        guesses = Results(PhotoQuery(photos=(name,)), encoder, vector).guesses()
        assert ("Women" in {guess.label for guess in guesses}) == sure[-1]
    assert not all(sure)


def test_for_whom_it_is_is_asked_of_the_eye_again_only_where_another_part_is_searched_with(products):
    encoder = active_encoder()
    for product in products:
        product.gender = "Women"
        product.save()
    picture, part = picture_of(products[0]), Box(0, 0, 1, 0.5)
    is_sure = load_eye().look_at(picture).sureness_of_gender >= SURE_BY_EYE
    said_when_it_came = 0.0 if is_sure else 1.0
    name = keep(StoredPhoto.of(picture, Shown("", part, "", said_when_it_came), []))
    vector = np.asarray(encoder.embeddings.get(product=products[0]).vector)
    for box, is_said in ((part, not is_sure), (Box.parse(str(part)), not is_sure), (WHOLE, is_sure)):
        guesses = Results(PhotoQuery(photos=(name,), box=box), encoder, vector).guesses()
        assert ("Women" in {guess.label for guess in guesses}) == is_said


def test_groups_follow_the_calibration(client, products):
    encoder = active_encoder()
    for product in products[2:]:
        # What the neighbours of the first two are tells which category's limits count.
        product.category = products[0].category
        product.save()
    thresholds = {"": [-1.0, 2.0], str(products[0].category_id): [0.0, 0.99]}
    kept = Calibration.objects.create(encoder=encoder, thresholds=thresholds, colours={}, directions=[], products=36)
    groups = {group.name: group for group in results_of(products[0]).groups()}
    assert [card.product for card in groups["close"].cards] == [products[0]]
    asked = {"look": seal(np.asarray(encoder.embeddings.get(product=products[0]).vector, np.float32), encoder)}
    assert "Nothing here is close" not in client.get(ADDRESS, asked).content.decode()
    kept.thresholds = {"": [-1.0, 2.0]}
    kept.save()
    page = client.get(ADDRESS, asked).content.decode()
    assert "Nothing here is close" in page
    assert "No good match" not in page


def test_a_chosen_colour_is_a_filter_too_and_both_go_together(products):
    (red,) = (colour for colour in results_of(products[0]).colours() if colour.label == "Red")
    assert {"colour", "base_colour"} <= set(parse_qs(urlsplit(red.address).query))
    turned = results_of(products[0], "colour=Red&base_colour=Red&gender=Men")
    assert [chip.label for chip in turned.chips()] == ["Men", "in Red"]
    back = parse_qs(urlsplit(turned.chips()[1].address).query)
    assert back["gender"] == ["Men"]
    assert not {"colour", "base_colour"} & set(back)


def test_more_results_come_page_by_page(client, products):
    first = client.get(ADDRESS, {"like": products[0].sku})
    second = client.get(ADDRESS, {"like": products[0].sku, "page": 2})
    assert 'rel="next"' in first.content.decode()
    assert 'rel="next"' not in second.content.decode()
    assert set(skus_in(first) + skus_in(second)) == {product.sku for product in products}


@pytest.fixture
def sold(products):
    """Every third product costs 10, 20, 30 …; every fourth comes in M, and every fifth in L, which is sold out."""
    for number, product in enumerate(products):
        if number % 3 == 0:
            product.price, product.currency = 10 + 10 * number, "EUR"
            product.save()
        if number % 4 == 0:
            ProductSize.objects.create(product=product, label="M", position=0)
        if number % 5 == 0:
            ProductSize.objects.create(product=product, label="L", position=1, availability="out_of_stock")
    return products


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("min_price=100", lambda number: number % 3 == 0 and number >= 9),
        ("max_price=100", lambda number: number % 3 == 0 and number <= 9),
        ("min_price=200&max_price=100", lambda number: number % 3 == 0 and 9 <= number <= 19),
        ("size=M", lambda number: number % 4 == 0),
        ("size=L", lambda number: False),
        ("size=M&max_price=100", lambda number: number % 12 == 0 and number <= 9),
        ("min_price=much", lambda number: True),
    ],
)
def test_price_and_size_narrow_what_looks_like_it(client, sold, query, fits):
    expected = {product.pk for number, product in enumerate(sold) if fits(number)}
    results = results_of(sold[0], query)
    assert {alike.pk for alike in results.chosen} == expected
    assert results.count == len(expected)


def test_price_and_size_are_facets_of_photo_search_and_stay_in_its_addresses(client, sold):
    results = results_of(sold[0], "like=P2&min_price=100&size=M")
    assert results.price_facet.lowest == 10
    assert sum(bar.count for bar in results.price_facet.bars) == 3
    (sizes,) = (facet for facet in results.facets() if facet.name == "size")
    assert [(choice.label, choice.is_chosen) for choice in sizes.choices] == [("M", True)]
    assert sizes.choices[0].count == results.count
    labels = {chip.label: parse_qs(urlsplit(chip.address).query) for chip in results.chips()}
    assert labels == {"M": {"like": ["P2"], "min_price": ["100"]}, "from €100.00": {"like": ["P2"], "size": ["M"]}}
    page = client.get(ADDRESS, {"like": sold[2].sku, "min_price": "100"}).content.decode()
    assert '<input type="hidden" name="like" value="P2">' in page
    assert 'name="min_price"' in page
    assert "min_price=100" in page


def test_a_shop_without_prices_and_sizes_asks_for_none(client, products, django_assert_max_num_queries):
    client.get(ADDRESS, {"like": products[0].sku})
    with django_assert_max_num_queries(11):
        page = client.get(ADDRESS, {"like": products[0].sku, "min_price": "100"}).content.decode()
    assert "price-facet" not in page
    assert page.count("data-sku") > 20


def test_products_of_one_picture_count_once_as_they_share_a_card(products):
    category, picture = products[0].category, products[3]
    copies = [
        ProductFactory(category=category, image=picture.image.name, image_digest=picture.image_digest) for _ in range(2)
    ]
    embed_products([copy.pk for copy in copies])
    results = results_of(products[0])
    assert len(results.chosen) == results.count + len(copies)
    facet = next(facet for facet in results.facets() if facet.name == "category")
    counted = next(choice for choice in facet.choices if choice.label == category.name)
    assert counted.count == results_of(products[0], f"category={category.name}").count
