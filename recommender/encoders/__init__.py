"""The networks that turn pictures into embeddings, by name."""

import time
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Protocol

import numpy as np
from PIL import Image

PICTURES_PER_BATCH = 64
SHIPPED = {
    "fashion-resnet": "recommender.encoders.fashion.FashionResNet",
    "imagenet-resnet50": "recommender.encoders.imagenet.ImageNetResNet50",
}


class PictureEncoder(Protocol):
    """What every encoder offers."""

    digest: str
    dimensions: int
    content: bytes | None
    """The LiteRT file, for an encoder that is one."""

    def prepare(self, picture: Image.Image) -> np.ndarray: ...

    def encode(self, pictures: np.ndarray) -> np.ndarray: ...


@cache
def load_encoder(name: str) -> PictureEncoder:
    """The encoder of that name as it comes with the shop, loaded once. Raises ValueError for an unknown name."""
    if name not in SHIPPED:
        raise ValueError(f"there is no encoder {name!r}; there are: {', '.join(SHIPPED)}")
    module, class_name = SHIPPED[name].rsplit(".", 1)
    return getattr(import_module(module), class_name)()


def load_file(content: bytes) -> PictureEncoder:
    """The encoder in a LiteRT file that the training exported."""
    from recommender.encoders.fashion import FashionResNet

    return FashionResNet(content)


def encode_all(encoder: PictureEncoder, pictures: Iterable[Image.Image]) -> tuple[np.ndarray, float]:
    """(Embeddings float32 (n, d) of any number of pictures, the seconds that the encoder itself took)."""
    vectors, batch, seconds = [np.empty((0, encoder.dimensions), np.float32)], [], 0.0

    def flush() -> float:
        started = time.perf_counter()
        vectors.append(encoder.encode(np.stack(batch)))
        batch.clear()
        return time.perf_counter() - started

    for picture in pictures:
        batch.append(encoder.prepare(picture))
        if len(batch) == PICTURES_PER_BATCH:
            seconds += flush()
    if batch:
        seconds += flush()
    return np.concatenate(vectors), seconds
