"""Labelled pictures to measure and to train with: a whole catalogue decoded into memory, split by picture."""

import hashlib
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from catalog.attributes import LABEL_WEIGHTS
from catalog.importing.pictures import Pictures
from catalog.importing.reading import StyleRow, read_styles
from catalog.pictures.decoding import UnreadablePicture, read_picture
from recommender.encoders.preprocessing import HEIGHT, WIDTH, letterbox

LABELS = tuple(sorted(LABEL_WEIGHTS, key=LABEL_WEIGHTS.__getitem__, reverse=True))
HELD_OUT_SHARE = 10
"""One picture in so many is held out."""
SPLIT_SIZE = (60, 80)
"""(width, height): pictures are the same, and on the same side of the split, where they are at this size."""
UNKNOWN = -1


@dataclass(frozen=True)
class Products:
    """n products: pictures uint8 (n, h, w, 3), labels int32 (n, l) in the order of LABELS, UNKNOWN where empty.

    `picture_numbers` int32 (n,): two products with the same one show the very same pixels. `is_held_out` bool (n,).
    `classes` are the values that the numbers in each column of labels stand for, most frequent first.
    """

    skus: np.ndarray
    pictures: np.ndarray
    labels: np.ndarray
    picture_numbers: np.ndarray
    is_held_out: np.ndarray
    classes: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.skus)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the pictures."""
        return self.pictures.shape[2], self.pictures.shape[1]

    def picture(self, row: int) -> Image.Image:
        return Image.fromarray(self.pictures[row])

    def split(self) -> tuple["Products", "Products"]:
        """(training, held out), by picture, so that no picture stands on both sides; the same on every machine."""
        return self._only(~self.is_held_out), self._only(self.is_held_out)

    def _only(self, chosen: np.ndarray) -> "Products":
        return replace(
            self,
            skus=self.skus[chosen],
            pictures=self.pictures[chosen],
            labels=self.labels[chosen],
            picture_numbers=self.picture_numbers[chosen],
            is_held_out=self.is_held_out[chosen],
        )


def load_products(styles: Path, images: Path, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Products:
    """Every product of a catalogue that has a readable picture, letterboxed to a size (width, height)."""
    rows, pictures, digests = [], [], []
    with Pictures(images) as source:
        for row in tqdm(list(read_styles(styles)), desc="Decoding", unit="picture"):
            if isinstance(row, StyleRow) and row.sku in source:
                try:
                    picture = read_picture(source.read(row.sku))
                except (UnreadablePicture, OSError):
                    continue
                rows.append(row)
                pictures.append(letterbox(picture, size))
                digests.append(hashlib.sha256(letterbox(picture, SPLIT_SIZE).tobytes()).hexdigest())
    columns = [_number([str(row.values.get(label, "")) for row in rows]) for label in LABELS]
    return Products(
        skus=np.array([row.sku for row in rows]),
        pictures=np.stack(pictures),
        labels=np.stack([column for column, _ in columns], axis=1),
        picture_numbers=np.unique(digests, return_inverse=True)[1].astype(np.int32),
        is_held_out=np.array([int(digest[:8], 16) % HELD_OUT_SHARE == 0 for digest in digests]),
        classes=tuple(classes for _, classes in columns),
    )


def _number(values: list[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    classes = {value: number for number, (value, _) in enumerate(Counter(filter(None, values)).most_common())}
    return np.array([classes.get(value, UNKNOWN) for value in values], np.int32), tuple(classes)
