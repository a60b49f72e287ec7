"""From a picture of any size to what the encoder sees: letterboxed on white to 3:4, 160 x 120 pixels."""

import numpy as np
from PIL import Image, ImageOps

HEIGHT, WIDTH = 160, 120


def letterbox(picture: Image.Image, size: tuple[int, int] = (WIDTH, HEIGHT)) -> np.ndarray:
    """An RGB picture, whole and centred on white, as uint8 (height, width, 3) of a `size` (width, height)."""
    if picture.size != size:
        picture = ImageOps.pad(picture, size, Image.Resampling.BICUBIC, color="white")
    return np.asarray(picture)
