"""The encoder that the shop ships."""

import json
from hashlib import sha256

import numpy as np

from recommender.encoders import load_encoder
from recommender.encoders.fashion import WEIGHTS
from tests.pictures import drawing


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


def test_a_picture_and_its_photograph_are_alike():
    encoder = load_encoder("fashion-resnet")
    gallery = encoder.encode(np.stack([encoder.prepare(drawing(number, (300, 400))) for number in range(50)]))
    photographs = [drawing(number, (300, 400)).crop((12, 16, 288, 384)) for number in range(50)]
    found = encoder.encode(np.stack([encoder.prepare(photograph) for photograph in photographs]))
    assert ((found @ gallery.T).argmax(axis=1) == np.arange(50)).mean() >= 0.96
