"""The last step of the training: directions in which products of one kind differ anyway count less."""

import keras
import numpy as np

from recommender.training.data import LABELS, Products
from recommender.training.model import embed

SAMPLE = 10_000
KIND = ("article_type", "base_colour", "gender")
STRENGTH = 0.4
"""0 leaves the embedding as it is, 0.5 makes all directions within a kind alike. More of it finds more of the same kind
and gender, and fewer of the same colour and of the photographed."""
FLOOR = 0.3
"""In parts of the mean variance: what little varies must not be blown up."""


def whiten(encoder: keras.Model, products: Products) -> None:
    """Sets the kernel of the layer `whitening` from the embeddings of up to 10,000 products.

    Source: Hatch, Kajarekar, Stolcke: Within-Class Covariance Normalization for SVM-based Speaker Recognition (2006),
    with a gentler power.
    """
    chosen = np.random.default_rng(0).permutation(len(products))[:SAMPLE]
    before = keras.Model(encoder.input, encoder.get_layer("look").output)
    looks = embed(before, products.pictures[chosen])
    kinds = products.labels[chosen][:, [LABELS.index(label) for label in KIND]]
    variances, directions = np.linalg.eigh(_covariance_within(kinds, looks))
    scales = (variances + FLOOR * variances.mean() + 1e-9) ** -STRENGTH
    kernel = directions * scales @ directions.T
    encoder.get_layer("whitening").set_weights([kernel / np.abs(kernel).max()])


def _covariance_within(kinds: np.ndarray, looks: np.ndarray) -> np.ndarray:
    """(d, d): how embeddings (n, d) vary around the mean of their kind (n, k)."""
    _, number = np.unique(kinds, axis=0, return_inverse=True)
    number = number.ravel()
    means = np.zeros((number.max() + 1, looks.shape[1]))
    np.add.at(means, number, looks)
    means /= np.bincount(number)[:, None]
    around = looks - means[number]
    return around.T @ around / len(looks)
