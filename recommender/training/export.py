"""From trained weights to the int8 LiteRT file that serves, checked against the float32 network."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from recommender.encoders.fashion import WEIGHTS, FashionResNet
from recommender.evaluation import evaluate
from recommender.training.data import Products
from recommender.training.model import EMBEDDING_DIMENSIONS, build_encoder
from recommender.training.training import TwoViews

CALIBRATION_BATCHES = 4
FLOAT_OPERATIONS = ["MAXIMUM", "POW", "MEAN", "FULLY_CONNECTED", "SQUARE", "SUM", "RSQRT", "MINIMUM", "MUL"]
"""The pooling and what follows: a mean of cubes has too wide a range for eight bits, and all of it costs next to
nothing."""
CARD = WEIGHTS.with_suffix(".json")


def export(products: Products, folder: Path) -> dict:
    """Ships `folder`/encoder.weights.h5 as the served int8 file, and writes and returns the model card beside it.

    The card holds the held-out figures of both, and the mean cosine between their embeddings.
    """
    encoder = build_encoder()
    encoder.load_weights(folder / "encoder.weights.h5")
    training, held_out = products.split()
    WEIGHTS.parent.mkdir(exist_ok=True)
    WEIGHTS.write_bytes(_quantised(encoder, TwoViews(training)))
    served = FashionResNet()

    def exact(pictures: np.ndarray) -> np.ndarray:
        return encoder.predict(pictures, batch_size=256, verbose=0)

    card = {
        "name": FashionResNet.name,
        "digest": hashlib.sha256(WEIGHTS.read_bytes()).hexdigest(),
        "dimensions": EMBEDDING_DIMENSIONS,
        "parameters": encoder.count_params(),
        "training products": len(training),
        "held-out products": len(held_out),
        "cosine of int8 and float32": round(
            float((exact(held_out.pictures) * served.encode(held_out.pictures)).sum(axis=1).mean()), 4
        ),
        "float32": evaluate(exact, held_out),
        "int8": evaluate(served.encode, held_out),
    }
    CARD.write_text(json.dumps(card, indent=2) + "\n")
    return card


def _quantised(encoder: keras.Model, views: TwoViews) -> bytes:
    """The network as int8 with float32 at both ends; what has no int8 kernel (the power in the pooling) stays float."""

    def representative() -> Iterator[list[np.ndarray]]:
        for step in range(CALIBRATION_BATCHES):
            for picture in views.batch(step)[0]:
                yield [picture[None].astype(np.float32)]

    converter = tf.lite.TFLiteConverter.from_keras_model(encoder)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = representative
    options = tf.lite.experimental.QuantizationDebugOptions(denylisted_ops=FLOAT_OPERATIONS)
    debugger = tf.lite.experimental.QuantizationDebugger(converter=converter, debug_options=options)
    return debugger.get_nondebug_quantized_model()
