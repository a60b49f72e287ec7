"""Picture encoders: what turns pictures into embeddings, by the names of settings.ENCODERS.

Three words: a picture encoder is what runs. An encoder is its row in the database (recommender.models.Encoder), which
has the embeddings. A network is what is trained, in Keras (recommender.training), and becomes a picture encoder's file.
"""

import time
from collections.abc import Iterable
from functools import cache
from typing import Protocol

import numpy as np
from django.conf import settings
from django.utils.module_loading import import_string
from PIL import Image

from catalog.loading import awaited

PICTURES_PER_BATCH = 64


class PictureEncoder(Protocol):
    """A network with the preprocessing that it needs. Threads share it.

    A project adds one by a setting alone: ENCODERS["mine"] is the dotted path of a class that is called without
    arguments, once in a process. It may raise OSError or ImportError; the message tells a person what is missing.
    """

    digest: str
    """The SHA-256, in hex, of all that the embeddings depend on: another digest is another encoder, and the workers
    embed every picture with it."""
    dimensions: int
    """d, the numbers of an embedding: up to 4,000, as the index takes no more."""
    content: bytes | None
    """The file that `load_file` makes the same picture encoder of, kept in the database; None for all other kinds."""

    def prepare(self, picture: Image.Image) -> np.ndarray:
        """What the network sees of an RGB picture of any size: uint8 (h, w, 3), with the same h and w for all."""

    def encode(self, pictures: np.ndarray) -> np.ndarray:
        """Prepared pictures, uint8 (n, h, w, 3) with n from 1 on, to embeddings, float32 (n, d) of length one.

        A picture's embedding is the same alone and among others, but for rounding.
        """


def load_encoder(name: str) -> PictureEncoder:
    """The picture encoder that settings.ENCODERS has by that name, loaded once.

    Raises ValueError for an unknown name, and what its class raises.
    """
    if name not in settings.ENCODERS:
        raise ValueError(f"there is no encoder {name!r}; there are: {', '.join(settings.ENCODERS)}")
    return _load(settings.ENCODERS[name])


@awaited
@cache
def _load(path: str) -> PictureEncoder:
    return import_string(path)()


def load_file(content: bytes) -> PictureEncoder:
    """The picture encoder in a LiteRT file that the training exported."""
    from recommender.encoders.fashion import FashionResNet

    return FashionResNet(content)


def encode_all(picture_encoder: PictureEncoder, pictures: Iterable[Image.Image]) -> tuple[np.ndarray, float]:
    """(Embeddings float32 (n, d) of any number of pictures, the seconds that the encoding itself took)."""
    embeddings, seconds = [np.empty((0, picture_encoder.dimensions), np.float32)], 0.0
    batch: list[np.ndarray] = []

    def flush() -> float:
        started = time.perf_counter()
        embeddings.append(picture_encoder.encode(np.stack(batch)))
        batch.clear()
        return time.perf_counter() - started

    for picture in pictures:
        batch.append(picture_encoder.prepare(picture))
        if len(batch) == PICTURES_PER_BATCH:
            seconds += flush()
    if batch:
        seconds += flush()
    return np.concatenate(embeddings), seconds
