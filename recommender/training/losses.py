"""What the encoder is asked for: tell attributes apart, and know a product again in a photograph."""

import keras
import numpy as np
from keras import ops

from catalog.attributes import LABEL_WEIGHTS
from recommender.measuring.products import LABELS, UNKNOWN

SCALE = 16.0
SMOOTHING = 0.05
TEMPERATURE = 0.05


@keras.saving.register_keras_serializable("fashion")
class AttributeHeads(keras.layers.Layer):
    """One normalised-softmax classifier for each label: the logits are cosines to learnt class centres.

    Source: Zhai, Wu: Classification is a Strong Baseline for Deep Metric Learning (2019).
    """

    def __init__(self, class_counts: tuple[int, ...], **kwargs):
        super().__init__(dtype="float32", **kwargs)
        self.class_counts = tuple(class_counts)

    def build(self, input_shape: tuple) -> None:
        # A label that no product has is given a class, so that there is something to be indifferent to.
        self.centres = [
            self.add_weight(name=label, shape=(max(count, 1), input_shape[-1]), initializer="glorot_uniform")
            for label, count in zip(LABELS, self.class_counts, strict=True)
        ]

    def call(self, embeddings) -> list:
        return [SCALE * ops.matmul(embeddings, ops.transpose(ops.normalize(centre))) for centre in self.centres]

    def imprint(self, embeddings: np.ndarray, labels: np.ndarray) -> None:
        """Starts from the means of the classes among embeddings (n, d) with labels (n, l), where they have any.

        Source: Qi, Brown, Lowe: Low-Shot Learning with Imprinted Weights (2018).
        """
        for column, centre in enumerate(self.centres):
            known = labels[:, column] != UNKNOWN
            sums = np.zeros(centre.shape, np.float32)
            np.add.at(sums, labels[known, column], embeddings[known])
            has_any = sums.any(axis=1, keepdims=True)
            centre.assign(np.where(has_any, sums, ops.convert_to_numpy(centre)))


def attribute_loss(logits: list, labels):
    """The weighted sum over labels (n, l) of the smoothed cross entropy; UNKNOWN labels count nothing."""
    total = 0.0
    for column, (label, scores) in enumerate(zip(LABELS, logits, strict=True)):
        known = ops.cast(labels[:, column] != UNKNOWN, "float32")
        wanted = ops.one_hot(ops.maximum(labels[:, column], 0), scores.shape[-1])
        wanted = wanted * (1 - SMOOTHING) + SMOOTHING / scores.shape[-1]
        entropy = -ops.sum(wanted * ops.log_softmax(scores), axis=-1)
        total += LABEL_WEIGHTS[label] * ops.sum(entropy * known) / ops.maximum(ops.sum(known), 1.0)
    return total


def instance_loss(looks, picture_numbers):
    """NT-Xent between two views: row i of the first half belongs to row i of the second half.

    Other products that show the very same picture (`picture_numbers`, (2n,)) are no negatives.
    Source: Chen et al.: A Simple Framework for Contrastive Learning of Visual Representations (2020).
    """
    size = ops.shape(looks)[0]
    rows = ops.arange(size)
    partner = ops.mod(rows + size // 2, size)
    same_picture = picture_numbers[:, None] == picture_numbers[None, :]
    is_partner = rows[None, :] == partner[:, None]
    ignored = ops.cast(ops.logical_and(same_picture, ops.logical_not(is_partner)), "float32")
    similarity = ops.matmul(looks, ops.transpose(looks)) / TEMPERATURE - 1e9 * ignored
    return ops.mean(keras.losses.sparse_categorical_crossentropy(partner, similarity, from_logits=True))
