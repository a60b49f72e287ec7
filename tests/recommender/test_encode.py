"""The command that writes embeddings to a file."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from tests.pictures import as_file, drawing


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
