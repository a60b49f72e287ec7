"""Trains the encoder. A run that is cut off goes on where it was when it is started again on the same folder."""

from pathlib import Path

import keras
import numpy as np
from tqdm import tqdm

from recommender.evaluation import evaluate
from recommender.training.augmentation import clean_view, photo_view
from recommender.training.data import Products, cut_out
from recommender.training.losses import AttributeHeads, attribute_loss, instance_loss
from recommender.training.model import build_encoder

PRODUCTS_PER_BATCH = 96
PEAK_LEARNING_RATE = 1e-3
WEIGHT_DECAY = 0.05
WARM_UP_SHARE = 0.02
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
            loss = float(learner.train_on_batch(*views.batch(step)))
            if not np.isfinite(loss):
                raise ArithmeticError(f"the loss of step {step} is {loss}; start again with a lower learning rate")
            progress.set_postfix(loss=f"{loss:.2f}")
            ends_epoch = (step + 1) % views.per_epoch == 0
            if ends_epoch or (step + 1) % STEPS_BETWEEN_BACKUPS == 0:
                _save(learner, backup)
            if ends_epoch:
                progress.write(f"epoch {(step + 1) // views.per_epoch}: {_figures(learner.encoder, held_out)}")
    _save(learner.encoder, folder / "encoder.weights.h5")


def _learner(class_counts: tuple[int, ...], steps: int) -> Learner:
    encoder = build_encoder()
    learner = Learner(encoder, class_counts)
    learner(np.zeros((2, *encoder.input_shape[1:]), np.uint8))
    learner.compile(optimizer=_optimizer(steps), jit_compile=False)
    learner.optimizer.build(learner.trainable_variables)
    return learner


def _optimizer(steps: int) -> keras.optimizers.Optimizer:
    warm_up = max(int(steps * WARM_UP_SHARE), 1)
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        decay_steps=steps - warm_up,
        warmup_target=PEAK_LEARNING_RATE,
        warmup_steps=warm_up,
    )
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=WEIGHT_DECAY, global_clipnorm=5.0)
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "power"])
    return optimizer


def _save(model: keras.Model, path: Path) -> None:
    """Written aside and moved into place, so that a run cut off while it saves keeps its last state."""
    unfinished = path.with_name(f"unfinished-{path.name}")
    model.save_weights(unfinished)
    unfinished.replace(path)


def _figures(encoder: keras.Model, products: Products) -> dict[str, float]:
    return evaluate(lambda pictures: encoder.predict(pictures, batch_size=256, verbose=0), products)
