"""What a network is asked for: tell attributes apart, know a product again, see as its teacher sees."""

import keras
import numpy as np
from keras import ops

from catalog.attributes import LABEL_WEIGHTS
from recommender.measuring.products import LABELS, UNKNOWN

SCALE = 16.0
SMOOTHING = 0.05
TEMPERATURE = 0.05
MIMICRY = 8.0
SOFT_LABELS = 0.5
SURELY_A_PRODUCT = (0.3, 1.0, 2.5)
"""How much it counts that there is a product on a view of one, on a photo that somebody took of one, and none on one of
nothing."""
CELLS_OF_A_PHOTO = 6
"""Of the map of a photo that somebody took of a product, so many surely show it."""


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


def types_loss(logits: list, types):
    """The cross entropy of photos (m, classes) that may be of any of several types (m, classes): the sum of their
    probabilities counts. Photos without any count nothing."""
    scores = ops.log_softmax(logits[LABELS.index("article_type")])
    known = ops.cast(ops.any(types, axis=-1), "float32")
    entropy = -ops.logsumexp(ops.where(types, scores, -1e4), axis=-1)
    return LABEL_WEIGHTS["article_type"] * ops.sum(entropy * known) / ops.maximum(ops.sum(known), 1.0)


def lesson_loss(looks, logits: list, lesson: dict):
    """How far looks (n, d) of length one, and classifiers, are from a teacher's (`recommender.training.teacher`)."""
    total = MIMICRY * (1 - ops.mean(ops.sum(looks * ops.cast(lesson["look"], "float32"), axis=-1)))
    for label, scores in zip(LABELS, logits, strict=True):
        if label in lesson:
            entropy = -ops.sum(ops.cast(lesson[label], "float32") * ops.log_softmax(scores), axis=-1)
            total += SOFT_LABELS * LABEL_WEIGHTS[label] * ops.mean(entropy)
    return total


def product_loss(product, place, places, of_nothing: int):
    """How far an eye is from telling whether (v,) and where (v, 8, 6) views show a product; both are logits.

    The views are clean ones of n products, photographs of these with known `places` (n, 8, 6), photos that people took
    of products, and `of_nothing`.
    """
    size = ops.shape(places)[0]
    made, real, nothing = slice(size, 2 * size), slice(2 * size, -of_nothing), slice(-of_nothing, None)
    groups = (product[: 2 * size], 0.99), (product[real], 0.99), (product[nothing], 0.01)
    entropy, weights = 0.0, 0.0
    for (logits, wanted), weight in zip(groups, SURELY_A_PRODUCT, strict=True):
        entropy += weight * ops.sum(_entropy(wanted, logits))
        weights += weight * ops.cast(ops.shape(logits)[0], "float32")
    surest, _ = ops.top_k(ops.reshape(place[real], (-1, place.shape[1] * place.shape[2])), CELLS_OF_A_PHOTO)
    where = ops.mean(_entropy(places, place[made])) + 0.3 * ops.mean(_entropy(0.0, place[nothing]))
    return 0.8 * entropy / weights + where + 0.1 * ops.mean(_entropy(1.0, surest))


def _entropy(wanted, logits):
    return ops.binary_crossentropy(ops.broadcast_to(wanted, ops.shape(logits)), logits, from_logits=True)
