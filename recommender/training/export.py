"""From trained weights to the int8 LiteRT file that serves, checked against the float32 network."""

import io
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import h5py
import keras
import numpy as np
import tensorflow as tf

from recommender.encoders.fashion import TRAINABLE, WEIGHTS, FashionResNet
from recommender.measuring.products import Products
from recommender.measuring.retrieval import evaluate
from recommender.training import RUN_WEIGHTS
from recommender.training.model import build_encoder, embed
from recommender.training.training import HISTORY, TwoViews

CALIBRATION_BATCHES = 1
FLOAT_OPERATIONS = [
    "MAXIMUM",
    "POW",
    "MEAN",
    "FULLY_CONNECTED",
    "SQUARE",
    "SUM",
    "RSQRT",
    "MINIMUM",
    "MUL",
    "SOFTMAX",
    "CONCATENATION",
    "SPLIT",
]
"""The pooling and what follows: a mean of cubes has too wide a range for eight bits, and all of it costs next to
nothing."""


def export(products: Products, folder: Path) -> None:
    """Ships what a run in `folder` has learnt: the served int8 file, the weights to go on from, and the model card.

    The card holds the held-out figures of the int8 file and of the float32 network, the mean cosine between their
    embeddings, and the run's learning curve.
    """
    encoder = _load(folder / RUN_WEIGHTS)
    held_out = products.split()[1]
    content = quantise(folder / RUN_WEIGHTS, products)
    served = FashionResNet(content)

    exact = partial(embed, encoder)
    cosines = (exact(held_out.pictures) * served.encode(held_out.pictures)).sum(axis=1)
    card = {
        "name": "fashion-resnet",
        "digest": served.digest,
        "dimensions": served.dimensions,
        "parameters": encoder.count_params(),
        "training products": len(products) - len(held_out),
        "held-out products": len(held_out),
        "cosine of int8 and float32": round(float(cosines.mean()), 4),
        "float32": evaluate(exact, held_out),
        "int8": evaluate(served.encode, held_out),
        "learning curve": [json.loads(line) for line in (folder / HISTORY).read_text().splitlines()],
    }
    WEIGHTS.parent.mkdir(exist_ok=True)
    WEIGHTS.write_bytes(content)
    save_small(encoder, TRAINABLE)
    WEIGHTS.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n")


def quantise(weights: Path, products: Products) -> bytes:
    """The int8 LiteRT file, float32 at both ends, of trained weights, calibrated on views of the training products."""
    views = TwoViews(products.split()[0])

    def representative() -> Iterator[list[np.ndarray]]:
        for step in range(CALIBRATION_BATCHES):
            for picture in views.batch(step)[0]:
                yield [picture[None].astype(np.float32)]

    converter = tf.lite.TFLiteConverter.from_keras_model(_load(weights))
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = representative
    options = tf.lite.experimental.QuantizationDebugOptions(denylisted_ops=FLOAT_OPERATIONS)
    debugger = tf.lite.experimental.QuantizationDebugger(converter=converter, debug_options=options)
    return debugger.get_nondebug_quantized_model()


def save_small(encoder: keras.Model, path: Path) -> None:
    """Writes the weights as half floats, in half the bytes; Keras reads them as any others."""
    encoder.save_weights(path)
    whole = path.read_bytes()
    with h5py.File(io.BytesIO(whole)) as source, h5py.File(path, "w") as target:

        def halve(name: str, item: h5py.Group | h5py.Dataset) -> None:
            if isinstance(item, h5py.Dataset):
                target.create_dataset(name, data=item[()].astype(np.float16))
            else:
                target.create_group(name)

        source.visititems(halve)


def _load(weights: Path) -> keras.Model:
    encoder = build_encoder()
    encoder.load_weights(weights)
    return encoder
