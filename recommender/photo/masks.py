"""The pieces of a mask, and the boxes around them."""

import numpy as np

from recommender.photo.boxes import SMALLEST, Box

MARGIN = 0.04
"""Around a piece, in parts of the photo's sides"""


def pieces_of(mask: np.ndarray, most: int, least: float) -> list[np.ndarray]:
    """The (row, column) of each pixel (n, 2) of up to `most` pieces of a mask, the largest first.

    Each is larger than `least` pixels; the pixels of a piece are connected by their sides.
    """
    labels = _labelled(mask)
    numbers, sizes = np.unique(labels[mask], return_counts=True)
    largest = [place for place in np.argsort(-sizes)[:most] if sizes[place] > least]
    return [np.argwhere(labels == numbers[place]) for place in largest]


def boxes_around(pieces: list[np.ndarray], shape: tuple[int, int]) -> list[Box]:
    """A box for each piece of a mask of (height, width), and one around all of them, which comes first."""
    if not pieces:
        return []
    groups = [np.concatenate(pieces), *pieces] if len(pieces) > 1 else pieces
    boxes = [_box_around(group, shape) for group in groups]
    return [box for box in boxes if min(box.width, box.height) >= SMALLEST]


def opened(mask: np.ndarray) -> np.ndarray:
    """The mask without what is thinner than three pixels."""
    eroded = _with_neighbours(mask, outside=False).min(axis=0)
    return _with_neighbours(eroded, outside=False).max(axis=0)


def _labelled(mask: np.ndarray) -> np.ndarray:
    """The mask with a number for each of its pieces, whose pixels are connected by their sides, and -1 beside them."""
    begins = mask & ~np.pad(mask, ((0, 0), (1, 0)))[:, :-1]
    # The pixels of a row that are connected have one number, and only these numbers are compared with the next row's.
    runs = np.cumsum(begins).reshape(mask.shape) - 1
    touching = mask[:-1] & mask[1:]
    above, below = runs[:-1][touching], runs[1:][touching]
    numbers = np.arange(begins.sum() + 1)
    while True:
        lower = numbers.copy()
        np.minimum.at(lower, above, numbers[below])
        np.minimum.at(lower, below, numbers[above])
        # A number is also that of a run of the same piece, which may have a lower one already.
        lower = lower[lower]
        if (lower == numbers).all():
            return np.where(mask, numbers[runs], -1)
        numbers = lower


def _with_neighbours(pixels: np.ndarray, *, outside: int) -> np.ndarray:
    """(5, height, width): each pixel, and those above, below and on both its sides."""
    around = np.pad(pixels, 1, constant_values=outside)
    shifts = (around[1:-1, 1:-1], around[:-2, 1:-1], around[2:, 1:-1], around[1:-1, :-2], around[1:-1, 2:])
    return np.stack(shifts)


def _box_around(piece: np.ndarray, shape: tuple[int, int]) -> Box:
    """The box around pixels (n, 2), with a margin, within a photo of (height, width) pixels."""
    top, left = np.maximum(piece.min(axis=0) / shape - MARGIN, 0).tolist()
    bottom, right = np.minimum((piece.max(axis=0) + 1) / shape + MARGIN, 1).tolist()
    return Box(left, top, right - left, bottom - top)
