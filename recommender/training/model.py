"""The fashion ResNet: a residual network for small product pictures, in backend-agnostic Keras 3."""

import keras
import numpy as np
from keras import layers, ops

from recommender.encoders.preprocessing import HEIGHT, WIDTH

LOOK_DIMENSIONS = 256
EMBEDDING_DIMENSIONS = 256
STEM_CHANNELS = 20
STAGES = ((40, 2), (80, 2), (160, 2), (320, 2))
"""(channels, residual blocks) of each stage: ResNet-18's depth at five eighths of its width."""

KIND = {"article_type": (192, 0.14), "base_colour": (64, 0.14), "gender": (16, 0.1)}
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
    """Looks (n, d) to embeddings (n, 256), both of length one: the whitened look beside the kind.

    The kind is the probabilities of the classes of type, colour and gender, which tell better than distances of looks
    whether two products are called the same. No gradient reaches these weights; `compose` sets them.
    """

    def __init__(self, **kwargs):
        super().__init__(trainable=False, dtype="float32", **kwargs)

    def build(self, looks_shape: tuple) -> None:
        size = looks_shape[-1]
        slots = {label: count for label, (count, _) in KIND.items()}
        self.whitening = self.add_weight(name="whitening", shape=(size, size))
        self.centres = [self.add_weight(name=f"{label}_centres", shape=(size, count)) for label, count in slots.items()]
        self.biases = [self.add_weight(name=f"{label}_bias", shape=(count,)) for label, count in slots.items()]
        self.compression = self.add_weight(name="compression", shape=(size + sum(slots.values()), EMBEDDING_DIMENSIONS))

    def call(self, looks):
        return ops.normalize(ops.matmul(self.parts(looks), self.compression))

    def parts(self, looks):
        """(n, d + all classes): the whitened look and the kind, before they are pressed into 256 numbers."""
        kinds = [
            weight**0.5 * ops.softmax(ops.matmul(looks, centres) + bias)
            for (_, weight), centres, bias in zip(KIND.values(), self.centres, self.biases, strict=True)
        ]
        return ops.concatenate([ops.normalize(ops.matmul(looks, self.whitening)), *kinds], axis=-1)


def build_encoder() -> keras.Model:
    """The network from pictures (n, 80, 60, 3), RGB in 0..255, to embeddings (n, 256) of length one."""
    pictures = keras.Input((HEIGHT, WIDTH, 3), name="pictures")
    features = layers.Rescaling(1 / 64, offset=-3)(pictures)
    features = _convolution(features, STEM_CHANNELS, strides=2)
    features = _convolution(features, STEM_CHANNELS)
    features = _convolution(features, STAGES[0][0], strides=2)
    for stage, (channels, blocks) in enumerate(STAGES):
        for block in range(blocks):
            features = _residual_block(features, channels, strides=2 if stage and not block else 1)
    pooled = GeneralizedMeanPooling(name="pooling", dtype="float32")(features)
    look = layers.Dense(LOOK_DIMENSIONS, use_bias=False, name="projection", dtype="float32")(pooled)
    look = layers.BatchNormalization(name="neck", dtype="float32")(look)
    look = layers.UnitNormalization(name="look", dtype="float32")(look)
    embedding = Composition(name="embedding")(look)
    return keras.Model(pictures, embedding, name="fashion_resnet")


def look_of(encoder: keras.Model) -> keras.Model:
    """The part of the network that is trained: from pictures to looks (n, 256) of length one."""
    return keras.Model(encoder.input, encoder.get_layer("look").output)


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
    """What the network makes of pictures uint8 (n, 80, 60, 3): float32 (n, d)."""
    return network.predict(pictures, batch_size=256, verbose=0)
