"""Plots as the numbers that an inline SVG is drawn with; the texts around it are the page's."""

from collections.abc import Sequence
from dataclasses import dataclass

STEP, WIDTH, HEIGHT = 10, 8, 100
"""From bar to bar, of a bar, and of the highest one, in units of the drawing."""


@dataclass(frozen=True)
class Bar:
    """A rectangle of the drawing, and what it says."""

    x: int
    y: float
    height: float
    series: int
    label: str


@dataclass(frozen=True)
class Plot:
    """Bars side by side, those of several series on top of one another."""

    bars: list[Bar]
    width: int
    highest: float
    """The value that is as high as the drawing"""

    @classmethod
    def of(cls, labels: Sequence[str], *series: Sequence[float]) -> "Plot":
        """For each label a bar with the value that each series has there; its label tells them too."""
        highest = max(map(sum, zip(*series, strict=True)), default=0)
        bars = []
        for place, (label, *values) in enumerate(zip(labels, *series, strict=True)):
            top = float(HEIGHT)
            for number, value in enumerate(values):
                height = HEIGHT * value / highest if highest else 0.0
                top -= height
                bars.append(Bar(place * STEP, round(top, 2), round(height, 2), number, label))
        return cls(bars, max(len(labels) * STEP, STEP), highest)
