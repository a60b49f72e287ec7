"""The kind in a photo's embedding, told by the eye.

The embedding of the encoder that ships is composed of a look and of the kind: probabilities of type, colour and gender
(docs/encoder.md). Of a photo the eye tells the kind better, and in the same classes, so its word takes the other's
place, and products of that kind come nearer, whatever the shop calls its categories.
"""

from functools import cache
from pathlib import Path

import numpy as np

from catalog.loading import awaited
from recommender.diversity import unit

COMPOSITION = Path(__file__).resolve().parent.parent / "weights" / "fashion-resnet.kinds.npz"
LOOK = 512


@awaited
@cache
def _composition() -> tuple[str, np.ndarray, np.ndarray]:
    """(Digest of the encoder, how it presses look and kinds (512 + k, d) to d numbers, the weight of each kind)."""
    with np.load(COMPOSITION) as file:
        return str(file["digest"]), file["compression"].astype(np.float32), file["weights"]


def with_kinds(digest: str, embedding: np.ndarray, kinds: tuple[np.ndarray, ...]) -> np.ndarray:
    """The embedding (d,) of length one with these kinds; the same where an encoder of another digest made it."""
    known, compression, weights = _composition()
    if digest != known:
        return embedding
    look = unit((compression @ embedding)[:LOOK])
    weighed = (weight**0.5 * kind for weight, kind in zip(weights, kinds, strict=True))
    return unit(np.concatenate([look, *weighed]) @ compression)
