"""The encoder's training: its data, its losses, and the whole recipe on a handful of products."""

import json
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from recommender import registry
from recommender.encoders import load_file
from recommender.measuring.products import LABELS, UNKNOWN, cut_out, load_products
from recommender.measuring.retrieval import photograph
from recommender.models import Encoder
from recommender.training.augmentation import clean_view, photo_view
from tests.pictures import as_file, drawing, style, write_styles
from tests.processes import ROOT, eventually, manage, running


# For the session, as the tests of this module do not run in a row: those with a database of their own come earlier.
@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(styles.csv, folder of pictures) of 260 products; the last ten show the same pictures as the first ten."""
    folder = tmp_path_factory.mktemp("catalogue")
    rows = []
    for number in range(260):
        look = number % 250
        (folder / f"{number}.jpg").write_bytes(as_file(drawing(look, (60, 80))))
        rows.append(
            style(
                str(number),
                articleType=("Shirts", "Tshirts", "Belts")[look % 3],
                baseColour=("Red", "Blue")[look % 2],
                season="" if look % 5 == 0 else "Fall",
            )
        )
    return write_styles(folder / "styles.csv", rows), folder


def test_products_are_loaded_with_their_labels(catalogue):
    products = load_products(*catalogue)
    assert products.pictures.shape == (260, 80, 60, 3)
    assert products.labels.shape == (260, len(LABELS))
    assert [len(classes) for classes in products.classes] == [3, 2, 1, 1, 1]
    assert products.classes[0][products.labels[1, 0]] == "Tshirts"
    assert (products.labels[:, LABELS.index("season")] == UNKNOWN).sum() == 52


def test_no_picture_stands_on_both_sides_of_the_split(catalogue):
    training, held_out = load_products(*catalogue).split()
    assert len(training) + len(held_out) == 260
    assert 5 <= len(held_out) <= 60
    assert not set(training.look) & set(held_out.look)


def test_a_product_is_cut_out_of_its_white_background():
    (opacity,) = cut_out(np.asarray(drawing(1, (60, 80)))[None])
    assert opacity[0, 0] == opacity[-1, -1] == 0
    assert opacity[np.asarray(drawing(1, (60, 80))).min(axis=2) < 200].min() == 255


def test_views_are_pictures_and_the_same_for_the_same_random_numbers():
    picture, other = (np.asarray(drawing(seed, (60, 80))) for seed in (1, 2))
    (opacity,) = cut_out(picture[None])
    for seed in range(60):
        views = [
            (
                clean_view(random := np.random.default_rng(seed), picture),
                photo_view(random, picture, opacity, other),
                photograph(random, picture, other),
            )
            for _ in range(2)
        ]
        for first, second in zip(*views, strict=True):
            assert first.shape == (80, 60, 3)
            assert first.dtype == np.uint8
            assert np.array_equal(first, second)


def test_losses_leave_out_what_they_must_and_heads_begin_with_the_classes_means():
    script = """
import numpy as np
from recommender.training.losses import AttributeHeads, attribute_loss, instance_loss

random = np.random.default_rng(0)
logits = [random.normal(size=(6, 3)).astype("float32") for _ in range(5)]
labels = random.integers(0, 3, (6, 5)).astype("int32")
labels[3:] = -1
known = float(attribute_loss([scores[:3] for scores in logits], labels[:3]))
assert abs(float(attribute_loss(logits, labels)) - known) < 1e-5

vectors = np.eye(8, dtype="float32")[[0, 1, 2, 3]]
pairs = np.concatenate([vectors, vectors])
different, twins = (np.tile(np.array(look, "int32"), 2) for look in ([0, 1, 2, 3], [0, 0, 2, 3]))
assert float(instance_loss(pairs, different)) < 1e-3
twin_pairs = pairs[[0, 0, 2, 3, 0, 0, 2, 3]]
assert float(instance_loss(twin_pairs, different)) > 0.3
assert float(instance_loss(twin_pairs, twins)) < 1e-3

