"""What stands out from a photo's edges."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from PIL import Image

from recommender.photo.boxes import SMALLEST, Box

SIDE = 72
"""Pixels of a photo's longer side that are enough to see it."""
BLUR = np.exp(-(np.arange(-4, 5, dtype=np.float32) ** 2) / 2)
"""The weights of a blur with a standard deviation of one pixel"""
EDGE_SAMPLE = 32
MOST = 3
SPECK = 0.01
"""What has no larger share of the photo's pixels is none of its pieces."""
MARGIN = 0.04
"""Around a piece, in parts of the photo's sides"""


def foreground(photo: Image.Image) -> list[Box]:
    """Around what differs from an RGB photo's edges: each of its three largest pieces, and all of these together."""
    small = photo.copy()
    small.thumbnail((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=1)
    distance = _distance_from_edges(_blurred(np.asarray(small, np.float32)))
    mask = _opened(distance > max(_otsu(distance), 1.0))
    pieces = _pieces(mask)
    boxes = [_box_around(piece, mask.shape) for piece in pieces]
    if len(pieces) > 1:
        boxes.append(_box_around(np.concatenate(pieces), mask.shape))
    return [box for box in boxes if min(box.width, box.height) >= SMALLEST]


def _blurred(pixels: np.ndarray) -> np.ndarray:
    reach = len(BLUR) // 2
    for axis in (0, 1):
        padding = [(reach, reach) if side == axis else (0, 0) for side in range(pixels.ndim)]
        windows = sliding_window_view(np.pad(pixels, padding, mode="symmetric"), len(BLUR), axis)
        pixels = windows @ (BLUR / BLUR.sum())
    return pixels


def _distance_from_edges(pixels: np.ndarray) -> np.ndarray:
    """How far each pixel's colour is from the nearest one at the edges: background is like some part of them."""
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    sample = edge[:: max(1, len(edge) // EDGE_SAMPLE)]
    return np.sqrt(((pixels[:, :, None] - sample) ** 2).sum(axis=3)).min(axis=2)


def _otsu(values: np.ndarray) -> float:
    """The threshold between two groups of values. Source: Otsu: A Threshold Selection Method (1979)."""
    counts, edges = np.histogram(values, 64)
    middles = (edges[:-1] + edges[1:]) / 2
    below, total = np.cumsum(counts), counts.sum()
    sums = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (sums[-1] * below / total - sums) ** 2 / (below * (total - below))
    return float(middles[int(np.nan_to_num(between).argmax())])


def _opened(mask: np.ndarray) -> np.ndarray:
    """The mask without what is thinner than three pixels."""
    eroded = _with_neighbours(mask, outside=False).min(axis=0)
    return _with_neighbours(eroded, outside=False).max(axis=0)


def _pieces(mask: np.ndarray) -> list[np.ndarray]:
    """The (row, column) of each pixel (n, 2) of the largest pieces of a mask, the largest first."""
    labels = _labelled(mask)
    numbers, sizes = np.unique(labels[mask], return_counts=True)
    largest = [place for place in np.argsort(-sizes)[:MOST] if sizes[place] > SPECK * mask.size]
    return [np.argwhere(labels == numbers[place]) for place in largest]


def _labelled(mask: np.ndarray) -> np.ndarray:
    """The mask with a number for each of its pieces, whose pixels are connected by their sides."""
    nothing = mask.size
    labels = np.where(mask, np.arange(mask.size).reshape(mask.shape), nothing)
    while True:
        lower = np.where(mask, _with_neighbours(labels, outside=nothing).min(axis=0), nothing)
        # A number is also the place of a pixel of the same piece, which may have a lower one already.
        lower = np.append(lower, nothing)[lower]
        if (lower == labels).all():
            return labels
        labels = lower


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
