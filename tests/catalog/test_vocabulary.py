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


def test_what_a_swatch_shows_is_one_colour():
    for colour in VOCABULARY.swatches.values():
        assert re.fullmatch("#[0-9a-f]{6}", colour)


@pytest.mark.parametrize(("colour", "shown"), [("Navy Blue", "#1f2a5a"), ("Red", "#ff0000")])
def test_a_colour_is_shown_as_the_vocabulary_or_css_has_it(colour, shown):
    assert swatch(colour) == shown
    assert swatch("no such colour") == "transparent"
