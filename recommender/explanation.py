"""Which parts of two pictures make them similar, for any encoder: what the similarity loses when a part is hidden."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

from catalog.caching import kept
from catalog.models import FurtherPicture, Product
from catalog.pictures import storage
from catalog.pictures.decoding import UnreadablePicture
from recommender.encoders import PictureEncoder
from recommender.registry import active_encoder

ROWS, COLUMNS = 8, 6
HIDDEN = 0.3
"""The sides of what is hidden at a time, in parts of the picture's."""
FAINTEST = 0.25
SECONDS_KEPT = 24 * 3600


@dataclass(frozen=True)
class Cell:
    """A cell of a picture that is cut into 8 rows of 6, and how much it counts (0..1)."""

    column: int
    row: int
    weight: float


@dataclass(frozen=True)
class Explanation:
    """Of why a picture is shown: the cells of the page's own picture, and those of the other one."""

    other: Product | FurtherPicture
    own_cells: list[Cell]
    other_cells: list[Cell]


def explain(product: Product, others: Sequence[Product | FurtherPicture]) -> list[Explanation]:
    """What of the product's picture matches each other one, and what of those; what cannot be read is left out.

    Source: Zeiler, Fergus: Visualizing and Understanding Convolutional Networks (2014), section 4.2, with the
    similarity in the place of a class score.
    """
    encoder = active_encoder()
    digests = [product.image_digest, *(other.image_digest for other in others)]
    key = hashlib.sha256(repr((encoder.digest, digests)).encode()).hexdigest()
    found = kept(f"cells:{key}", lambda: _explain(encoder.load(), product, others), SECONDS_KEPT)
    return [Explanation(other, *found[other.image_digest]) for other in others if other.image_digest in found]


def _explain(
    picture_encoder: PictureEncoder, product: Product, others: Sequence[Product | FurtherPicture]
) -> dict[str, tuple[list[Cell], list[Cell]]]:
    own = _read(picture_encoder, product)
    if own is None:
        return {}
    own_vectors = _with_each_part_hidden(picture_encoder, own)
    found = {}
    for other in others:
        picture = _read(picture_encoder, other)
        if picture is not None:
            vectors = _with_each_part_hidden(picture_encoder, picture)
            found[other.image_digest] = (_cells(own_vectors, vectors[0]), _cells(vectors, own_vectors[0]))
    return found


def _read(picture_encoder: PictureEncoder, pictured: Product | FurtherPicture) -> np.ndarray | None:
    try:
        return picture_encoder.prepare(storage.load(str(pictured.image)))
    except (UnreadablePicture, OSError):
        return None


def _with_each_part_hidden(picture_encoder: PictureEncoder, picture: np.ndarray) -> np.ndarray:
    """float32 (1 + 48, d): the embedding of a prepared picture, then with the surroundings of each cell blurred out."""
    height, width = picture.shape[:2]
    blurred = np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(width / 5)))
    views = [picture]
    for row in range(ROWS):
        for column in range(COLUMNS):
            view = picture.copy()
            part = (_around(row, ROWS, height), _around(column, COLUMNS, width))
            view[part] = blurred[part]
            views.append(view)
    return picture_encoder.encode(np.stack(views))


def _around(cell: int, cells: int, side: int) -> slice:
    middle, reach = (cell + 0.5) / cells * side, HIDDEN / 2 * side
    return slice(max(0, round(middle - reach)), round(middle + reach))


def _cells(vectors: np.ndarray, other: np.ndarray) -> list[Cell]:
    """The cells without which the picture is less similar to the other one; the one that counts most has weight 1."""
    similarity = vectors @ other
    lost = np.clip(similarity[0] - similarity[1:], 0, None)
    weights = lost / max(float(lost.max()), 1e-6)
    return [
        Cell(number % COLUMNS, number // COLUMNS, round(float(weight), 2))
        for number, weight in enumerate(weights)
        if weight >= FAINTEST
    ]
