"""The two views of a product that the training makes."""

import numpy as np

from recommender.training.augmentation import clean_view, cut_out, photo_view
from tests.pictures import drawing


def test_a_product_is_cut_out_of_its_white_background():
    (opacity,) = cut_out(np.asarray(drawing(1, (120, 160)))[None])
    assert opacity[0, 0] == opacity[-1, -1] == 0
    assert opacity[np.asarray(drawing(1, (120, 160))).min(axis=2) < 200].min() == 255


def test_views_are_pictures_and_the_same_for_the_same_random_numbers():
    picture, other = (np.asarray(drawing(seed, (120, 160))) for seed in (1, 2))
    (opacity,) = cut_out(picture[None])
    for seed in range(60):
        views = [
            (
                clean_view(random := np.random.default_rng(seed), picture),
                photo_view(random, picture, opacity, other),
            )
            for _ in range(2)
        ]
        for first, second in zip(*views, strict=True):
            assert first.shape == (160, 120, 3)
            assert first.dtype == np.uint8
            assert np.array_equal(first, second)
