"""What the figures of encoders measure, and the exact search beneath them."""

import numpy as np
import pytest

from recommender.diversity import unit
from recommender.measuring.products import LABELS, UNKNOWN
from recommender.measuring.retrieval import (
    agreement,
    mean_and_margin,
    nearest_exact,
    nearest_others,
    photo_recall,
)


def test_exact_search_compares_all_and_sorts():
    random = np.random.default_rng(0)
    gallery, queries = unit(random.normal(size=(700, 16))), unit(random.normal(size=(1100, 16)))
    rows, cosines = nearest_exact(gallery, queries, 7)
    similarity = queries @ gallery.T
    assert np.array_equal(rows, np.argsort(-similarity, axis=1)[:, :7])
    assert np.allclose(cosines, -np.sort(-similarity, axis=1)[:, :7])


def test_exact_search_does_not_find_a_querys_own_picture():
    gallery = unit(np.random.default_rng(0).normal(size=(30, 8)))
    pictures = np.arange(30) // 2
    rows, _ = nearest_exact(gallery, gallery, 28, pictures, pictures)
    assert not (pictures[rows] == pictures[:, None]).any()
    assert not (nearest_others(gallery) == np.arange(30)[:, None]).any()


def test_a_perfect_encoder_agrees_in_everything():
    labels = np.repeat(np.arange(4), 10)[:, None].repeat(len(LABELS), 1)
    vectors = np.eye(4)[labels[:, 0]] + np.random.default_rng(0).normal(0, 1e-3, (40, 4))
    scores = agreement(nearest_others(vectors), labels)
    assert set(scores) == {"type@5", "colour@5", "gender@5", "all@5"}
    assert all((values == 1).all() for values in scores.values())


def test_agreement_counts_only_labels_that_are_known():
    labels = np.zeros((12, len(LABELS)), int)
    labels[0, LABELS.index("base_colour")] = UNKNOWN
    scores = agreement(nearest_others(np.random.default_rng(0).normal(size=(12, 8))), labels)
    assert np.isnan(scores["colour@5"][0])
    assert np.isnan(scores["all@5"][0])
    assert not np.isnan(scores["colour@5"][1:]).any()
    assert (scores["type@5"] == 1).all()
    assert mean_and_margin(scores["type@5"]) == (1.0, 0.0)
    assert mean_and_margin(np.array([np.nan])) == (None, None)


def test_a_photograph_finds_its_product_or_another_one_with_the_same_picture():
    vectors, rows = np.eye(40), np.arange(40)
    found, _ = nearest_exact(vectors, vectors, 5)
    wrong, _ = nearest_exact(vectors, np.roll(vectors, 1, 0), 5)
    assert photo_recall(found, rows, rows)["photo recall@1"].all()
    assert not photo_recall(wrong, rows, rows)["photo recall@1"].any()
    assert photo_recall(wrong, rows, np.zeros(40, int))["photo recall@1"].all()


def test_margins_shrink_with_the_number_of_queries():
    values = np.random.default_rng(0).integers(0, 2, 4000).astype(float)
    mean, margin = mean_and_margin(values)
    assert mean == pytest.approx(0.5, abs=0.05)
    assert margin == pytest.approx(1.96 * 0.5 / 4000**0.5, rel=0.01)
