"""Trains the encoder. A run that is cut off goes on where it was when it is started again on the same folder."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import keras
import numpy as np
from tqdm import tqdm

from recommender.encoders.preprocessing import HEIGHT, WIDTH
from recommender.evaluation import evaluate
from recommender.training.augmentation import clean_view, photo_view
from recommender.training.data import Products, cut_out
from recommender.training.losses import AttributeHeads, attribute_loss, instance_loss
from recommender.training.model import build_encoder
from recommender.training.optimizer import muon

PRODUCTS_PER_BATCH = 96
HALF_SIZE_SHARE = 0.75
"""The first part of a run sees pictures of half the size, at a quarter of the cost.

Source: Touvron et al.: Fixing the train-test resolution discrepancy (2019).
"""
STEPS_BETWEEN_BACKUPS = 50


class Learner(keras.Model):
    """The encoder with the heads that it needs only while it learns."""

    def __init__(self, encoder: keras.Model, class_counts: tuple[int, ...]):
        super().__init__()
        self.encoder = encoder
        self.heads = AttributeHeads(class_counts, name="heads")

    def call(self, pictures, training: bool = False):
        embeddings = self.encoder(pictures, training=training)
        return {"embeddings": embeddings, "logits": self.heads(embeddings)}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        attributes = attribute_loss(y_pred["logits"], y["labels"])
        return attributes + instance_loss(y_pred["embeddings"], y["look"])


class TwoViews:
    """Batches of 2 x 96 pictures: the clean views of 96 products, then the photographs of the same ones."""

    def __init__(self, products: Products):
        self.products = products
        self.opacity = cut_out(products.pictures)
        self.per_epoch = len(products) // PRODUCTS_PER_BATCH

    def batch(self, step: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """The pictures and labels of a step; the same for the same step, so that a resumed run misses nothing."""
        epoch, position = divmod(step, self.per_epoch)
        order = np.random.default_rng(epoch).permutation(len(self.products))
        chosen = order[position * PRODUCTS_PER_BATCH :][:PRODUCTS_PER_BATCH]
        random = np.random.default_rng((epoch, position))
        pictures = self.products.pictures
        others = random.integers(len(self.products), size=len(chosen))
        clean = [clean_view(random, pictures[row]) for row in chosen]
        photographs = [
            photo_view(random, pictures[row], self.opacity[row], pictures[other])
            for row, other in zip(chosen, others, strict=True)
        ]
        both = np.tile(chosen, 2)
        return np.stack(clean + photographs), {"labels": self.products.labels[both], "look": self.products.look[both]}


def train(products: Products, epochs: int, precision: str, folder: Path) -> None:
    """Leaves the trained encoder in `folder`/encoder.weights.h5, and keeps the unfinished run's state there.

    Prints the held-out figures after each epoch. Raises ArithmeticError when the loss is no longer a number.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keras.config.set_dtype_policy(precision)
    training, held_out = products.split()
    views = TwoViews(training)
    steps = epochs * views.per_epoch
    backup = folder / "backup.weights.h5"
    learner = _learner(products.class_counts, steps)
    if backup.exists():
        learner.load_weights(backup)
    # Batches are made between the steps, not beside them: on few cores a thread that draws pictures holds up the
    # matrix products of all the others (5 s a step against 3.2).
    first = int(learner.optimizer.iterations)
    with tqdm(range(first, steps), initial=first, total=steps, unit="step", smoothing=0.02) as progress:
        for step in progress:
            resized = _halved if step < steps * HALF_SIZE_SHARE else np.asarray
            pictures, wanted = views.batch(step)
            loss = float(learner.train_on_batch(resized(pictures), wanted))
            if not np.isfinite(loss):
                raise ArithmeticError(f"the loss of step {step} is {loss}; start again with a lower learning rate")
            progress.set_postfix(loss=f"{loss:.2f}")
            ends_epoch = (step + 1) % views.per_epoch == 0
            if ends_epoch or (step + 1) % STEPS_BETWEEN_BACKUPS == 0:
                _save(learner, backup)
            if ends_epoch:
                figures = evaluate(partial(_predict, learner.encoder, resized), held_out)
                progress.write(f"epoch {(step + 1) // views.per_epoch}: {figures}")
    _save(learner.encoder, folder / "encoder.weights.h5")


def _learner(class_counts: tuple[int, ...], steps: int) -> Learner:
    learner = Learner(build_encoder(height=None, width=None), class_counts)
    learner(np.zeros((2, HEIGHT, WIDTH, 3), np.uint8))
    learner.compile(optimizer=muon(steps), jit_compile=False)
    learner.optimizer.build(learner.trainable_variables)
    return learner


def _halved(pictures: np.ndarray) -> np.ndarray:
    """Pictures (n, 80, 60, 3) at half the size, float32 (n, 40, 30, 3)."""
    return pictures.reshape(len(pictures), HEIGHT // 2, 2, WIDTH // 2, 2, 3).mean(axis=(2, 4), dtype=np.float32)


def _save(model: keras.Model, path: Path) -> None:
    """Written aside and moved into place, so that a run cut off while it saves keeps its last state."""
    unfinished = path.with_name(f"unfinished-{path.name}")
    model.save_weights(unfinished)
    unfinished.replace(path)


def _predict(encoder: keras.Model, resized: Callable, pictures: np.ndarray) -> np.ndarray:
    return encoder.predict(resized(pictures), batch_size=256, verbose=0)
