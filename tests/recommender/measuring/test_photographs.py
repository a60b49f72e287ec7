"""The made-up photographs that encoders are measured with."""

import numpy as np
import pytest

from recommender.measuring.photographs import draw_photographs, draw_scenes, photograph, scene
from tests.pictures import drawing


@pytest.mark.parametrize(("make", "sides"), [(photograph, {60, 80}), (scene, range(360, 720))])
def test_a_photograph_is_the_same_for_the_same_random_numbers(make, sides):
    picture, other = drawing(1, (60, 80)), drawing(2, (60, 80))
    for seed in range(5):
        first, second = (make(np.random.default_rng(seed), picture, other) for _ in range(2))
        assert set(first.size) <= set(sides)
        assert first.mode == "RGB"
        assert first.tobytes() == second.tobytes()
        assert first.tobytes() != make(np.random.default_rng(seed + 1), picture, other).tobytes()


def test_every_encoder_is_shown_the_same():
    def picture(row: int):
        return drawing(row, (60, 80))

    (rows, first), (same_rows, second) = (draw_photographs(20, picture) for _ in range(2))
    assert sorted(rows) == list(range(20))
    assert np.array_equal(rows, same_rows)
    assert [photo.tobytes() for photo in first] == [photo.tobytes() for photo in second]
    scenes, same_scenes = (draw_scenes(rows[:5], 20, picture) for _ in range(2))
    assert [photo.tobytes() for photo in scenes] == [photo.tobytes() for photo in same_scenes]
