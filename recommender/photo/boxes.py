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
        """Where its middle is, for a shape drawn on the photo."""
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

    @property
    def area(self) -> float:
        return self.width * self.height

    def halves(self, is_upright: bool) -> tuple["Box", "Box"]:
        """The upper and the lower one, or else the left and the right one."""
        width, height = (self.width, self.height / 2) if is_upright else (self.width / 2, self.height)
        right, bottom = self.left + self.width - width, self.top + self.height - height
        return Box(self.left, self.top, width, height), Box(right, bottom, width, height)

    def rest(self, other: "Box") -> "Box":
        """The largest part of it above, below, or beside another one."""
        right, bottom = self.left + self.width, self.top + self.height
        inner_left, inner_top = max(other.left, self.left), max(other.top, self.top)
        inner_right, inner_bottom = min(other.left + other.width, right), min(other.top + other.height, bottom)
        parts = (
            Box(self.left, self.top, self.width, inner_top - self.top),
            Box(self.left, inner_bottom, self.width, bottom - inner_bottom),
            Box(self.left, self.top, inner_left - self.left, self.height),
            Box(inner_right, self.top, right - inner_right, self.height),
        )
        return max(parts, key=lambda box: box.area)

    def overlap(self, other: "Box") -> float:
        """Intersection over union."""
        shared = self._shared(other)
        return shared / (self.area + other.area - shared)

    def share_within(self, other: "Box") -> float:
        """How much of its area lies in another one."""
        return self._shared(other) / self.area

    def _shared(self, other: "Box") -> float:
        width = min(self.left + self.width, other.left + other.width) - max(self.left, other.left)
        height = min(self.top + self.height, other.top + other.height) - max(self.top, other.top)
        return max(width, 0) * max(height, 0)


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
