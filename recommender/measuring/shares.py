"""Shares of photos that people took, and how sure they are."""

from dataclasses import dataclass

import numpy as np

from recommender.measuring.retrieval import NORMAL_QUANTILE


@dataclass(frozen=True)
class Share:
    """A share of `count` photos, and its 95 % confidence interval."""

    mean: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        return f"{self.mean:.3f} ({self.low:.3f} to {self.high:.3f})"


def share(values: np.ndarray, people: np.ndarray) -> Share | None:
    """The mean of values in 0..1 (n,), given who took each photo (n,); None of none.

    One person's photos look alike, so they tell less than as many people's would. The interval is Wilson's, for as
    many independent photos as would spread as much as the people do. Sources: Kish: Survey Sampling (1965); Wilson:
    Probable Inference (1927).
    """
    if not len(values):
        return None
    mean = float(values.mean())
    low, high = _wilson(mean, _independent(values - mean, mean, np.unique(people, return_inverse=True)[1]))
    return Share(mean, low, high, len(values))


def _independent(residuals: np.ndarray, mean: float, people: np.ndarray) -> float:
    """As how many photos of as many people these count."""
    photos, many = len(residuals), int(people.max()) + 1
    if many == 1 or mean in (0, 1):
        return many
    variance = many / (many - 1) * (np.bincount(people, residuals) ** 2).sum() / photos**2
    return min(photos, mean * (1 - mean) / max(variance, np.finfo(float).tiny))


def _wilson(mean: float, count: float) -> tuple[float, float]:
    square = NORMAL_QUANTILE**2
    middle = (mean + square / (2 * count)) / (1 + square / count)
    spread = (mean * (1 - mean) / count + square / (4 * count**2)) ** 0.5
    half = NORMAL_QUANTILE / (1 + square / count) * spread
    return max(middle - half, 0.0), min(middle + half, 1.0)
