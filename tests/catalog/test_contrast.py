"""Whether colours stand out, and the shades that do."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.appearance import GROUNDS, INK
from catalog.contrast import EDGE, TEXT, contrast, nearest_against, text_on

colours = st.integers(0, 0xFFFFFF).map("#{:06x}".format)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#ff0000", "#ffffff", 4.0), ("#123456", "#123456", 1)],
)
def test_contrasts_are_those_of_the_guidelines(one, other, expected):
    assert contrast(one, other) == contrast(other, one) == pytest.approx(expected, abs=0.005)


@given(colours)
def test_there_is_a_text_that_is_read_on_every_colour(colour):
    assert contrast(text_on(colour), colour) >= TEXT


@given(colours, st.sampled_from(GROUNDS))
def test_the_nearest_shade_stands_out_and_what_does_already_stays(colour, ground):
    nearest = nearest_against(ground, colour)
    assert contrast(nearest, ground) >= EDGE
    assert (nearest == colour) == (contrast(colour, ground) >= EDGE)


@given(colours, st.sampled_from(GROUNDS))
def test_the_nearest_shade_is_no_further_than_it_must_be(colour, ground):
    nearest = nearest_against(ground, colour)
    assert nearest == colour or contrast(nearest, ground) < EDGE + 0.3


def test_the_colours_are_those_of_the_style_sheet():
    style = (Path(__file__).parents[2] / "static/css/base.css").read_text()
    for name, expected in (("ground", GROUNDS), ("accent", INK)):
        found = re.findall(rf"--{name}: (#[0-9a-f]+);", style)
        assert [colour.replace("#fff", "#ffffff") if len(colour) == 4 else colour for colour in found] == list(expected)
