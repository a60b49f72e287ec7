"""The shop's own encoder: the int8 fashion ResNet, run by LiteRT."""

import hashlib
import threading
from pathlib import Path

import numpy as np
from PIL import Image

from recommender.encoders.litert import open_network, run
from recommender.encoders.preprocessing import letterbox

WEIGHTS = Path(__file__).resolve().parent.parent / "weights" / "fashion-resnet.tflite"
TRAINABLE = WEIGHTS.with_suffix(".weights.h5")
"""The same weights before they were quantised, as half floats: where training goes on."""
PICTURES_PER_CALL = 16


class FashionResNet:
    """Pictures to embeddings of length one. Threads may share it."""

    def __init__(self, content: bytes | None = None):
        """From the content of an exported file; without one, from the file that ships."""
        content = content or WEIGHTS.read_bytes()
        self.content: bytes | None = content
        self.digest = hashlib.sha256(content).hexdigest()
        self._single = open_network(content, 1)
        self._many = open_network(content, PICTURES_PER_CALL)
        self.dimensions = int(self._single.get_output_details()[0]["shape"][1])
        self._lock = threading.Lock()

    def prepare(self, picture: Image.Image) -> np.ndarray:
        """What the network sees of an RGB picture: uint8 (160, 120, 3)."""
        return letterbox(picture)

    def encode(self, pictures: np.ndarray) -> np.ndarray:
        """Prepared pictures (n, 160, 120, 3) to embeddings, float32 (n, 256)."""
        embeddings = np.empty((len(pictures), self.dimensions), np.float32)
        with self._lock:
            whole = len(pictures) - len(pictures) % PICTURES_PER_CALL
            for start in range(0, whole, PICTURES_PER_CALL):
                chunk = slice(start, start + PICTURES_PER_CALL)
                embeddings[chunk] = run(self._many, pictures[chunk])
            for row in range(whole, len(pictures)):
                embeddings[row] = run(self._single, pictures[row : row + 1])
        # Where the network rounds, its lengths do too.
        return embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
