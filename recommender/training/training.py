"""Trains the encoder. A run that is cut off goes on where it was when it is started again on the same folder."""

import json
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import keras
import numpy as np
from keras import ops
from PIL import Image
from tqdm import tqdm

from recommender.measuring.products import Products
from recommender.measuring.retrieval import evaluate
from recommender.training import RUN_WEIGHTS
from recommender.training.batches import Batches
from recommender.training.composition import compose
from recommender.training.losses import AttributeHeads, attribute_loss, instance_loss, lesson_loss, types_loss
from recommender.training.material import Material
from recommender.training.model import TOWER_DIMENSIONS, build_encoder, embed, look_of
from recommender.training.optimizer import PEAK_LEARNING_RATE, Muon, schedule
from recommender.training.teacher import Lesson, learn_from

STEPS_BETWEEN_BACKUPS = 100
EVALUATIONS = 12
PHOTOS_WEIGHT = 0.6
"""Of what photos that people took are labelled with, beside the products' 1."""
FINE_TUNING = 0.5
"""Weights that already see well move at this share of the learning rate."""
HISTORY = "history.jsonl"


class Learner(keras.Model):
    """What of a network is trained, with the heads that tell it what to see."""

    def __init__(self, look: keras.Model, heads: AttributeHeads):
        super().__init__()
        self.look, self.heads = look, heads

    def call(self, pictures, training: bool = False):
        looks = self.look(pictures, training=training)
        return {"looks": looks, "logits": self.heads(looks)}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        looks, logits = y_pred["looks"], y_pred["logits"]
        pairs = ops.shape(y["picture_numbers"])[0]
        loss = attribute_loss(logits, y["labels"]) + instance_loss(looks[:pairs], y["picture_numbers"])
        if "types" in y:
            photos = slice(pairs, pairs + ops.shape(y["types"])[0])
            loss += PHOTOS_WEIGHT * types_loss([scores[photos] for scores in logits], y["types"])
        if "lesson" in y:
            loss += lesson_loss(ops.normalize(looks[:, :TOWER_DIMENSIONS]), logits, y["lesson"])
        return loss


def train(
    material: Material,
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
    training, held_out = material.split()
    batches = Batches(training, material.photos, _lesson(material, training))
    encoder = build_encoder()
    if start:
        encoder.load_weights(start)
    learner = Learner(look_of(encoder), AttributeHeads(tuple(map(len, training.classes)), name="heads"))
    learner.compile(optimizer=Muon(), jit_compile=False)
    peak = PEAK_LEARNING_RATE * (FINE_TUNING if start else 1)
    learnt = learn(learner, batches, held_out, folder, peak, epochs, minutes, imprinted=start is not None)
    compose(encoder, learner.heads, training)
    note(folder, learnt | {"loss": None, **figures(encoder, held_out)})
    save(encoder, folder / RUN_WEIGHTS)


def _lesson(material: Material, training: Products) -> Lesson | None:
    """What the teacher sees of the products and of the photos, if there is a teacher."""
    if not material.teacher:
        return None
    taken = material.photos.pictures if material.photos else ()

    def picture(row: int) -> Image.Image:
        return training.picture(row) if row < len(training) else taken[row - len(training)]

    return learn_from(material.teacher, len(training) + len(taken), picture, training)


def learn(
    learner: Learner,
    batches: Batches,
    held_out: Products,
    folder: Path,
    peak: float,
    epochs: int | None,
    minutes: float | None,
    imprinted: bool,
) -> dict[str, float]:
    """Goes through a run, or through what is left of it in `folder`, at a rate up to `peak`: how many steps and epochs.

    Where the network has learnt before, its heads begin `imprinted` with what it sees of the products. Raises
    ArithmeticError when the loss is no longer a number.
    """
    folder.mkdir(parents=True, exist_ok=True)
    learner(batches.products.pictures[:2])
    learner.optimizer.build(learner.trainable_variables)
    backup = folder / "backup.weights.h5"
    if backup.exists():
        learner.load_weights(backup)
    elif imprinted:
        learner.heads.imprint(embed(learner.look, batches.products.pictures), batches.products.labels)
    share_done = _clock(batches, epochs, minutes)
    # Batches are made between the steps, not beside them: on few cores a thread that draws pictures holds up the
    # matrix products of all the others (5 s a step against 3.2).
    step = int(learner.optimizer.iterations)
    done, losses = share_done(step), []
    with tqdm(total=1.0, initial=done, desc="Training", bar_format="{l_bar}{bar}| {remaining} left{postfix}") as bar:
        while done < 1:
            learner.optimizer.learning_rate = peak * schedule(done)
            losses.append(float(learner.train_on_batch(*batches.batch(step))))
            if not np.isfinite(losses[-1]):
                raise ArithmeticError(f"the loss of step {step} is {losses[-1]}; start again in another folder")
            step += 1
            now = min(share_done(step), 1.0)
            bar.set_postfix_str(f"step {step}, loss {losses[-1]:.2f}", refresh=False)
            bar.update(now - done)
            is_measured = int(now * EVALUATIONS) > int(done * EVALUATIONS)
            if is_measured or step % STEPS_BETWEEN_BACKUPS == 0:
                save(learner, backup)
            if is_measured:
                course = {"step": step, "epochs": step / batches.per_epoch, "loss": float(np.mean(losses))}
                note(folder, course | figures(learner.look, held_out))
                losses.clear()
            done = now
    return {"step": step, "epochs": step / batches.per_epoch}


def _clock(batches: Batches, epochs: int | None, minutes: float | None) -> Callable[[int], float]:
    """The share of the run that is done after so many steps."""
    started = time.monotonic()
    if minutes is not None:
        return lambda step: (time.monotonic() - started) / 60 / minutes
    if epochs is not None:
        return lambda step: step / (epochs * batches.per_epoch)
    raise ValueError("a run is as long as so many epochs or so many minutes")


def save(model: keras.Model, path: Path) -> None:
    """Written aside and moved into place, so that a run cut off while it saves keeps its last state."""
    unfinished = path.with_name(f"unfinished-{path.name}")
    model.save_weights(unfinished)
    unfinished.replace(path)


def note(folder: Path, row: Mapping[str, float | None]) -> None:
    """Prints a line of the table of figures, below its header if it is the first one, and adds it to the history."""
    history = folder / HISTORY
    if not history.exists():
        tqdm.write(" ".join(f"{name:>14}" for name in row))
    tqdm.write(" ".join(f"{'' if figure is None else format(figure, '.6g'):>14}" for figure in row.values()))
    with history.open("a") as stream:
        stream.write(json.dumps(row) + "\n")


def figures(network: keras.Model, products: Products) -> dict[str, float]:
    return evaluate(partial(embed, network), products)
