"""Boxes are read from addresses, and told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.photo.boxes import WHOLE, Box, NamedBox, tell_apart


@given(numbers=st.lists(st.floats(), min_size=4, max_size=4))
def test_a_box_from_an_address_is_none_or_lies_within_the_photo(numbers):
    box = Box.parse(",".join(map(str, numbers)))
    if box is not None:
        assert 0 <= box.left < box.left + box.width <= 1
        assert 0 <= box.top < box.top + box.height <= 1


@pytest.mark.parametrize("text", ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "nan,1,2,3", "inf,1,1,1"])
def test_what_is_no_box_is_none(text):
    assert Box.parse(text) is None


def test_a_box_is_read_as_it_was_written():
    assert Box.parse(str(WHOLE)) == WHOLE
    assert str(Box.parse("2,8,44,84")) == "2.0,8.0,44.0,84.0"


def test_of_boxes_around_one_place_the_first_is_offered():
    left, nearly_left, right = (NamedBox(Box(left, 0, 0.5, 1), "Shirts") for left in (0, 0.05, 0.5))
    assert tell_apart([left, nearly_left, right], 600, 400) == [left, right]


def test_the_rest_of_a_box_is_the_largest_part_beside_another_one():
    assert WHOLE.rest(Box(0.1, 0, 0.3, 1)) == Box(0.4, 0, 0.6, 1)
    assert WHOLE.rest(Box(0, 0.5, 1, 0.5)) == Box(0, 0, 1, 0.5)
    assert WHOLE.rest(WHOLE).area == 0


@pytest.mark.parametrize("is_upright", [True, False])
def test_halves_share_nothing_and_leave_nothing(is_upright):
    box = Box(0.2, 0.1, 0.4, 0.8)
    first, second = box.halves(is_upright)
    assert first.area + second.area == pytest.approx(box.area)
    assert first.overlap(second) == pytest.approx(0)
    assert first.share_within(box) == second.share_within(box) == pytest.approx(1)
