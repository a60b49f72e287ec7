"""The training's whole recipe, of a small network on a handful of products: by its own command and by a merchant's."""

import json
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from statistics import mean

import numpy as np
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from recommender import registry
from recommender.encoders import load_file
from recommender.encoders.litert import open_network, run
from recommender.models import Encoder
from tests.pictures import style, write_photos, write_styles
from tests.processes import ROOT, environment, eventually, running

SIZES = {
    "model.py": {
        "FINE = (24, 48, 96, 192, 384)": "FINE = (16, 16, 32)",
        "COARSE = (20, 40, 80, 160, 320)": "COARSE = (16, 16)",
        "BLOCKS = 2": "BLOCKS = 1",
    },
    "batches.py": {
        "PRODUCTS_PER_BATCH = 384": "PRODUCTS_PER_BATCH = 64",
        "PHOTOS_PER_BATCH = 128": "PHOTOS_PER_BATCH = 4",
    },
    "eye.py": {
        "STEM, HEAD = 32, 1280": "STEM, HEAD = 8, 8",
        "(3, 2, 6, 24, 3)": "(3, 2, 2, 8, 2)",
        "(5, 2, 6, 48, 3)": "(5, 2, 2, 8, 1)",
        "(3, 2, 6, 88, 4)": "(3, 2, 2, 8, 1)",
        "(5, 1, 6, 120, 4)": "(5, 1, 2, 8, 1)",
        "(5, 2, 6, 208, 5)": "(5, 2, 2, 8, 1)",
        "(3, 1, 6, 352, 1)": "(3, 1, 2, 8, 1)",
        "OF_NOTHING = 96": "OF_NOTHING = 4",
    },
}
"""The sizes of the networks and of a step as shipped, and such as two cores train in seconds."""
SECONDS_AT_MOST = 600
"""What a step of the tests takes on the busiest machine"""
EYE = "recommender/weights/fashion-eye.tflite"
EYE_AND_TRAIN = """
import sys
from recommender.training.__main__ import main

options = sys.argv[1:]
for step in ("train-eye", "export-eye"):
    sys.argv[1:] = [step, *options, "--minutes", "0.0001", "--run", "eye"]
    main()
sys.argv[1:] = ["train", *options, "--epochs", "2", "--run", "run"]
main()
"""
TRAIN_AND_EXPORT = """
import sys
from recommender.training.__main__ import main

options = sys.argv[1:]
for step in ("train", "export"):
    sys.argv[1:] = [step, *options, "--epochs", "2", "--run", "run"]
    main()
"""
BLIND = """
import keras
import tensorflow as tf

pictures = keras.Input((160, 120, 3))
means = keras.layers.GlobalAveragePooling2D()(pictures)
same = keras.layers.Dense(256, kernel_initializer="zeros", bias_initializer="ones")(means)
with open("blind.tflite", "wb") as file:
    file.write(tf.lite.TFLiteConverter.from_keras_model(keras.Model(pictures, same)).convert())
"""
"""To this encoder all pictures look the same."""


