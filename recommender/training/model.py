"""The fashion ResNet: two residual networks side by side for product pictures, in backend-agnostic Keras 3."""

import keras
import numpy as np
from keras import layers, ops

from recommender.encoders.preprocessing import HEIGHT, WIDTH

TOWER_DIMENSIONS = 256
EMBEDDING_DIMENSIONS = 256
FINE = (24, 48, 96, 192, 384)
COARSE = (20, 40, 80, 160, 320)
"""Channels of each tower's stem and of its stages: three quarters and five eighths of ResNet-18's."""
BLOCKS = 2
"""Residual blocks in each stage, as in ResNet-18."""
SHARPENING = 0.09
"""Takes back what a small picture lost when it was made larger, so that halving it gives the small picture again."""

COARSE_WEIGHT = 1.5
"""Of the coarse tower's look in the embedding, beside the fine one's 1. More of it knows more products again in
photographs, and fewer kinds."""
KIND = {"article_type": (192, 0.2), "base_colour": (64, 0.2), "gender": (16, 0.15)}
"""(how many classes are told apart, the most frequent ones; the weight beside the look's 1) of each label."""


@keras.saving.register_keras_serializable("fashion")
class GeneralizedMeanPooling(layers.Layer):
    """(n, h, w, c) to (n, c): the mean of x^p to the 1/p, with p learnt.

    Source: Radenović, Tolias, Chum: Fine-tuning CNN Image Retrieval with No Human Annotation (2018).
    """

    def build(self, input_shape: tuple) -> None:
        self.power = self.add_weight(name="power", shape=(), initializer=keras.initializers.Constant(3.0))

    def call(self, features):
        features = ops.maximum(ops.cast(features, "float32"), 1e-4)
        power = ops.cast(self.power, "float32")
        return ops.power(ops.mean(ops.power(features, power), axis=(1, 2)), 1.0 / power)


@keras.saving.register_keras_serializable("fashion")
class Composition(layers.Layer):
    """Looks (n, 512) to embeddings (n, 256), both of length one: the whitened looks of both towers beside the kind.

    The kind is the probabilities of the classes of type, colour and gender, which tell better than distances of looks
    whether two products are called the same. No gradient reaches these weights; `compose` sets them.
    """

    def __init__(self, **kwargs):
        super().__init__(trainable=False, dtype="float32", **kwargs)

    def build(self, looks_shape: tuple) -> None:
        size = looks_shape[-1]
        slots = {label: count for label, (count, _) in KIND.items()}
        self.whitenings = [
            self.add_weight(name=f"{tower}_whitening", shape=(TOWER_DIMENSIONS, TOWER_DIMENSIONS))
            for tower in ("fine", "coarse")
        ]
        self.centres = [self.add_weight(name=f"{label}_centres", shape=(size, count)) for label, count in slots.items()]
        self.biases = [self.add_weight(name=f"{label}_bias", shape=(count,)) for label, count in slots.items()]
        self.compression = self.add_weight(name="compression", shape=(size + sum(slots.values()), EMBEDDING_DIMENSIONS))

    def call(self, looks):
        return ops.normalize(ops.matmul(self.parts(looks), self.compression))

    def parts(self, looks):
        """(n, 512 + all classes): the whitened looks and the kind, before they are pressed into 256 numbers."""
        kinds = [
            weight**0.5 * ops.softmax(ops.matmul(looks, centres) + bias)
            for (_, weight), centres, bias in zip(KIND.values(), self.centres, self.biases, strict=True)
        ]
        fine, coarse = (
            ops.normalize(ops.matmul(look, whitening))
            for look, whitening in zip(ops.split(looks, 2, axis=-1), self.whitenings, strict=True)
        )
        look = ops.normalize(ops.concatenate([fine, COARSE_WEIGHT**0.5 * coarse], axis=-1))
        return ops.concatenate([look, *kinds], axis=-1)


