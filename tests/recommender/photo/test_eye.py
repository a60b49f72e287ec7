"""What the eye says of pictures."""

import pytest
from PIL import Image

from recommender.photo.eye import MAP, load_eye
from recommender.photo.seeing import SURE
from tests.pictures import drawing


@pytest.mark.parametrize("size", [(60, 80), (300, 200), (1, 1)])
def test_a_sight_is_made_of_probabilities(size):
    eye = load_eye()
    sight = eye.look_at(drawing(3).resize(size))
    assert 0 <= sight.product <= 1
    assert [len(kind) for kind in sight.kinds] == [len(names) for names in eye.classes.values()]
    assert [float(kind.sum()) for kind in sight.kinds] == pytest.approx([1, 1, 1], abs=1e-5)
    assert sight.place.shape == MAP


@pytest.mark.parametrize("colour", ["white", "black", "grey", "olive"])
def test_there_is_nothing_on_a_plain_picture(colour):
    assert load_eye().look_at(Image.new("RGB", (300, 400), colour)).product < SURE
