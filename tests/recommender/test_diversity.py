"""Pictures that differ from each other."""

import numpy as np

from recommender.diversity import farthest_points


def test_farthest_points_take_one_of_each_cluster_before_a_second_of_any():
    centres = np.eye(6)
    vectors = np.concatenate([centres + np.random.default_rng(n).normal(0, 0.01, (6, 6)) for n in range(5)])
    chosen = farthest_points(vectors, 6)
    assert {row % 6 for row in chosen} == set(range(6))
    assert sorted(farthest_points(vectors, 99)) == list(range(30))
