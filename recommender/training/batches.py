"""The batches of a run: views of products, of photos that people took, and of nothing."""

import numpy as np
from PIL import Image

from recommender.measuring.products import UNKNOWN, Products
from recommender.training.augmentation import clean_view, cut_out, photo_view, real_view
from recommender.training.material import Photos
from recommender.training.teacher import Lesson

PRODUCTS_PER_BATCH = 384
PHOTOS_PER_BATCH = 128
"""Of products that people took photos of, if there are any."""
MAP = (8, 6)


class Batches:
    """Views uint8 (2 x 384 + 128 + k, h, w, 3): clean ones of 384 products, photographs of the same ones, then photos
    that people took, and k of nothing."""

    def __init__(
        self, products: Products, photos: Photos | None = None, lesson: Lesson | None = None, of_nothing: int = 0
    ):
        """The lesson is of the products and then of the photos."""
        self.products, self.photos, self.lesson, self.of_nothing = products, photos, lesson, of_nothing
        self.scenes = photos.scenes if photos else []
        self.opacity = cut_out(products.pictures)
        self.size = min(PRODUCTS_PER_BATCH, len(products))
        self.per_epoch = len(products) // self.size

    def batch(self, step: int) -> tuple[np.ndarray, dict]:
        """(The views of a step, what is asked of them), the same for the same step, so that a resumed run misses none.

        Asked are `labels` (all views, l), UNKNOWN beside the products'; `picture_numbers` (2 x 384,); `places`
        (384, 8, 6), the share of each cell that shows the product, of the photographs; where there are photos, `types`
        (128, t); and where there is a lesson, what it says of all these views.
        """
        epoch, position = divmod(step, self.per_epoch)
        order = np.random.default_rng(epoch).permutation(len(self.products))
        chosen = order[position * self.size :][: self.size]
        random = np.random.default_rng((epoch, position))
        clean = [clean_view(random, self.products.pictures[row]) for row in chosen]
        made = [self._made(random, row) for row in chosen]
        views = clean + [view for view, _ in made]
        both = np.tile(chosen, 2)
        asked: dict = {
            "picture_numbers": self.products.picture_numbers[both],
            "places": np.stack([_shares(shown) for _, shown in made]),
        }
        taken = np.empty(0, int)
        if self.photos:
            taken = random.choice(len(self.photos.pictures), PHOTOS_PER_BATCH, p=self.photos.chances)
            asked["types"] = self.photos.types[taken]
            views += [self._real(random, self.photos.pictures[row]) for row in taken.tolist()]
            views += [self._real(random, photo) for photo in self._nothing(random, self.photos)]
        if self.lesson:
            asked["lesson"] = self.lesson.of(np.concatenate([both, taken + len(self.products)]))
        labels = self.products.labels[both]
        asked["labels"] = np.pad(labels, ((0, len(views) - len(labels)), (0, 0)), constant_values=UNKNOWN)
        return np.stack(views), asked

    def _made(self, random: np.random.Generator, row: int) -> tuple[np.ndarray, np.ndarray]:
        return photo_view(
            random, self.products.pictures[row], self.opacity[row], self._other(random), self._scene(random)
        )

    def _real(self, random: np.random.Generator, photo: Image.Image) -> np.ndarray:
        return real_view(random, photo, self._other(random), self._scene(random))

    def _nothing(self, random: np.random.Generator, photos: Photos) -> list[Image.Image]:
        return [photos.nothing[row] for row in random.choice(len(photos.nothing), self.of_nothing).tolist()]

    def _other(self, random: np.random.Generator) -> np.ndarray:
        return self.products.pictures[random.integers(len(self.products))]

    def _scene(self, random: np.random.Generator) -> Image.Image | None:
        return self.scenes[random.integers(len(self.scenes))] if self.scenes else None


def _shares(shown: np.ndarray) -> np.ndarray:
    """float32 (8, 6): the means of the cells of an opacity uint8 (h, w)."""
    rows, columns = MAP
    cells = shown.reshape(rows, shown.shape[0] // rows, columns, shown.shape[1] // columns)
    return (cells.mean(axis=(1, 3)) / 255).astype(np.float32)
