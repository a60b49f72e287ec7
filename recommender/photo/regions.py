"""Which parts of a photo look like products: the shopper's crop, and proposals from the encoder's own eye."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage

from recommender.encoders import PictureEncoder

MOST = 5
SIDE = 224
"""Pixels of a photo's longer side that are enough to propose from."""
SMALLEST = 0.08
"""The least side of a box, in parts of the photo's."""
MARGIN = 0.04
APART = 0.11
"""In parts of the longer side: what a finger can tell apart on a photo on a phone."""
WINDOWS = ((0.75, 0.75), (0.5, 0.65))
"""(width, height) of the windows that slide over the photo, in parts of its own."""
STEPS = (0.0, 0.5, 1.0)
OVERLAP = 0.55
"""Boxes that share so much (intersection over union) are the same proposal."""
PROMISING_WINDOWS = 4
NEARBY = (
    (0, 0, 0.8),
    (0.1, 0, 0.9),
    (-0.1, 0, 0.9),
    (0, 0.1, 0.9),
    (0, -0.1, 0.9),
    (0.1, 0.1, 0.8),
    (-0.1, 0.1, 0.8),
    (0.1, -0.1, 0.8),
    (-0.1, -0.1, 0.8),
)
"""(right, down, scale) of the boxes that are tried around a good one, in parts of its sides."""
EDGE_SAMPLE = 32
THUMBNAIL = 72


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


def tell_apart(boxes: list[Box], width: int, height: int) -> list[Box]:
    """The boxes, the first ones first, whose middles are far enough apart on a photo of that size to be pointed at."""
    least = APART * max(width, height)
    apart: list[Box] = []
    for box in boxes:
        steps = [np.subtract(box.middle, other.middle) * (width, height) for other in apart]
        if all(np.abs(step).max() > least for step in steps):
            apart.append(box)
    return apart


@dataclass(frozen=True)
class Region:
    """A part of a photo, its embedding (d,), and how close the nearest product is (a cosine)."""

    box: Box
    vector: np.ndarray
    closeness: float


def propose(
    network: PictureEncoder, photo: Image.Image, sample: np.ndarray, closeness: Callable[[np.ndarray], np.ndarray]
) -> list[Region]:
    """The whole photo, then up to five parts of it that look like products, best first.

    What a product looks like the catalogue tells: a part is the better the closer the nearest product is to it.
    `closeness` gives that for vectors (n, d); `sample` (m, d) of the catalogue is a quick guess at it, so that only
    what is worth it is asked. The best part is then moved and scaled a little to where it fits best.
    """
    photo = photo.copy()
    photo.thumbnail((SIDE, SIDE), Image.Resampling.BICUBIC, reducing_gap=2)
    standing_out = [WHOLE, *_standing_out(photo)]
    windows = list(_windows())
    vectors = _embed(network, photo, [*standing_out, *windows])
    guesses = (vectors[len(standing_out) :] @ sample.T).max(axis=1, initial=-1)
    promising = [*range(len(standing_out)), *(len(standing_out) + np.argsort(-guesses)[:PROMISING_WINDOWS])]
    boxes = [[*standing_out, *windows][number] for number in promising]
    regions = _rated(boxes, vectors[promising], closeness)
    nearby = list(_around(best(regions).box))
    refined = _rated(nearby, _embed(network, photo, nearby), closeness)
    chosen: list[Region] = []
    for region in sorted([*regions[1:], *refined], key=lambda region: -region.closeness):
        if all(region.box.overlap(other.box) < OVERLAP for other in chosen):
            chosen.append(region)
    return [regions[0], *chosen[:MOST]]


def best(regions: list[Region]) -> Region:
    """The region to begin with."""
    return max(regions, key=lambda region: region.closeness)


def _embed(network: PictureEncoder, photo: Image.Image, boxes: list[Box]) -> np.ndarray:
    return network.encode(np.stack([network.prepare(box.cut(photo)) for box in boxes]))


def _rated(boxes: list[Box], vectors: np.ndarray, closeness: Callable[[np.ndarray], np.ndarray]) -> list[Region]:
    return [Region(*found) for found in zip(boxes, vectors, closeness(vectors).tolist(), strict=True)]


def _around(box: Box) -> Iterator[Box]:
    """The box a little smaller, and moved to each side."""
    for right, down, scale in NEARBY:
        width, height = min(1.0, box.width * scale), min(1.0, box.height * scale)
        left = box.left + (box.width - width) / 2 + right * box.width
        top = box.top + (box.height - height) / 2 + down * box.height
        yield Box(min(max(left, 0), 1 - width), min(max(top, 0), 1 - height), width, height)


def _windows() -> Iterator[Box]:
    for width, height in WINDOWS:
        for down in STEPS:
            for right in STEPS:
                yield Box((1 - width) * right, (1 - height) * down, width, height)


def _standing_out(photo: Image.Image) -> list[Box]:
    """Around what differs from the photo's edges: all of it together, and its largest parts."""
    small = photo.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX, reducing_gap=1)
    pixels = ndimage.gaussian_filter(np.asarray(small, np.float32), (1, 1, 0))
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    # A pixel is background when it is like some part of the edge.
    sample = edge[:: max(1, len(edge) // EDGE_SAMPLE)]
    distance = np.sqrt(((pixels[:, :, None] - sample) ** 2).sum(axis=3)).min(axis=2)
    threshold = max(_otsu(distance), 1.0)
    labels, number = ndimage.label(ndimage.binary_opening(distance > threshold, iterations=1))
    if not number:
        return []
    sizes = np.bincount(labels.ravel())[1:]
    largest = [label for label in np.argsort(-sizes)[:3] + 1 if sizes[label - 1] > 0.01 * labels.size]
    parts = ndimage.find_objects(labels)
    boxes = [_box_around([parts[label - 1]], labels.shape) for label in largest]
    if len(largest) > 1:
        boxes.append(_box_around([parts[label - 1] for label in largest], labels.shape))
    return [box for box in boxes if min(box.width, box.height) >= SMALLEST]


def _otsu(values: np.ndarray) -> float:
    """The threshold between two groups of values. Source: Otsu: A Threshold Selection Method (1979)."""
    counts, edges = np.histogram(values, 64)
    middles = (edges[:-1] + edges[1:]) / 2
    below, total = np.cumsum(counts), counts.sum()
    sums = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (sums[-1] * below / total - sums) ** 2 / (below * (total - below))
    return float(middles[int(np.nan_to_num(between).argmax())])


def _box_around(parts: list[tuple[slice, slice]], shape: tuple[int, int]) -> Box:
    top, bottom = min(part[0].start for part in parts) / shape[0], max(part[0].stop for part in parts) / shape[0]
    left, right = min(part[1].start for part in parts) / shape[1], max(part[1].stop for part in parts) / shape[1]
    left, top = max(0, left - MARGIN), max(0, top - MARGIN)
    return Box(left, top, min(1, right + MARGIN) - left, min(1, bottom + MARGIN) - top)