def build_encoder() -> keras.Model:
    """The network from pictures (n, 160, 120, 3), RGB in 0..255, to embeddings (n, 256) of length one.

    Two residual networks look at the picture side by side: a fine one at all of it, and a coarse one at the picture
    halved.
    """
    pictures = keras.Input((HEIGHT, WIDTH, 3), name="pictures")
    fine = _tower(layers.Rescaling(1 / 64, offset=-3)(pictures), FINE, "fine")
    coarse = _tower(_halved(pictures), COARSE, "coarse")
    both = layers.Concatenate(dtype="float32")([fine, coarse])
    look = layers.Rescaling(0.5**0.5, name="look", dtype="float32")(both)
    embedding = Composition(name="embedding")(look)
    return keras.Model(pictures, embedding, name="fashion_resnet")


def look_of(encoder: keras.Model) -> keras.Model:
    """The part of the network that is trained: from pictures to looks (n, 512) of length one."""
    return keras.Model(encoder.input, encoder.get_layer("look").output)


def _halved(pictures):
    """Pictures at half their size, scaled as the fine tower's: means of four pixels, sharpened, with white outside."""
    darkness = layers.Rescaling(1 / 64, offset=-255 / 64)(layers.AveragePooling2D(2)(pictures))
    return layers.DepthwiseConv2D(
        3,
        padding="same",
        depthwise_initializer=_sharpening,
        bias_initializer=keras.initializers.Constant(255 / 64 - 3),
        trainable=False,
        name="halved",
    )(darkness)


def _sharpening(shape: tuple, dtype=None):
    """A kernel (3, 3, 3, 1) that sums to one for each channel."""
    line = np.array([-SHARPENING, 1 + 2 * SHARPENING, -SHARPENING])
    return ops.broadcast_to(ops.cast(np.outer(line, line)[:, :, None, None], dtype), shape)


def _tower(features, channels: tuple[int, ...], name: str):
    """From scaled pictures to looks (n, 256) of length one."""
    stem, *stages = channels
    features = _convolution(features, stem, strides=2)
    features = _convolution(features, stem)
    features = _convolution(features, stages[0], strides=2)
    for stage, width in enumerate(stages):
        for block in range(BLOCKS):
            features = _residual_block(features, width, strides=2 if stage and not block else 1)
    pooled = GeneralizedMeanPooling(name=f"{name}_pooling", dtype="float32")(features)
    look = layers.Dense(TOWER_DIMENSIONS, use_bias=False, name=f"{name}_projection", dtype="float32")(pooled)
    look = layers.BatchNormalization(name=f"{name}_neck", dtype="float32")(look)
    return layers.UnitNormalization(name=f"{name}_look", dtype="float32")(look)


def _convolution(features, channels: int, strides: int = 1, activate: bool = True):
    features = layers.Conv2D(
        channels, 3, strides=strides, padding="same", use_bias=False, kernel_initializer="he_normal"
    )(features)
    features = layers.BatchNormalization()(features)
    return layers.ReLU()(features) if activate else features


def _residual_block(features, channels: int, strides: int):
    """A basic block; its shortcut averages before it projects (ResNet-D), so that no pixel is skipped.

    Source: He et al.: Bag of Tricks for Image Classification with Convolutional Neural Networks (2019).
    """
    shortcut = features
    if strides > 1:
        shortcut = layers.AveragePooling2D(strides, padding="same")(shortcut)
    if shortcut.shape[-1] != channels:
        shortcut = layers.Conv2D(channels, 1, use_bias=False, kernel_initializer="he_normal")(shortcut)
        shortcut = layers.BatchNormalization()(shortcut)
    features = _convolution(features, channels, strides=strides)
    features = _convolution(features, channels, activate=False)
    return layers.ReLU()(layers.Add()([features, shortcut]))


def embed(network: keras.Model, pictures: np.ndarray) -> np.ndarray:
    """What the network makes of pictures uint8 (n, 160, 120, 3): float32 (n, d)."""
    return network.predict(pictures, batch_size=256, verbose=0)
