"""Shares and their confidence intervals, given who took the photos."""

import numpy as np
import pytest

from recommender.measuring.shares import share


def test_photos_of_as_many_people_have_wilsons_interval():
    values = np.repeat([1.0, 0.0], [90, 10])
    told = share(values, np.arange(100))
    assert told.mean == 0.9
    assert told.low == pytest.approx(0.826, abs=0.002)
    assert told.high == pytest.approx(0.945, abs=0.002)


def test_photos_of_few_people_who_differ_tell_less():
    values = np.repeat([1.0, 0.0], [90, 10])
    told = share(values, np.repeat(np.arange(10), 10))
    assert told.low < 0.65
    assert told.high > 0.97


def test_what_is_always_right_counts_once_a_person():
    assert share(np.ones(100), np.zeros(100)).low == pytest.approx(0.207, abs=0.01)
    assert share(np.ones(100), np.arange(100)).low > 0.96
    assert share(np.empty(0), np.empty(0)) is None
