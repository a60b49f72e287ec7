"""The eye's kind in the embedding of the encoder that ships."""

import numpy as np
import pytest

from recommender.encoders import load_encoder
from recommender.photo.eye import load_eye
from recommender.photo.kinds import with_kinds
from tests.pictures import drawing


def kinds_of(name: str) -> tuple[np.ndarray, ...]:
    """Those of a picture that shows this type and nothing else for sure."""
    types, colours, genders = load_eye().classes.values()
    sure = np.array([float(type_ == name) for type_ in types], np.float32)
    return sure, *(np.full(len(names), 1 / len(names), np.float32) for names in (colours, genders))


def test_what_is_called_the_same_comes_nearer():
    network = load_encoder("fashion-resnet")
    pictures = network.encode(np.stack([network.prepare(drawing(seed)) for seed in (1, 2)]))

    def similarity(one: str, two: str) -> float:
        vectors = [
            with_kinds(network.digest, picture, kinds_of(name))
            for picture, name in zip(pictures, (one, two), strict=True)
        ]
        assert [float(np.linalg.norm(vector)) for vector in vectors] == pytest.approx([1, 1], abs=1e-5)
        return float(vectors[0] @ vectors[1])

    assert similarity("Shirts", "Shirts") > similarity("Shirts", "Watches") + 0.1


def test_another_encoders_embedding_stays_as_it_is():
    vector = np.ones(12, np.float32) / 12**0.5
    assert with_kinds("another", vector, kinds_of("Shirts")) is vector
