"""Training pictures and labels: the whole catalogue decoded once into memory, split by picture."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage
from tqdm import tqdm

from catalog.attributes import LABEL_WEIGHTS
from catalog.importing.pictures import Pictures
from catalog.importing.reading import StyleRow, read_styles
from catalog.pictures.decoding import UnreadablePicture, read_picture
from recommender.encoders.preprocessing import letterbox

LABELS = tuple(sorted(LABEL_WEIGHTS, key=LABEL_WEIGHTS.__getitem__, reverse=True))
HELD_OUT_SHARE = 10
"""One picture in so many is held out."""
UNKNOWN = -1


@dataclass(frozen=True)
class Products:
    """n products: pictures uint8 (n, 80, 60, 3), labels int32 (n, 5) in the order of LABELS, UNKNOWN where empty.

    `look` int32 (n,) numbers the different pictures: two products with the same one show the very same pixels.
    `classes` are the values that the numbers in each column of labels stand for, most frequent first.
    """

    skus: np.ndarray
    pictures: np.ndarray
    labels: np.ndarray
    look: np.ndarray
    classes: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.skus)

    def split(self) -> tuple["Products", "Products"]:
        """(training, held out), by picture, so that no picture stands on both sides; the same on every machine."""
        held_out = self.is_held_out()
        return self._only(~held_out), self._only(held_out)

    def is_held_out(self) -> np.ndarray:
        """bool (n,)"""
        return np.array([_is_held_out(picture) for picture in self.pictures])

    def _only(self, chosen: np.ndarray) -> "Products":
        return Products(self.skus[chosen], self.pictures[chosen], self.labels[chosen], self.look[chosen], self.classes)


def load_products(styles: Path, images: Path) -> Products:
    """Every product of a catalogue that has a readable picture."""
    rows, pictures = [], []
    with Pictures(images) as source:
        for row in tqdm(list(read_styles(styles)), desc="Decoding", unit="picture"):
            if isinstance(row, StyleRow) and row.sku in source:
                try:
                    pictures.append(letterbox(read_picture(source.read(row.sku))))
                except (UnreadablePicture, OSError):
                    continue
                rows.append(row)
    columns = [_number([row.values.get(label, "") for row in rows]) for label in LABELS]
    looks = {}
    return Products(
        skus=np.array([row.sku for row in rows]),
        pictures=np.stack(pictures),
        labels=np.stack([numbers for numbers, _ in columns], axis=1),
        look=np.array([looks.setdefault(_digest(picture), len(looks)) for picture in pictures], np.int32),
        classes=tuple(classes for _, classes in columns),
    )


def cut_out(pictures: np.ndarray) -> np.ndarray:
    """The opacity, uint8 (n, 80, 60), of each product before its white background.

    Background is what is near white and touches the border; inside it opacity follows the distance from white, so
    that soft edges and shadows stay soft. A picture that is nearly all background, or has none, stays opaque.
    """
    return np.stack([_cut_out(picture) for picture in tqdm(pictures, desc="Cutting out", unit="picture")])


def _cut_out(picture: np.ndarray) -> np.ndarray:
    darkest = picture.min(axis=2)
    regions, _ = ndimage.label(darkest > 222)
    border = np.concatenate([regions[0], regions[-1], regions[:, 0], regions[:, -1]])
    background = np.isin(regions, np.unique(border[border > 0]))
    opacity = np.where(background, np.clip((252.0 - darkest) * 8.5, 0, 255), 255)
    if not 0.06 < opacity.mean() / 255 < 0.97:
        return np.full(darkest.shape, 255, np.uint8)
    return opacity.astype(np.uint8)


def _number(values: list[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    classes = {value: number for number, (value, _) in enumerate(Counter(filter(None, values)).most_common())}
    return np.array([classes.get(value, UNKNOWN) for value in values], np.int32), tuple(classes)


def _digest(picture: np.ndarray) -> bytes:
    return hashlib.sha256(picture.tobytes()).digest()


def _is_held_out(picture: np.ndarray) -> bool:
    return int.from_bytes(_digest(picture)[:4], "big") % HELD_OUT_SHARE == 0
