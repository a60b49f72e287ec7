"""The eye: a network for photos alone, which tells whether there is a product on one, of what kind, and where.

An EfficientNet-Lite2 that was taught by catalogue pictures, by photographs that people took, and by pictures of no
product (docs/model-card.md). Source: Tan, Le: EfficientNet: Rethinking Model Scaling for CNNs (2019).
"""

import json
import threading
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from catalog.loading import awaited
from recommender.encoders.litert import open_network, run
from recommender.encoders.preprocessing import letterbox
from recommender.photo.garments import names

WEIGHTS = Path(__file__).resolve().parent.parent / "weights" / "fashion-eye.tflite"
SIZE = (192, 256)
LOOK = 256
MAP = (8, 6)
"""(rows, columns) of the map of where a product is"""


GENDER = 2
"""Which of a sight's kinds the gender is."""


@dataclass(frozen=True)
class Sight:
    """What the eye saw of a picture."""

    product: float
    """How likely there is a product, 0..1"""
    kinds: tuple[np.ndarray, ...]
    """The probabilities of each type, colour and gender, in the classes of the encoder that ships"""
    place: np.ndarray
    """float32 (8, 6): how likely each cell of the letterboxed picture shows a product"""

    @property
    def sureness_of_gender(self) -> float:
        """How likely the likeliest gender is."""
        return float(self.kinds[GENDER].max())


class Eye:
    """Pictures to sights. Threads may share it."""

    def __init__(self) -> None:
        self._network = open_network(WEIGHTS.read_bytes(), 1)
        self._lock = threading.Lock()

    @cached_property
    def classes(self) -> dict[str, list[str]]:
        """The names of the types, colours and genders, as the catalogue that it was taught by has them."""
        return json.loads(WEIGHTS.with_suffix(".json").read_text())

    def look_at(self, picture: Image.Image) -> Sight:
        """What there is on an RGB picture of any size."""
        with self._lock:
            output = run(self._network, letterbox(picture, SIZE)[None])[0]
        ends = np.cumsum([LOOK, *map(len, self.classes.values()), 1])
        _, *kinds, product, place = np.split(output, ends)
        return Sight(float(_sigmoid(product)[0]), tuple(map(_softmax, kinds)), _sigmoid(place).reshape(MAP))

    def names(self, kinds: list[tuple[np.ndarray, ...]]) -> list[str]:
        """What parts of one photo are called, each of which is of such kinds (see Sight)."""
        types, colours = (
            [self.classes[attribute][int(kind[number].argmax())] for kind in kinds]
            for number, attribute in enumerate(("article_type", "base_colour"))
        )
        return names(types, colours)


@awaited
@cache
def load_eye() -> Eye:
    """The one that ships, loaded once in a process."""
    return Eye()


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logits))


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()
