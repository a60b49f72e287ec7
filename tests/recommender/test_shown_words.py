"""Words that pictures show: learnt on a shop's names and embeddings, and searched with."""

import re

import numpy as np
import pytest
from django.utils import timezone

from catalog.models import Product
from recommender.measuring.catalogue import load_catalogue
from recommender.measuring.shown_words import learn_shown_words
from recommender.models import Embedding, ShownWord
from recommender.registry import active_encoder
from recommender.shown_words import showing, shown_words
from tests.factories import CategoryFactory

pytestmark = pytest.mark.django_db
MAKERS = ("Acme", "Bravo", "Corona", "Delta", "Echo")
UNTOLD = ("6", "12", "18", "24")


@pytest.fixture
def shop():
    """480 shirts of five makers; a sixth are striped, which four of them do not tell, and Acme's look alike, too.

    A striped one's embedding lies along the first axis, one of Acme's along the second.
    """
    encoder = active_encoder()
    random = np.random.default_rng(5)
    shirts = CategoryFactory(name="Shirts")
    vectors = random.normal(size=(480, encoder.dimensions)) / np.sqrt(encoder.dimensions)
    names = []
    for number, vector in enumerate(vectors):
        maker, is_striped = MAKERS[number % len(MAKERS)], number % 6 == 0
        vector[0] += 2 * is_striped
        vector[1] += 2 * (maker == "Acme")
        word = "Striped " if is_striped and str(number) not in UNTOLD else ""
        names.append(f"{maker} {word}{'Lucky ' if number % 4 == 0 else ''}Shirt")
    products = [
        Product(sku=str(n), name=name, category=shirts, image=f"{n}.jpg", image_digest=f"{digest:064}")
        for n, (name, digest) in enumerate(zip(names, random.permutation(480), strict=True))
    ]
    for product in products:
        product.derive()
    Product.objects.bulk_create(products)
    Embedding.objects.bulk_create(
        Embedding(
            encoder=encoder,
            product=product,
            image_digest=product.image_digest,
            vector=vector / np.linalg.norm(vector),
            created_at=timezone.now(),
        )
        for product, vector in zip(products, vectors, strict=True)
    )
    return learn_shown_words(load_catalogue(encoder))


def test_a_word_is_learnt_where_pictures_show_it_and_finds_what_nobody_wrote(client, shop):
    """Not a word that has nothing to do with the look, not a maker's, and not that of a kind."""
    (stripe,) = shop
    assert stripe.stem == "stripe"
    assert stripe.precision > 0.8
    assert np.linalg.norm(stripe.vector) == pytest.approx(1)

    assert shown_words(["stripes", "lucky", "shirt"]) == {"stripes": stripe}
    untold = Product.objects.exclude(name__contains="Striped")
    cards = showing([stripe], untold)
    assert cards
    assert {card.product.sku for card in cards} <= set(UNTOLD)
    assert showing([stripe], untold.exclude(sku__in=UNTOLD)) == []

    first, last = (client.get(f"/products/?q=striped+shirt&page={page}").content.decode() for page in (1, 2))
    written, found = last.split("Also looks like “striped”")
    assert set(re.findall(r'data-sku="([^"]*)"', found)) == {card.product.sku for card in cards}
    assert not set(UNTOLD) & set(re.findall(r'data-sku="([^"]*)"', written))
    assert "Also looks like" not in first
    assert "Also looks like" not in client.get("/products/?q=shirt+-striped&page=9").content.decode()

    Product.objects.update(name="Shirt")
    assert learn_shown_words(load_catalogue(active_encoder())) == []
    assert not ShownWord.objects.exists()


def test_a_shop_with_few_products_learns_none():
    assert learn_shown_words(load_catalogue(active_encoder())) == []
