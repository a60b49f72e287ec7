"""The shop's own encoder: the int8 fashion ResNet, run by LiteRT."""

import hashlib
import os
import queue
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from PIL import Image

from recommender.encoders.litert import open_network, run
from recommender.encoders.preprocessing import letterbox

WEIGHTS = Path(__file__).resolve().parent.parent / "weights" / "fashion-resnet.tflite"
TRAINABLE = WEIGHTS.with_suffix(".weights.h5")
"""The same weights before they were quantised, as half floats: where training goes on."""
PICTURES_PER_CALL = 8


class FashionResNet:
    """Pictures to embeddings of length one. Threads may share it."""

    def __init__(self, content: bytes | None = None):
        """From the content of an exported file; without one, from the file that ships."""
        content = content or WEIGHTS.read_bytes()
        self.content: bytes | None = content
        self.digest = hashlib.sha256(content).hexdigest()
        self._single = open_network(content, 1)
        self.dimensions = int(self._single.get_output_details()[0]["shape"][1])
        self._lock = threading.Lock()
        # A network for each core, opened when it is first needed: threads that share one wait for each other after
        # each layer, the longer the busier the machine is.
        self._open_another = partial(open_network, content, PICTURES_PER_CALL, threads=1)
        self._calls = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="encoder")
        self._idle = queue.SimpleQueue[Interpreter]()

    def prepare(self, picture: Image.Image) -> np.ndarray:
        """What the network sees of an RGB picture: uint8 (160, 120, 3)."""
        return letterbox(picture)

    def encode(self, pictures: np.ndarray) -> np.ndarray:
        """Prepared pictures (n, 160, 120, 3) to embeddings, float32 (n, 256)."""
        whole = len(pictures) - len(pictures) % PICTURES_PER_CALL
        starts = range(0, whole, PICTURES_PER_CALL)
        calls = self._calls.map(self._run_many, (pictures[start : start + PICTURES_PER_CALL] for start in starts))
        with self._lock:
            rest = [run(self._single, pictures[row : row + 1]) for row in range(whole, len(pictures))]
        embeddings = np.concatenate([*calls, *rest])
        # Where the network rounds, its lengths do too.
        return embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)

    def _run_many(self, pictures: np.ndarray) -> np.ndarray:
        try:
            network = self._idle.get_nowait()
        except queue.Empty:
            network = self._open_another()
        embeddings = run(network, pictures)
        self._idle.put(network)
        return embeddings