@pytest.fixture(scope="session")
def project(catalogue, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with a small network, as an export writes the shipped files.

    In it an eye was trained and exported, a run that learns from it was killed, resumed and exported, and blind.tflite
    is an encoder that sees nothing.
    """
    folder = tmp_path_factory.mktemp("project")
    for name in ("catalog", "fashionsite", "recommender"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "weights"))
    for name in ("manage.py", "tests/__init__.py", "tests/settings.py"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    _make_small(folder / "recommender" / "training")
    write_photos(folder)
    with running(*_python("-c", EYE_AND_TRAIN, catalogue), cwd=folder) as process:
        eventually((folder / "run" / "history.jsonl").exists, SECONDS_AT_MOST)
        process.kill()
        process.wait()
    command = _python("-c", TRAIN_AND_EXPORT + BLIND, catalogue)
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS_AT_MOST, check=False)
    assert result.returncode == 0, result.stderr
    return folder


def test_the_recipe_runs_from_scratch_goes_on_where_it_was_and_exports(project):
    history = _history(project)
    assert [line["step"] for line in history] == [1, 2, 3, 4, 5, 6, 6]
    assert history[-1]["epochs"] == 2
    assert {"loss", "type@5", "photo recall@1"} <= set(history[0])
    # Single steps differ by what is in their batches.
    assert mean(line["loss"] for line in history[3:6]) < history[0]["loss"]
    weights = project / "recommender" / "weights"
    card = json.loads((weights / "fashion-resnet.json").read_text())
    content = (weights / "fashion-resnet.tflite").read_bytes()
    assert card["digest"] == sha256(content).hexdigest()
    assert 1e6 < len(content) < 15e6
    assert card["cosine of int8 and float32"] > 0.99
    assert card["learning curve"] == _history(project)
    with np.load(weights / "fashion-resnet.kinds.npz") as kinds:
        assert kinds["digest"] == card["digest"]
        # Looks of both towers; three types, two colours and a gender.
        assert kinds["compression"].shape == (512 + 3 + 2 + 1, 256)


def test_an_eye_is_trained_and_exported(project):
    weights = project / "recommender" / "weights"
    content = (project / EYE).read_bytes()
    seen = run(open_network(content, 1), np.full((1, 256, 192, 3), 255, np.uint8))
    classes = json.loads((weights / "fashion-eye.json").read_text())
    assert set(classes["base_colour"]) == {"Red", "Blue"}
    assert seen.shape == (1, 256 + 3 + 2 + 1 + 1 + 48)
    assert {"loss", "type@5", "photo recall@1"} <= set(_history(project, "eye")[0])


@pytest.mark.django_db(transaction=True)
def test_a_merchant_trains_an_encoder_on_his_catalogue(catalogue, project):
    """In his shop the small network is the one that ships. The encoder in use sees well first, and then nothing.

    The two trainings go on at the same time.
    """
    registry.active_encoder()
    worse = _train_encoder(project, catalogue, "other")
    # Once the encoder in use has been measured, another one may take its place.
    assert any("in use: " in line for line in worse.stdout)
    blind = registry.register("blind", load_file((project / "blind.tflite").read_bytes()))
    registry.start_filling(blind)
    registry.switch_when_complete()
    better = _train_encoder(project, catalogue, "mine")

    _, told = worse.communicate(timeout=SECONDS_AT_MOST)
    assert worse.returncode == 1
    assert "sees no better than the one in use" in told
    assert "Traceback" not in told
    assert not Encoder.objects.filter(name="other").exists()

    told, errors = better.communicate(timeout=SECONDS_AT_MOST)
    assert better.returncode == 0, errors
    assert "manage.py switch_encoder mine" in told
    assert registry.find("mine").state == Encoder.State.IDLE
    assert registry.active_encoder() == blind
    assert (project / Path(settings.VAR_DIR).relative_to(ROOT) / "training" / "mine" / "encoder.weights.h5").exists()


@pytest.mark.django_db
def test_training_is_refused_by_what_stands_in_its_way(catalogue, tmp_path, monkeypatch):
    styles, images = catalogue
    with pytest.raises(CommandError, match="--from is one of: fashion-resnet"):
        call_command("train_encoder", styles=styles, images=images, start="nobody")
    with pytest.raises(CommandError, match="take letters, digits and hyphens"):
        call_command("train_encoder", "--styles", styles, "--images", images, "--name", "../up")
    few = write_styles(tmp_path / "styles.csv", [style("1")])
    with pytest.raises(CommandError, match="1 products with a picture are too few"):
        call_command("train_encoder", styles=few, images=images)
    monkeypatch.setattr("recommender.training.find_spec", lambda name: None)
    with pytest.raises(CommandError, match="Training needs TensorFlow: pip install -r"):
        call_command("train_encoder", styles=styles, images=images)


def _make_small(training: Path) -> None:
    for module, sizes in SIZES.items():
        code = (training / module).read_text()
        for shipped, small in sizes.items():
            assert shipped in code
            code = code.replace(shipped, small)
        (training / module).write_text(code)


def _train_encoder(project: Path, catalogue: tuple[Path, Path], name: str) -> subprocess.Popen:
    styles, images = catalogue
    options = ("--styles", styles, "--images", images, "--minutes", "0.01", "--name", name)
    command = [sys.executable, "manage.py", "train_encoder", *options]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=project, env=environment(), **pipes)


def _history(project: Path, run: str = "run") -> list[dict]:
    return [json.loads(line) for line in (project / run / "history.jsonl").read_text().splitlines()]


def _python(*arguments: object) -> list[object]:
    """A command of Python whose last argument is a catalogue, to learn from with photos, larger pictures and an eye."""
    *command, (styles, images) = arguments
    products = ("--styles", styles, "--images", images, "--larger", images)
    photos = ("--photos", "photos", "--labels", "labels.csv", "--kinds", "kinds.toml", "--teacher", EYE)
    return [sys.executable, *command, *products, *photos]
