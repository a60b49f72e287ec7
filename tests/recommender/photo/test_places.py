"""Where the eye's map shows a product, there is a box."""

import numpy as np
import pytest

from recommender.photo.boxes import Box
from recommender.photo.places import places


def showing(*parts: tuple[slice, slice]) -> np.ndarray:
    """A map of 8 rows and 6 columns that shows products there."""
    cells = np.zeros((8, 6), np.float32)
    for part in parts:
        cells[part] = 1
    return cells


def test_what_the_map_shows_is_found_together_and_in_pieces():
    left, right = (slice(2, 6), slice(0, 2)), (slice(2, 6), slice(4, 6))
    together, *pieces = places(showing(left, right), 300, 400)
    assert together.overlap(Box(0, 0.25, 1, 0.5)) > 0.75
    assert len(pieces) == 2
    assert max(piece.overlap(Box(0, 0.25, 1 / 3, 0.5)) for piece in pieces) > 0.6


def test_one_product_is_one_box():
    (box,) = places(showing((slice(2, 6), slice(1, 5))), 300, 400)
    assert box.overlap(Box(1 / 6, 0.25, 2 / 3, 0.5)) > 0.7


@pytest.mark.parametrize(("width", "height"), [(400, 100), (100, 400), (1, 1), (4000, 30)])
def test_bars_beside_a_photo_are_no_part_of_it(width, height):
    (box,) = places(np.ones((8, 6), np.float32), width, height)
    assert box == Box(0, 0, 1, 1)


def test_a_map_of_nothing_has_no_place():
    assert places(showing(), 300, 400) == []
