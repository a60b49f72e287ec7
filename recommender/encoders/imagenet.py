"""ResNet50 as it comes with Keras, to compare with: 224 x 224 px, max pooling, 2048 dimensions, weights downloaded.

TensorFlow is imported when one is made.
"""

import hashlib

import numpy as np
from PIL import Image, ImageOps

SIDE = 224


class ImageNetResNet50:
    """Pictures to embeddings of length one: each feature's largest value in keras.applications.ResNet50's last map.

    The largest value, unlike the mean, does not fade with the share of the picture that a product fills.
    """

    dimensions = 2048
    content: bytes | None = None

    def __init__(self, weights: str | None = "imagenet"):
        """With weights None they are random. Raises OSError where they cannot be had, and ImportError without Keras."""
        try:
            import keras
        except ImportError as error:
            raise ImportError("imagenet-resnet50 needs TensorFlow: pip install -r requirements.txt") from error
        try:
            self._model = keras.applications.ResNet50(include_top=False, pooling="max", weights=weights)
        except Exception as error:  # Keras raises a plain one.
            raise OSError(f"ResNet50's weights cannot be had: {error}") from error
        self._preprocess = keras.applications.resnet.preprocess_input
        values = b"".join(weight.tobytes() for weight in self._model.get_weights())
        self.digest = hashlib.sha256(values).hexdigest()

    def prepare(self, picture: Image.Image) -> np.ndarray:
        """The RGB picture, whole and centred on white, as uint8 (224, 224, 3)."""
        return np.asarray(ImageOps.pad(picture, (SIDE, SIDE), Image.Resampling.BICUBIC, color="white"))

    def encode(self, pictures: np.ndarray) -> np.ndarray:
        """Prepared pictures (n, 224, 224, 3) to embeddings, float32 (n, 2048)."""
        embeddings = self._model.predict(self._preprocess(pictures.astype(np.float32)), verbose=0)
        return embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