heads = AttributeHeads((3, 2, 2, 2, 2))
heads(vectors)
heads.imprint(vectors, np.array([[0], [0], [1], [-1]], "int32").repeat(5, axis=1))
scores = np.array(heads(vectors)[0])
assert np.allclose(scores[:3, :2], 16 * np.array([[0.5**0.5, 0], [0.5**0.5, 0], [0, 1]]), atol=1e-4)
"""
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


@pytest.fixture(scope="session")
def project(catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, as an export writes the shipped files; in it a run was killed, resumed and exported."""
    folder = tmp_path_factory.mktemp("project")
    for app in ("catalog", "recommender"):
        shutil.copytree(ROOT / app, folder / app, ignore=shutil.ignore_patterns("__pycache__", "weights"))
    with running(*_command("train", catalogue, "--epochs", "6"), cwd=folder) as process:
        eventually((folder / "run" / "history.jsonl").exists, 120)
        process.kill()
        process.wait()
    for command in (_command("train", catalogue, "--epochs", "6"), _command("export", catalogue)):
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)
        assert result.returncode == 0, result.stderr
    return folder


def test_the_recipe_runs_from_scratch_goes_on_where_it_was_and_exports(project):
    history = _history(project)
    assert [line["step"] for line in history] == [*range(1, 7), 6]
    assert history[-1]["epochs"] == 6
    assert {"loss", "type@5", "photo recall@1"} <= set(history[0])
    weights = project / "recommender" / "weights"
    card = json.loads((weights / "fashion-resnet.json").read_text())
    content = (weights / "fashion-resnet.tflite").read_bytes()
    assert card["digest"] == sha256(content).hexdigest()
    assert 1e6 < len(content) < 15e6
    assert card["learning curve"] == _history(project)


@pytest.mark.django_db(transaction=True)
def test_a_merchant_trains_an_encoder_on_his_catalogue(catalogue, project):
    styles, images = catalogue
    poor = registry.register("poor", load_file((project / "recommender/weights/fashion-resnet.tflite").read_bytes()))
    _put_to_use(poor)
    options = ("--styles", styles, "--images", images, "--minutes", "0.01")
    better = manage("train_encoder", *options, "--name", "mine")
    assert better.returncode == 0, better.stderr
    assert "manage.py switch_encoder mine" in better.stdout
    own = registry.find("mine")
    assert own.state == Encoder.State.IDLE
    assert registry.active_encoder() == poor

    _put_to_use(own)
    shutil.copy(project / "run" / "encoder.weights.h5", settings.VAR_DIR / "training" / "mine")
    worse = manage("train_encoder", *options, "--from", "mine", "--name", "other")
    assert worse.returncode == 1
    assert "sees no better than the one in use" in worse.stderr
    assert "Traceback" not in worse.stderr
    assert not Encoder.objects.filter(name="other").exists()


@pytest.mark.django_db
def test_training_is_refused_by_what_stands_in_its_way(catalogue, tmp_path):
    styles, images = catalogue
    with pytest.raises(CommandError, match="--from is one of: fashion-resnet"):
        call_command("train_encoder", styles=styles, images=images, start="nobody")
    with pytest.raises(CommandError, match="take letters, digits and hyphens"):
        call_command("train_encoder", "--styles", styles, "--images", images, "--name", "../up")
    few = write_styles(tmp_path / "styles.csv", [style("1")])
    with pytest.raises(CommandError, match="1 products with a picture are too few"):
        call_command("train_encoder", styles=few, images=images)


def _put_to_use(encoder: Encoder) -> None:
    registry.active_encoder()
    registry.start_filling(encoder)
    registry.switch_when_complete()


def _history(project: Path) -> list[dict]:
    return [json.loads(line) for line in (project / "run" / "history.jsonl").read_text().splitlines()]


def _command(step: str, catalogue: tuple[Path, Path], *options: str) -> list[object]:
    styles, images = catalogue
    paths = ("--styles", styles, "--images", images, "--run", "run")
    return [sys.executable, "-m", "recommender.training", step, *paths, *options]
