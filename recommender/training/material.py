"""What a run learns from: labelled products, and beside them what else there is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from catalog.importing.pictures import Pictures
from catalog.importing.tables import UnusableFile
from catalog.pictures.decoding import UnreadablePicture, read_picture
from recommender.encoders.preprocessing import letterbox
from recommender.measuring.labelled_photos import LabelledPhoto, read_photos
from recommender.measuring.products import LABELS, Products

LARGEST_SIDE = 320
"""Of a photo in memory, in pixels."""
EVENNESS = -0.35
"""The power of how many photos a person took, and of how many have a label, by which each of them is drawn: one
person's photos look alike, and some labels are many."""


@dataclass(frozen=True)
class Photos:
    """m photos that people took of products, and photos of none; RGB pictures.

    `types` bool (m, t): which types are right for each, none where nobody knows; `chances` float (m,): how often each
    is drawn, 1 in sum.
    """

    pictures: Sequence[Image.Image]
    types: np.ndarray
    chances: np.ndarray
    nothing: Sequence[Image.Image]

    @property
    def scenes(self) -> list[Image.Image]:
        """What serves as a background."""
        return [*self.pictures, *self.nothing]


@dataclass(frozen=True)
class Material:
    """All of it. `larger` has the same products in higher resolution, by sku; `teacher` is the file of an eye."""

    products: Products
    photos: Photos | None = None
    larger: Path | None = None
    teacher: Path | None = None

    def split(self) -> tuple[Products, Products]:
        """(Products to train with, as large as they are to be had; held-out ones as the shop has them)."""
        training, held_out = self.products.split()
        return with_larger(training, self.larger) if self.larger else training, held_out


def with_larger(products: Products, place: Path) -> Products:
    """The same products, with the pictures of a zip or a folder where it has any."""
    pictures = products.pictures.copy()
    with Pictures(place) as source:
        for row, sku in enumerate(tqdm(products.skus.tolist(), desc="Larger pictures", unit="picture")):
            if sku in source and (picture := _read(source, sku)):
                pictures[row] = letterbox(picture, products.size)
    return replace(products, pictures=pictures)


def load_photos(places: Sequence[Path], labels: Path, kinds: Path | None, products: Products) -> Photos:
    """The photos that are not held out, of the senders of a table (see `read_photos`), and the types they may match.

    Raises UnusableFile and OSError.
    """
    classes = [name.casefold() for name in products.classes[LABELS.index("article_type")]]
    photos: list[LabelledPhoto] = []
    pictures, nothing = [], []
    with Pictures(*places) as source:
        for photo in tqdm(read_photos(labels, kinds, held_out=False), desc="Photos", unit="photo"):
            if photo.is_held_out or photo.name not in source or not (picture := _read(source, photo.name)):
                continue
            picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
            if photo.label:
                photos.append(photo)
                pictures.append(picture)
            else:
                nothing.append(picture)
    if not photos:
        raise UnusableFile(f"{labels.name} names no photo of a product that is there and is not held out")
    types = np.array([[name in photo.types for name in classes] for photo in photos])
    chances = _evened([photo.person for photo in photos]) * _evened([photo.label for photo in photos])
    return Photos(pictures, types, chances / chances.sum(), nothing)


def _evened(groups: list[str]) -> np.ndarray:
    _, number, counts = np.unique(groups, return_inverse=True, return_counts=True)
    return counts[number] ** EVENNESS


def _read(source: Pictures, name: str) -> Image.Image | None:
    try:
        return read_picture(source.read(name))
    except (UnreadablePicture, OSError):
        return None
