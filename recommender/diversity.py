"""Choosing pictures that differ from each other."""

import numpy as np


def farthest_points(vectors: np.ndarray, count: int, first: int = 0) -> list[int]:
    """Rows of unit vectors (n, d), each the farthest from those before it: up to `count`, beginning with `first`.

    Source: Gonzalez: Clustering to Minimize the Maximum Intercluster Distance (1985).
    """
    chosen = [first]
    closest = vectors @ vectors[first]
    while len(chosen) < min(count, len(vectors)):
        closest[chosen[-1]] = np.inf
        chosen.append(int(closest.argmin()))
        closest = np.maximum(closest, vectors @ vectors[chosen[-1]])
    return chosen


def unit(vectors: np.ndarray) -> np.ndarray:
    """The vectors (…, d), each made of length one."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
