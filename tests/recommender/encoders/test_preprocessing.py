"""What the shipped encoder sees of a picture."""

import numpy as np
import pytest
from PIL import Image

from recommender.encoders.preprocessing import letterbox


@pytest.mark.parametrize("size", [(60, 80), (600, 800), (800, 800), (2000, 300), (1, 1), (30, 4000)])
def test_pictures_of_any_shape_are_letterboxed_on_white(size):
    pixels = letterbox(Image.new("RGB", size, "black"))
    assert pixels.shape == (160, 120, 3)
    assert pixels.dtype == np.uint8
    dark = pixels.max(axis=2) < 128
    share = min(size[0] / size[1] / 0.75, size[1] * 0.75 / size[0])
    assert dark.mean() == pytest.approx(share, abs=0.02)
    rows, columns = np.nonzero(dark)
    assert abs(rows.min() - (159 - rows.max())) <= 1
    assert abs(columns.min() - (119 - columns.max())) <= 1
