"""The words of the trade, which whoever sells other things may change."""

import re

import pytest

from catalog.templatetags.shop import swatch
from catalog.vocabulary import VOCABULARY


def test_what_words_may_mean_can_be_asked_for_as_it_is():
    for word, meanings in VOCABULARY.meanings.items():
        assert meanings
        for meaning in (word, *meanings):
            assert re.fullmatch(r"\w+( \w+)*", meaning)
            assert meaning == meaning.lower()


def test_names_that_are_looked_up_in_small_letters_have_no_others():
    for name in (*VOCABULARY.swatches, *VOCABULARY.patterns):
        assert name == name.lower()


def test_no_kind_of_thing_is_its_own_company():
    for kind, others in VOCABULARY.company.items():
        assert others
        assert kind not in others


@pytest.mark.parametrize(
    ("colour", "background"),
    [("Navy Blue", "#1f2a5a"), ("Red", "#ff0000"), ("Multi", "conic-gradient(#e33, #fb3, #3b5, #38d, #93c, #e33)")],
)
def test_a_colour_is_shown_as_the_vocabulary_or_css_has_it(colour, background):
    assert swatch(colour) == background
    assert swatch("no such colour") == "transparent"
