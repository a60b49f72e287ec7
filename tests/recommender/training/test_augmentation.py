"""The views that the training makes."""

import numpy as np

from recommender.training.augmentation import clean_view, cut_out, photo_view, real_view
from tests.pictures import drawing


def test_a_product_is_cut_out_of_its_white_background():
    (opacity,) = cut_out(np.asarray(drawing(1, (120, 160)))[None])
    assert opacity[0, 0] == opacity[-1, -1] == 0
    assert opacity[np.asarray(drawing(1, (120, 160))).min(axis=2) < 200].min() == 255


def test_views_are_pictures_and_the_same_for_the_same_random_numbers():
    picture, other = (np.asarray(drawing(seed, (120, 160))) for seed in (1, 2))
    (opacity,) = cut_out(picture[None])
    photo, scene = drawing(3, (200, 90)), drawing(4, (3, 5))
    for seed in range(60):
        views = [
            (
                clean_view(random := np.random.default_rng(seed), picture),
                *photo_view(random, picture, opacity, other, scene if seed % 2 else None),
                real_view(random, photo, other, scene),
            )
            for _ in range(2)
        ]
        for first, second in zip(*views, strict=True):
            assert first.shape[:2] == (160, 120)
            assert first.dtype == np.uint8
            assert np.array_equal(first, second)


def test_where_a_product_shows_is_known():
    picture = np.full((160, 120, 3), 255, np.uint8)
    picture[40:120, 30:90] = (200, 0, 0)
    (opacity,) = cut_out(picture[None])
    other = np.full((160, 120, 3), (0, 0, 200), np.uint8)
    for seed in range(20):
        view, shown = photo_view(np.random.default_rng(seed), picture, opacity, other)
        assert 0 < (shown > 128).mean() < 1
        assert view[shown == 255, 0].mean() > view[shown == 255, 2].mean()
