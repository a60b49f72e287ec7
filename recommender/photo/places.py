"""Where the eye saw products."""

import numpy as np
from PIL import Image

from recommender.photo.boxes import Box
from recommender.photo.masks import boxes_around, pieces_of

FINENESS = 8
"""Pixels a cell of the map is drawn with, so that a box may end between two cells."""
LIKELY = 0.5
MOST = 4
SMALLEST_SHARE = 0.25
"""What is smaller than so much of the largest piece is none."""


def places(cells: np.ndarray, width: int, height: int) -> list[Box]:
    """Boxes around what the map (rows, columns) of a letterboxed photo of that size shows: all of it, then each piece.

    None where it shows nothing.
    """
    rows, columns = cells.shape
    size = (columns * FINENESS, rows * FINENESS)
    drawn = np.asarray(Image.fromarray(cells.astype(np.float32)).resize(size, Image.Resampling.BILINEAR))
    mask = _within_photo(drawn > LIKELY, width, height)
    pieces = pieces_of(mask, MOST, 0)
    if not pieces:
        return []
    least = SMALLEST_SHARE * len(pieces[0])
    return boxes_around([piece for piece in pieces if len(piece) >= least], mask.shape)


def _within_photo(mask: np.ndarray, width: int, height: int) -> np.ndarray:
    """The mask without the bars beside or above the photo."""
    rows, columns = mask.shape
    scale = min(columns / width, rows / height)
    left, top = round((columns - width * scale) / 2), round((rows - height * scale) / 2)
    return mask[top : max(rows - top, top + 1), left : max(columns - left, left + 1)]
