"""What the eye (recommender.photo.eye) knows, for an encoder to learn from.

Source: Yang et al.: CLIP-KD, An Empirical Study of CLIP Model Distillation (2024), which found plain mimicry best.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.special import softmax
from tqdm import tqdm

from recommender.encoders.litert import open_network, run
from recommender.encoders.preprocessing import letterbox
from recommender.measuring.products import LABELS, Products
from recommender.photo.eye import LOOK, SIZE

PICTURES_PER_CALL = 16


@dataclass(frozen=True)
class Lesson:
    """What the eye saw of n pictures: `looks` float16 (n, 256) of length one, and for each label that it tells the
    probabilities float16 (n, c) of the products' classes, which it knows by their names."""

    looks: np.ndarray
    kinds: dict[str, np.ndarray]

    def of(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """What it saw of some of them."""
        return {"look": self.looks[rows]} | {label: kind[rows] for label, kind in self.kinds.items()}


def learn_from(eye: Path, count: int, picture: Callable[[int], Image.Image], products: Products) -> Lesson:
    """The lesson of so many pictures by an eye's file, with its classes in the .json beside it."""
    classes: dict[str, list[str]] = json.loads(eye.with_suffix(".json").read_text())
    network = open_network(eye.read_bytes(), PICTURES_PER_CALL)
    ends = np.cumsum([LOOK, *map(len, classes.values())])
    seen = np.empty((count, ends[-1]), np.float16)
    letterboxed = np.zeros((PICTURES_PER_CALL, SIZE[1], SIZE[0], 3), np.uint8)
    for start in tqdm(range(0, count, PICTURES_PER_CALL), desc="Asking the eye", unit="batch"):
        rows = range(start, min(start + PICTURES_PER_CALL, count))
        letterboxed[: len(rows)] = [letterbox(picture(row), SIZE) for row in rows]
        seen[rows.start : rows.stop] = run(network, letterboxed)[: len(rows), : ends[-1]]
    looks, *logits = np.split(seen, ends[:-1], axis=1)
    return Lesson(
        looks,
        {
            label: (softmax(some.astype(np.float32), axis=1) @ same_names(names, products, label)).astype(np.float16)
            for (label, names), some in zip(classes.items(), logits, strict=True)
        },
    )


def same_names(names: list[str], products: Products, label: str) -> np.ndarray:
    """float32 (names, classes of the products): 1 where both are called the same."""
    return np.equal.outer(names, products.classes[LABELS.index(label)]).astype(np.float32)
