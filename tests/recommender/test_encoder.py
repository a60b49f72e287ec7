"""The encoder that the shop ships, and the command that writes embeddings to a file."""

import json
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from recommender.encoders import load_encoder
from recommender.encoders.fashion import WEIGHTS
from recommender.encoders.preprocessing import letterbox
from tests.pictures import as_file, drawing
from tests.processes import ROOT


@pytest.fixture
def pictures(tmp_path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(20):
        (folder / f"p{number}.jpg").write_bytes(as_file(drawing(number)))
    return folder


def encoded(images: Path) -> tuple[list[str], np.ndarray]:
    out = images.parent / "out.npz"
    call_command("encode", images=images, out=out)
    with np.load(out) as file:
        return list(file["ids"]), file["vectors"]


def test_the_shipped_file_is_the_one_its_card_describes():
    card = json.loads(WEIGHTS.with_suffix(".json").read_text())
    assert sha256(WEIGHTS.read_bytes()).hexdigest() == card["digest"] == load_encoder("fashion-resnet").digest
    assert WEIGHTS.stat().st_size <= 15e6
    for name, figure in card["float32"].items():
        # A thousand photographs tell a recall to two hundredths and a half.
        assert card["int8"][name] > figure - (0.01 if "photo" in name else 0.005)


def test_embeddings_have_length_one_and_are_the_same_alone_and_in_a_batch():
    encoder = load_encoder("fashion-resnet")
    pictures = np.stack([encoder.prepare(drawing(number)) for number in range(37)])
    vectors = encoder.encode(pictures)
    assert vectors.shape == (37, encoder.dimensions)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    alone = np.concatenate([encoder.encode(picture[None]) for picture in pictures])
    assert (alone * vectors).sum(axis=1).min() > 0.999


def test_an_unknown_encoder_is_refused_by_name():
    with pytest.raises(ValueError, match=r"no encoder 'resnet'.*fashion-resnet"):
        load_encoder("resnet")


@pytest.mark.parametrize("size", [(60, 80), (600, 800), (800, 800), (2000, 300), (1, 1), (30, 4000)])
def test_pictures_of_any_shape_are_letterboxed_on_white(size):
    pixels = letterbox(Image.new("RGB", size, "black"))
    assert pixels.shape == (80, 60, 3)
    assert pixels.dtype == np.uint8
    dark = pixels.max(axis=2) < 128
    share = min(size[0] / size[1] / 0.75, size[1] * 0.75 / size[0])
    assert dark.mean() == pytest.approx(share, abs=0.02)
    rows, columns = np.nonzero(dark)
    assert abs(rows.min() - (79 - rows.max())) <= 1
    assert abs(columns.min() - (59 - columns.max())) <= 1


def test_encode_writes_the_vectors_of_a_folder_and_of_a_zip(pictures):
    ids, vectors = encoded(pictures)
    assert sorted(ids) == sorted(f"p{number}" for number in range(20))
    assert vectors.shape == (20, 256)
    assert vectors.dtype == np.float32
    archive = pictures.parent / "pictures.zip"
    with zipfile.ZipFile(archive, "w") as stream:
        for path in pictures.iterdir():
            stream.write(path, f"some/folder/{path.name}")
    zipped_ids, zipped = encoded(archive)
    order = [zipped_ids.index(name) for name in ids]
    assert np.allclose(zipped[order], vectors, atol=1e-3)


def test_encode_leaves_out_what_it_cannot_read_and_says_so(pictures, capsys):
    (pictures / "broken.jpg").write_bytes(b"nothing")
    ids, vectors = encoded(pictures)
    assert len(ids) == len(vectors) == 20
    assert "broken: This file is not a JPEG" in capsys.readouterr().err


def test_encode_refuses_a_path_that_is_no_pictures(tmp_path):
    with pytest.raises(CommandError, match="neither a folder nor a readable zip"):
        call_command("encode", images=tmp_path / "none.zip", out=tmp_path / "out.npz")


def test_a_picture_and_its_photograph_are_alike(pictures):
    encoder = load_encoder("fashion-resnet")
    gallery = encoder.encode(np.stack([encoder.prepare(drawing(number, (300, 400))) for number in range(50)]))
    photographs = [drawing(number, (300, 400)).crop((12, 16, 288, 384)) for number in range(50)]
    found = encoder.encode(np.stack([encoder.prepare(photograph) for photograph in photographs]))
    assert ((found @ gallery.T).argmax(axis=1) == np.arange(50)).mean() >= 0.96


def test_what_serves_never_imports_tensorflow():
    script = (
        "import sys, django; django.setup();"
        "import fashionsite.wsgi, fashionsite.celery, recommender.tasks, recommender.views, fashionsite.urls;"
        "import numpy; from recommender.encoders import load_encoder;"
        "load_encoder('fashion-resnet').encode(numpy.zeros((1, 80, 60, 3), 'uint8'));"
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
