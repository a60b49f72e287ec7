"""What an address asks with: seals that nobody forges, colours, anything strange."""

import numpy as np
import pytest

from recommender.diversity import unit
from recommender.models import Calibration
from recommender.photo.query import ExpiredSeal, PhotoQuery, seal, unseal
from recommender.registry import active_encoder
from tests.photos import ADDRESS

pytestmark = pytest.mark.django_db


def test_a_look_survives_its_seal_and_no_forgery(products):
    encoder = active_encoder()
    vector = np.asarray(encoder.embeddings.first().vector, np.float32)
    text = seal(vector, encoder)
    assert unseal(text, encoder) @ unit(vector) > 0.999
    for forged in (text[:-1] + ("A" if text[-1] != "A" else "B"), "x", "", "a:b", text.split(":")[0]):
        with pytest.raises(ExpiredSeal):
            unseal(forged, encoder)
    encoder.digest = "0" * 64
    with pytest.raises(ExpiredSeal):
        unseal(text, encoder)


@pytest.mark.parametrize(
    "query",
    [
        "page=x&emphasis=99&box=nan,1,2,3",
        "page=-5&box=1,2,3",
        "box=inf,1,1,1",
        "year=x",
        "emphasis=1e9",
    ],
)
def test_a_strange_address_is_no_error(client, products, query):
    assert client.get(f"{ADDRESS}?like={products[0].sku}&{query}").status_code in (200, 404, 410)


def test_another_colour_turns_the_search_to_it_and_the_slider_from_it():
    """Vectors of two parts: shape in the first dimensions, colour in the last two."""
    encoder = active_encoder()
    directions = np.eye(encoder.dimensions)[-2:]
    red, green = directions
    Calibration.objects.create(
        encoder=encoder,
        thresholds={},
        colours={"Red": (red / 2).tolist(), "Green": (green / 2).tolist()},
        directions=directions.tolist(),
        products=36,
    )
    shape = np.eye(encoder.dimensions)[0]
    seals = (seal(unit(shape + red).astype(np.float32), encoder),)
    plain = PhotoQuery(seals=seals).vector(encoder)
    turned = PhotoQuery(seals=seals, colour="Green").vector(encoder)
    assert turned @ green > 0.6 > 0.1 > abs(turned @ red)
    assert turned @ shape > 0.4
    assert PhotoQuery(seals=seals, emphasis=-2).vector(encoder) @ red == pytest.approx(0, abs=0.02)
    assert PhotoQuery(seals=seals, emphasis=2).vector(encoder) @ red > plain @ red + 0.1
