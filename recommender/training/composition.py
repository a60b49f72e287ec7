"""The training's last step: from what the network has learnt, the look and the kind, to the embedding."""

import keras
import numpy as np
from keras import ops

from recommender.measuring.products import LABELS, Products
from recommender.training.losses import SCALE, AttributeHeads
from recommender.training.model import EMBEDDING_DIMENSIONS, KIND, embed, look_of

NOTHING = -1e4
"""The logit of a class that there is not."""
SAMPLE = 10_000
WHITENING = (0.3, 0.4)
"""Of the fine tower's look and of the coarse one's: 0 leaves it as it is, 0.5 makes all directions within a kind alike.
More of it finds more of the same kind and gender, and fewer of the same colour and of the photographed."""
FLOOR = 0.3
"""In parts of the mean variance: what little varies must not be blown up."""


def compose(encoder: keras.Model, heads: AttributeHeads, products: Products) -> None:
    """Sets the weights of the layer `embedding` from the classifiers and up to 10,000 products."""
    chosen = np.random.default_rng(0).permutation(len(products))[:SAMPLE]
    looks = embed(look_of(encoder), products.pictures[chosen])
    kinds = products.labels[chosen][:, [LABELS.index(label) for label in KIND]]
    composition = encoder.get_layer("embedding")
    halves = np.split(looks, len(WHITENING), axis=1)
    for whitening, half, power in zip(composition.whitenings, halves, WHITENING, strict=True):
        whitening.assign(_whitening(kinds, half, power))
    for label, centres, bias in zip(KIND, composition.centres, composition.biases, strict=True):
        weights, offsets = _classifier(heads.centres[LABELS.index(label)], KIND[label][0])
        centres.assign(weights)
        bias.assign(offsets)
    composition.compression.assign(_principal_directions(ops.convert_to_numpy(composition.parts(looks))))


def _whitening(kinds: np.ndarray, looks: np.ndarray, power: float) -> np.ndarray:
    """(d, d): directions in which products of one kind differ anyway count less.

    Source: Hatch, Kajarekar, Stolcke: Within-Class Covariance Normalization for SVM-based Speaker Recognition (2006),
    with a gentler power.
    """
    variances, directions = np.linalg.eigh(_covariance_within(kinds, looks))
    scales = (variances + FLOOR * variances.mean() + 1e-9) ** -power
    kernel = directions * scales @ directions.T
    return kernel / np.abs(kernel).max()


def _covariance_within(kinds: np.ndarray, looks: np.ndarray) -> np.ndarray:
    """(d, d): how looks (n, d) vary around the mean of their kind (n, k)."""
    _, number = np.unique(kinds, axis=0, return_inverse=True)
    number = number.ravel()
    means = np.zeros((number.max() + 1, looks.shape[1]))
    np.add.at(means, number, looks)
    means /= np.bincount(number)[:, None]
    around = looks - means[number]
    return around.T @ around / len(looks)


def _classifier(centres, slots: int) -> tuple[np.ndarray, np.ndarray]:
    """(weights (d, slots), bias (slots,)) of a classifier by its centres (classes, d); classes are by frequency."""
    directions = ops.convert_to_numpy(ops.normalize(centres))[:slots]
    unused = slots - len(directions)
    return np.pad(SCALE * directions.T, ((0, 0), (0, unused))), np.repeat([0, NOTHING], [len(directions), unused])


def _principal_directions(parts: np.ndarray) -> np.ndarray:
    """(d, 256): the directions in which vectors (n, d) are longest, so that cosines change least."""
    return np.linalg.eigh(parts.T @ parts)[1][:, : -EMBEDDING_DIMENSIONS - 1 : -1]
