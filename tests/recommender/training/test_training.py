"""The encoder's training: its data, its losses, and the whole recipe on a handful of products."""

import json
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from recommender import registry
from recommender.encoders import load_file
from recommender.models import Encoder
from tests.pictures import style, write_styles
from tests.processes import ROOT, eventually, manage, running


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
