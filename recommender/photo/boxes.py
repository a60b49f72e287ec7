"""Where a part of a photo lies."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

SMALLEST = 0.08
"""The least side of a box, in parts of the photo's."""
APART = 0.11
"""In parts of the longer side: what a finger can tell apart on a photo on a phone."""


@dataclass(frozen=True)
class Box:
    """A part of a photo, in parts (0..1) of its width and height."""

    left: float
    top: float
    width: float
    height: float

    @classmethod
    def parse(cls, text: str) -> "Box | None":
        """From `left,top,width,height` in percent, kept within the photo; None where that is no box."""
        try:
            left, top, width, height = (float(number) / 100 for number in text.split(","))
        except ValueError:
            return None
        if not all(np.isfinite((left, top, width, height))):
            return None
        left, top = min(max(left, 0), 1 - SMALLEST), min(max(top, 0), 1 - SMALLEST)
        return cls(left, top, min(max(width, SMALLEST), 1 - left), min(max(height, SMALLEST), 1 - top))

    def __str__(self) -> str:
        return ",".join(f"{100 * number:.1f}" for number in (self.left, self.top, self.width, self.height))

    @property
    def middle(self) -> tuple[float, float]:
        """(from the left, from the top), in parts of the photo's sides."""
        return self.left + self.width / 2, self.top + self.height / 2

    @property
    def percent(self) -> dict[str, str]:
        """Where its middle is, for a style attribute."""
        left, top = self.middle
        return {"left": f"{100 * left:.1f}%", "top": f"{100 * top:.1f}%"}

    def cut(self, photo: Image.Image) -> Image.Image:
        right, bottom = self.left + self.width, self.top + self.height
        return photo.crop(
            (
                round(self.left * photo.width),
                round(self.top * photo.height),
                max(round(self.left * photo.width) + 1, round(right * photo.width)),
                max(round(self.top * photo.height) + 1, round(bottom * photo.height)),
            )
        )

    def overlap(self, other: "Box") -> float:
        """Intersection over union."""
        width = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        height = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        shared = max(width, 0) * max(height, 0)
        return shared / (self.width * self.height + other.width * other.height - shared)


WHOLE = Box(0, 0, 1, 1)


@dataclass(frozen=True)
class NamedBox:
    """Where a part of a photo lies, and what it is called; "" where nobody knows."""

    box: Box
    name: str


def tell_apart(parts: list[NamedBox], width: int, height: int) -> list[NamedBox]:
    """The parts, the first ones first, whose middles are far enough apart on a photo of that size to be pointed at."""
    least = APART * max(width, height)
    apart: list[NamedBox] = []
    for part in parts:
        steps = [np.subtract(part.box.middle, other.box.middle) * (width, height) for other in apart]
        if all(np.abs(step).max() > least for step in steps):
            apart.append(part)
    return apart
