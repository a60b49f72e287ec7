"""What stands out from a photo's edges."""

import numpy as np
from PIL import Image

from recommender.photo.boxes import Box
from recommender.photo.masks import boxes_around, opened, pieces_of

SIDE = 112
"""Pixels of a photo's longer side that are enough to see it."""
BLUR = np.exp(-(np.arange(-4, 5, dtype=np.float32) ** 2) / 2)
"""The weights of a blur with a standard deviation of one pixel"""
EDGE_SAMPLE = 32
STANDS_OUT = (1.0, 45.0)
"""The least and the largest distance of colours (0..442) that may part the foreground; pale things belong to it."""
MOST = 6
SPECK = 0.01
"""What has no larger share of the photo's pixels is none of its pieces."""


def foreground(photo: Image.Image) -> list[Box]:
    """Around what differs from an RGB photo's edges: all of its six largest pieces together, and each of them."""
    small = photo.copy()
    small.thumbnail((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=1)
    distance = _distance_from_edges(_blurred(np.asarray(small, np.float32)))
    mask = opened(distance > np.clip(_otsu(distance), *STANDS_OUT))
    return boxes_around(pieces_of(mask, MOST, SPECK * mask.size), mask.shape)


def _blurred(pixels: np.ndarray) -> np.ndarray:
    reach = len(BLUR) // 2
    for axis in (0, 1):
        padding = [(reach, reach) if side == axis else (0, 0) for side in range(pixels.ndim)]
        padded = np.moveaxis(np.pad(pixels, padding, mode="symmetric"), axis, 0)
        weighed = (weight * padded[step:][: pixels.shape[axis]] for step, weight in enumerate(BLUR / BLUR.sum()))
        pixels = np.moveaxis(sum(weighed), 0, axis)
    return pixels


def _distance_from_edges(pixels: np.ndarray) -> np.ndarray:
    """How far each pixel's colour is from the nearest one at the edges: background is like some part of them."""
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    bands = np.ascontiguousarray(np.moveaxis(pixels, 2, 0))
    nearest = np.full(pixels.shape[:2], np.inf, np.float32)
    # A product of matrices would wake a thread of BLAS on every core, which then waits for the next one.
    for colour in edge[:: max(1, len(edge) // EDGE_SAMPLE)]:
        np.minimum(nearest, ((bands - colour[:, None, None]) ** 2).sum(axis=0), out=nearest)
    return np.sqrt(nearest)


def _otsu(values: np.ndarray) -> float:
    """The threshold between two groups of values. Source: Otsu: A Threshold Selection Method (1979)."""
    counts, edges = np.histogram(values, 64)
    middles = (edges[:-1] + edges[1:]) / 2
    below, total = np.cumsum(counts), counts.sum()
    sums = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (sums[-1] * below / total - sums) ** 2 / (below * (total - below))
    return float(middles[int(np.nan_to_num(between).argmax())])
