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
from keras import ops

from recommender.encoders.fashion import TRAINABLE, WEIGHTS, FashionResNet
from recommender.measuring.products import Products
from recommender.measuring.retrieval import evaluate
from recommender.photo.eye import WEIGHTS as EYE
from recommender.photo.kinds import COMPOSITION
from recommender.training import RUN_WEIGHTS
from recommender.training.batches import Batches
from recommender.training.material import Material
from recommender.training.model import KIND, TOWER_DIMENSIONS, Composition, build_encoder, embed
from recommender.training.teacher import same_names
from recommender.training.training import HISTORY

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


def export(material: Material, folder: Path) -> None:
    """Ships what a run in `folder` has learnt: the served int8 file, the weights to go on from, and the model card.

    The card holds the held-out figures of the int8 file and of the float32 network, the mean cosine between their
    embeddings, and the run's learning curve. Beside it goes what puts the kind that the shipped eye sees into a photo's
    embedding (recommender.photo.kinds).
    """
    encoder = load(folder / RUN_WEIGHTS)
    training, held_out = material.split()
    content = quantise(encoder, Batches(training, material.photos))
    served = FashionResNet(content)

    exact = partial(embed, encoder)
    cosines = (exact(held_out.pictures) * served.encode(held_out.pictures)).sum(axis=1)
    card = {
        "name": "fashion-resnet",
        "digest": served.digest,
        "dimensions": served.dimensions,
        "parameters": encoder.count_params(),
        "training products": len(training),
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
    _save_kinds(encoder.get_layer("embedding"), training, served.digest)


def _save_kinds(composition: Composition, products: Products, digest: str) -> None:
    """Writes how the embedding presses a look and the eye's kinds, whose classes it has by their names."""
    names = json.loads(EYE.with_suffix(".json").read_text())
    compression = ops.convert_to_numpy(composition.compression)
    ends = np.cumsum([2 * TOWER_DIMENSIONS, *(slots for slots, _ in KIND.values())])
    look, *kinds = np.split(compression, ends[:-1])
    seen_by_eye = []
    for label, slots in zip(KIND, kinds, strict=True):
        same = same_names(names[label], products, label)[:, : len(slots)]
        seen_by_eye.append(same @ slots[: same.shape[1]])
    np.savez_compressed(
        COMPOSITION,
        digest=digest,
        compression=np.concatenate([look, *seen_by_eye]).astype(np.float16),
        weights=np.array([weight for _, weight in KIND.values()], np.float32),
    )


def quantise(network: keras.Model, batches: Batches) -> bytes:
    """The int8 LiteRT file of a network, float32 at both ends, calibrated on views."""

    def representative() -> Iterator[list[np.ndarray]]:
        for step in range(CALIBRATION_BATCHES):
            for picture in batches.batch(step)[0]:
                yield [picture[None].astype(np.float32)]

    converter = tf.lite.TFLiteConverter.from_keras_model(network)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = representative
    options = tf.lite.experimental.QuantizationDebugOptions(denylisted_ops=FLOAT_OPERATIONS)
    debugger = tf.lite.experimental.QuantizationDebugger(converter=converter, debug_options=options)
    return debugger.get_nondebug_quantized_model()


def save_small(network: keras.Model, path: Path) -> None:
    """Writes the weights as half floats, in half the bytes; Keras reads them as any others."""
    network.save_weights(path)
    whole = path.read_bytes()
    with h5py.File(io.BytesIO(whole)) as source, h5py.File(path, "w") as target:

        def halve(name: str, item: h5py.Group | h5py.Dataset) -> None:
            if isinstance(item, h5py.Dataset):
                target.create_dataset(name, data=item[()].astype(np.float16))
            else:
                target.create_group(name)

        source.visititems(halve)


def load(weights: Path) -> keras.Model:
    """The encoder with trained weights."""
    encoder = build_encoder()
    encoder.load_weights(weights)
    return encoder
