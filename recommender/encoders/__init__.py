"""The networks that turn pictures into embeddings, by name."""

from functools import cache
from importlib import import_module
from typing import Protocol

import numpy as np
from PIL import Image

CLASSES = {
    "fashion-resnet": "recommender.encoders.fashion.FashionResNet",
    "imagenet-resnet50": "recommender.encoders.imagenet.ImageNetResNet50",
}


class PictureEncoder(Protocol):
    """What every encoder offers."""

    name: str
    digest: str
    dimensions: int

    def prepare(self, picture: Image.Image) -> np.ndarray: ...

    def encode(self, pictures: np.ndarray) -> np.ndarray: ...


@cache
def load_encoder(name: str) -> PictureEncoder:
    """The encoder of that name, loaded once in a process. Raises ValueError for an unknown name."""
    if name not in CLASSES:
        raise ValueError(f"there is no encoder {name!r}; ENCODER is one of: {', '.join(CLASSES)}")
    module, class_name = CLASSES[name].rsplit(".", 1)
    return getattr(import_module(module), class_name)()
