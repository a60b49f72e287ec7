"""Trains the encoder. A run that is cut off goes on where it was when it is started again on the same folder."""

import json
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import keras
import numpy as np
from tqdm import tqdm

from recommender.encoders.preprocessing import HEIGHT, WIDTH
from recommender.measuring.products import Products
from recommender.measuring.retrieval import evaluate
from recommender.training import RUN_WEIGHTS
from recommender.training.augmentation import clean_view, cut_out, photo_view
from recommender.training.composition import compose
from recommender.training.losses import AttributeHeads, attribute_loss, instance_loss
from recommender.training.model import build_encoder, embed, look_of
from recommender.training.optimizer import Muon, learning_rate

PRODUCTS_PER_BATCH = 384
STEPS_BETWEEN_BACKUPS = 100
EVALUATIONS = 12
FINE_TUNING = 0.5
"""Weights that already see well move at this share of the learning rate."""
HISTORY = "history.jsonl"


class Learner(keras.Model):
    """What of an encoder is trained, with the heads that tell it what to see."""

    def __init__(self, encoder: keras.Model, class_counts: tuple[int, ...]):
        super().__init__()
        self.look = look_of(encoder)
        self.heads = AttributeHeads(class_counts, name="heads")

    def call(self, pictures, training: bool = False):
        looks = self.look(pictures, training=training)
        return {"looks": looks, "logits": self.heads(looks)}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        attributes = attribute_loss(y_pred["logits"], y["labels"])
        return attributes + instance_loss(y_pred["looks"], y["picture_numbers"])


class TwoViews:
    """Batches of 2 x 384 pictures: the clean views of 384 products, then the photographs of the same ones."""

    def __init__(self, products: Products):
        self.products = products
        self.opacity = cut_out(products.pictures)
        self.size = min(PRODUCTS_PER_BATCH, len(products))
        self.per_epoch = len(products) // self.size

    def batch(self, step: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """The pictures and labels of a step; the same for the same step, so that a resumed run misses nothing."""
        epoch, position = divmod(step, self.per_epoch)
        order = np.random.default_rng(epoch).permutation(len(self.products))
        chosen = order[position * self.size :][: self.size]
        random = np.random.default_rng((epoch, position))
        pictures = self.products.pictures
        others = random.integers(len(self.products), size=len(chosen))
        clean = [clean_view(random, pictures[row]) for row in chosen]
        photographs = [
            photo_view(random, pictures[row], self.opacity[row], pictures[other])
            for row, other in zip(chosen, others, strict=True)
        ]
        both = np.tile(chosen, 2)
        asked = {"labels": self.products.labels[both], "picture_numbers": self.products.picture_numbers[both]}
        return np.stack(clean + photographs), asked


def train(
    products: Products,
    folder: Path,
    epochs: int | None = None,
    minutes: float | None = None,
    start: Path | None = None,
) -> None:
    """Leaves the trained encoder in `folder`/encoder.weights.h5, and keeps the unfinished run's state there.

    The run is as long as so many epochs or so many minutes, and begins with random weights, or with those of the file
    `start`. The held-out figures are printed twelve times on the way, of the look alone, and at the end, of the
    embedding that is composed of it, and kept in `folder`/history.jsonl. Raises ArithmeticError when the loss is no
    longer a number.
    """
    folder.mkdir(parents=True, exist_ok=True)
    training, held_out = products.split()
    views = TwoViews(training)
    encoder = build_encoder()
    learner = _learner(encoder, tuple(map(len, products.classes)))
    backup = folder / "backup.weights.h5"
    if backup.exists():
        learner.load_weights(backup)
    elif start:
        encoder.load_weights(start)
        learner.heads.imprint(embed(learner.look, training.pictures), training.labels)
    share_done = _clock(views, epochs, minutes)
    # Batches are made between the steps, not beside them: on few cores a thread that draws pictures holds up the
    # matrix products of all the others (5 s a step against 3.2).
    step = int(learner.optimizer.iterations)
    done, losses = share_done(step), []
    with tqdm(total=1.0, initial=done, desc="Training", bar_format="{l_bar}{bar}| {remaining} left{postfix}") as bar:
        while done < 1:
            learner.optimizer.learning_rate = learning_rate(done) * (FINE_TUNING if start else 1)
            losses.append(float(learner.train_on_batch(*views.batch(step))))
            if not np.isfinite(losses[-1]):
                raise ArithmeticError(f"the loss of step {step} is {losses[-1]}; start again in another folder")
            step += 1
            now = min(share_done(step), 1.0)
            bar.set_postfix_str(f"step {step}, loss {losses[-1]:.2f}", refresh=False)
            bar.update(now - done)
            is_measured = int(now * EVALUATIONS) > int(done * EVALUATIONS)
            if is_measured or step % STEPS_BETWEEN_BACKUPS == 0:
                _save(learner, backup)
            if is_measured:
                course = {"step": step, "epochs": step / views.per_epoch, "loss": float(np.mean(losses))}
                _note(folder, course | _figures(learner.look, held_out))
                losses.clear()
            done = now
    compose(encoder, learner.heads, training)
    _note(folder, {"step": step, "epochs": step / views.per_epoch, "loss": None, **_figures(encoder, held_out)})
    _save(encoder, folder / RUN_WEIGHTS)


def _clock(views: TwoViews, epochs: int | None, minutes: float | None) -> Callable[[int], float]:
    """The share of the run that is done after so many steps."""
    started = time.monotonic()
    if minutes is not None:
        return lambda step: (time.monotonic() - started) / 60 / minutes
    if epochs is not None:
        return lambda step: step / (epochs * views.per_epoch)
    raise ValueError("a run is as long as so many epochs or so many minutes")


def _learner(encoder: keras.Model, class_counts: tuple[int, ...]) -> Learner:
    learner = Learner(encoder, class_counts)
    learner(np.zeros((2, HEIGHT, WIDTH, 3), np.uint8))
    learner.compile(optimizer=Muon(), jit_compile=False)
    learner.optimizer.build(learner.trainable_variables)
    return learner


def _save(model: keras.Model, path: Path) -> None:
    """Written aside and moved into place, so that a run cut off while it saves keeps its last state."""
    unfinished = path.with_name(f"unfinished-{path.name}")
    model.save_weights(unfinished)
    unfinished.replace(path)


def _note(folder: Path, row: Mapping[str, float | None]) -> None:
    """Prints a line of the table of figures, below its header if it is the first one, and adds it to the history."""
    history = folder / HISTORY
    if not history.exists():
        tqdm.write(" ".join(f"{name:>14}" for name in row))
    tqdm.write(" ".join(f"{'' if figure is None else format(figure, '.6g'):>14}" for figure in row.values()))
    with history.open("a") as stream:
        stream.write(json.dumps(row) + "\n")


def _figures(network: keras.Model, products: Products) -> dict[str, float]:
    return evaluate(partial(embed, network), products)
