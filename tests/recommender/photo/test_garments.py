"""Parts of a photo are called by names that tell them apart."""

import numpy as np
import pytest

from recommender.photo.eye import load_eye
from recommender.photo.garments import families, names


@pytest.mark.parametrize(
    ("types", "colours", "called"),
    [
        (["Tshirts", "Casual Shoes"], ["Blue", "Black"], ["T-shirt", "Shoes"]),
        (["Shirts", "Shirts"], ["Blue", "Red"], ["Blue Shirt", "Red Shirt"]),
        (["Shirts", "Shirts", "Jeans"], ["Blue", "Blue", "Blue"], ["Blue Shirt 1", "Blue Shirt 2", "Jeans"]),
        (["Shirts", "Shirts", "Shirts"], ["Blue", "Red", "Blue"], ["Blue Shirt 1", "Red Shirt", "Blue Shirt 2"]),
        (["Lipstick"], ["Red"], ["Lipstick"]),
        ([], [], []),
    ],
)
def test_parts_of_one_name_are_told_apart_by_colour_and_then_by_number(types, colours, called):
    assert names(types, colours) == called


def test_each_type_that_the_eye_knows_is_of_one_family():
    types = load_eye().classes["article_type"]
    shares = families(types, np.full(len(types), 1 / len(types), np.float32))
    assert sum(shares.values()) == pytest.approx(1, abs=1e-5)
    assert min(shares.values()) > 0
    only_jeans = np.array([name == "Jeans" for name in types], np.float32)
    assert families(types, only_jeans)["lower"] == 1
