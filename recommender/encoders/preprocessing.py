"""From a picture of any size to what the encoder sees: letterboxed on white to 3:4, 80 x 60 pixels."""

import numpy as np
from PIL import Image, ImageOps

HEIGHT, WIDTH = 80, 60


def letterbox(picture: Image.Image) -> np.ndarray:
    """An RGB picture, whole and centred on white, as uint8 (80, 60, 3)."""
    if picture.size != (WIDTH, HEIGHT):
        picture = ImageOps.pad(picture, (WIDTH, HEIGHT), Image.Resampling.BICUBIC, color="white")
    return np.asarray(picture)
