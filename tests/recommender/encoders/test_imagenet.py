"""The encoder to compare with, which alone needs TensorFlow."""

import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from recommender.encoders.imagenet import ImageNetResNet50
from tests.processes import ROOT


def test_what_serves_never_imports_tensorflow():
    script = (
        "import sys, django; django.setup();"
        "import fashionsite.wsgi, fashionsite.celery, recommender.tasks, recommender.views, fashionsite.urls;"
        "import numpy; from recommender.encoders import load_encoder;"
        "load_encoder('fashion-resnet').encode(numpy.zeros((1, 160, 120, 3), 'uint8'));"
        "sys.exit([name for name in ('tensorflow', 'keras', 'torch', 'jax') if name in sys.modules] or 0)"
    )
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_imagenets_resnet_gives_unit_vectors_that_repeat():
    script = """
import numpy as np
from PIL import Image
from recommender.encoders.imagenet import ImageNetResNet50

encoder = ImageNetResNet50(weights=None)
picture = encoder.prepare(Image.new("RGB", (60, 80), "navy"))
assert picture.shape == (224, 224, 3) and picture.dtype == np.uint8
assert (picture[112, :20] == 255).all() and picture[112, 112].tolist() == [0, 0, 128]
noise = np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3)).astype("uint8")
vectors = encoder.encode(noise)
assert vectors.shape == (2, encoder.dimensions) and vectors.dtype == np.float32
assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
assert np.array_equal(vectors, encoder.encode(noise))
assert len(encoder.digest) == 64
"""
    result = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_without_tensorflow_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", None)
    with pytest.raises(ImportError, match="needs TensorFlow: pip install -r requirements"):
        ImageNetResNet50()
    with pytest.raises(CommandError, match="needs TensorFlow: pip install -r requirements"):
        call_command("switch_encoder", "imagenet-resnet50")
