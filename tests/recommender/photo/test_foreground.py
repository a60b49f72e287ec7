"""What stands out from a photo's edges is found: each piece, and all together."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from recommender.photo.boxes import Box
from recommender.photo.foreground import foreground


def drawn(*boxes: tuple[int, int, int, int], size: tuple[int, int] = (600, 400)) -> Image.Image:
    """Rectangles (left, top, right, bottom) on an olive ground."""
    photo = Image.new("RGB", size, "olive")
    for box in boxes:
        ImageDraw.Draw(photo).rectangle(box, fill="white")
    return photo


def test_two_pieces_are_found_each_and_together():
    found = foreground(drawn((60, 80, 180, 320), (360, 80, 540, 320)))
    # With a margin of 0.04.
    expected = [Box(0.06, 0.16, 0.88, 0.68), Box(0.56, 0.16, 0.38, 0.68), Box(0.06, 0.16, 0.28, 0.68)]
    assert len(found) == 3
    assert all(box.overlap(other) > 0.85 for box, other in zip(found, expected, strict=True))


def test_what_is_connected_is_one_piece_however_it_winds():
    bars = [(left, 40, left + 40, 360) for left in range(20, 540, 80)]
    above = [(left, 40, left + 120, 80) for left in range(20, 460, 160)]
    below = [(left, 320, left + 120, 360) for left in range(100, 460, 160)]
    (found,) = foreground(drawn(*bars, *above, *below))
    assert found.overlap(Box(20 / 600, 0.1, 520 / 600, 0.8)) > 0.75


@pytest.mark.parametrize("photo", [drawn(), drawn((300, 200, 309, 209)), drawn(size=(1, 1)), drawn(size=(1000, 2))])
def test_nothing_stands_out_of_a_plain_photo_nor_does_a_speck(photo):
    assert foreground(photo) == []


def test_noise_is_no_error():
    noise = np.random.default_rng(0).integers(0, 256, (240, 180, 3), np.uint8)
    for box in foreground(Image.fromarray(noise)):
        assert 0 <= box.left < box.left + box.width <= 1
