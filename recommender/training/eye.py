"""The eye's training: an EfficientNet-Lite2 that tells whether a picture shows a product, of what kind, and where.

The weights that ship began with ImageNet's (docs/lab-book.md). Source: Tan, Le: EfficientNet: Rethinking Model Scaling
for Convolutional Neural Networks (2019).
"""

import json
from pathlib import Path

import keras
from keras import layers

from recommender.measuring.products import LABELS, Products
from recommender.photo.eye import LOOK, SIZE, WEIGHTS
from recommender.training.batches import Batches
from recommender.training.export import quantise, save_small
from recommender.training.losses import AttributeHeads, product_loss
from recommender.training.material import Material
from recommender.training.model import KIND
from recommender.training.training import Learner, figures, learn, note, save

TRAINABLE = WEIGHTS.with_suffix(".weights.h5")
"""The weights that ship before they were quantised, as half floats: where training goes on."""
RUN_WEIGHTS = "eye.weights.h5"
STEM, HEAD = 32, 1280
STAGES = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 3),
    (5, 2, 6, 48, 3),
    (3, 2, 6, 88, 4),
    (5, 1, 6, 120, 4),
    (5, 2, 6, 208, 5),
    (3, 1, 6, 352, 1),
)
"""(kernel, strides, expansion, channels, blocks) of each."""
DROPPED = 0.1
"""How often the last block is left out in training, the others less, and the share of the features that are."""
PEAK_LEARNING_RATE = 6e-4
WEIGHT_DECAY = 0.05
LARGEST_GRADIENT = 5.0
OF_NOTHING = 96
"""Views of no product in a batch."""


class EyeLearner(Learner):
    """The eye, taught what an encoder is taught, and what a product is."""

    def __init__(self, eye: keras.Model):
        super().__init__(keras.Model(eye.input, eye.output["looks"]), eye.get_layer("heads"))
        self.eye = eye

    def call(self, pictures, training: bool = False):
        return self.eye(pictures, training=training)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        seen = product_loss(y_pred["product"], y_pred["place"], y["places"], OF_NOTHING)
        return seen + super().compute_loss(x, y, y_pred, sample_weight, training)


def train_eye(material: Material, folder: Path, epochs: int | None, minutes: float | None, start: Path | None) -> None:
    """Leaves the trained eye in `folder`/eye.weights.h5; else as `recommender.training.training.train`.

    The material has photos, of nothing as well; its products are letterboxed to 192 x 256 pixels.
    """
    training, held_out = material.split()
    eye = build_eye(training)
    if start:
        # The classes of another catalogue fit no other: they begin imprinted.
        eye.load_weights(start, skip_mismatch=True)
    learner = EyeLearner(eye)
    optimizer = keras.optimizers.AdamW(PEAK_LEARNING_RATE, WEIGHT_DECAY, global_clipnorm=LARGEST_GRADIENT)
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    learner.compile(optimizer=optimizer, jit_compile=False)
    batches = Batches(training, material.photos, of_nothing=OF_NOTHING)
    learnt = learn(learner, batches, held_out, folder, PEAK_LEARNING_RATE, epochs, minutes, imprinted=start is not None)
    note(folder, learnt | {"loss": None, **figures(learner.look, held_out)})
    save(eye, folder / RUN_WEIGHTS)


def export_eye(material: Material, folder: Path) -> None:
    """Ships what a run in `folder` has learnt: the served int8 file with its classes, and the weights to go on from."""
    training, _ = material.split()
    eye = build_eye(training)
    eye.load_weights(folder / RUN_WEIGHTS)
    seen = eye.output
    logits = [seen["logits"][LABELS.index(label)] for label in KIND]
    parts = [seen["looks"], *logits, layers.Reshape((1,))(seen["product"]), layers.Flatten()(seen["place"])]
    network = keras.Model(eye.input, layers.Concatenate(dtype="float32")(parts))
    content = quantise(network, Batches(training, material.photos, of_nothing=OF_NOTHING))
    WEIGHTS.parent.mkdir(exist_ok=True)
    WEIGHTS.write_bytes(content)
    save_small(eye, TRAINABLE)
    classes = {label: training.classes[LABELS.index(label)] for label in KIND}
    WEIGHTS.with_suffix(".json").write_text(json.dumps(classes, indent=1) + "\n")


def build_eye(products: Products) -> keras.Model:
    """The network from pictures (n, 256, 192, 3), RGB in 0..255, to what it sees of them.

    `looks` (n, 256) of length one, and logits: of the classes of each of LABELS (n, c), of there being a `product` (n,)
    and of its `place` (n, 8, 6).
    """
    width, height = SIZE
    pictures = keras.Input((height, width, 3), name="pictures")
    features = _convolution(layers.Rescaling(1 / 128, offset=-127 / 128)(pictures), STEM, 3, strides=2)
    blocks = [(stage, block) for stage in STAGES for block in range(stage[-1])]
    for number, ((kernel, strides, expansion, channels, _), block) in enumerate(blocks):
        dropped = DROPPED * number / len(blocks)
        features = _block(features, kernel, 1 if block else strides, expansion, channels, dropped)
    features = _convolution(features, HEAD, 1)
    place = layers.Conv2D(1, 1, name="place", dtype="float32")(features)
    pooled = layers.GlobalAveragePooling2D(dtype="float32")(features)
    pooled = layers.Dropout(DROPPED, dtype="float32")(pooled)
    look = layers.Dense(LOOK, use_bias=False, name="projection", dtype="float32")(pooled)
    look = layers.BatchNormalization(name="neck", dtype="float32")(look)
    look = layers.UnitNormalization(name="look", dtype="float32")(look)
    product = layers.Dense(1, name="product", dtype="float32")(pooled)
    seen = {
        "looks": look,
        "logits": AttributeHeads(tuple(map(len, products.classes)), name="heads")(look),
        "product": layers.Reshape((), dtype="float32")(product),
        "place": layers.Reshape(place.shape[1:3], dtype="float32")(place),
    }
    return keras.Model(pictures, seen, name="fashion_eye")


def _convolution(features, channels: int, kernel: int, strides: int = 1, activate: bool = True):
    features = layers.Conv2D(channels, kernel, strides=strides, padding="same", use_bias=False)(features)
    features = layers.BatchNormalization()(features)
    return layers.ReLU(6)(features) if activate else features


def _block(features, kernel: int, strides: int, expansion: int, channels: int, dropped: float):
    """An inverted residual block; where it keeps the shape it is added to what came in, or now and then left out."""
    wide = _convolution(features, features.shape[-1] * expansion, 1) if expansion > 1 else features
    wide = layers.DepthwiseConv2D(kernel, strides=strides, padding="same", use_bias=False)(wide)
    wide = layers.ReLU(6)(layers.BatchNormalization()(wide))
    narrow = _convolution(wide, channels, 1, activate=False)
    if strides > 1 or channels != features.shape[-1]:
        return narrow
    return layers.Add()([features, layers.Dropout(dropped, noise_shape=(None, 1, 1, 1))(narrow)])
