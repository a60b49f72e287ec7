"""One way of reading text."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.words.reading import read, stem


@given(st.text())
@example("कु.f")
@example("1️⃣ İI ŉ ß ﷺ")
def test_any_text_is_read_and_what_was_read_is_read_alike(text):
    words = read(text)
    assert all(words)
    assert read(" ".join(words)) == words
    assert read(f"  {text}\n") == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("U.S. Polo Assn.", "us polo assn"),
        ("Levi\u2019s® Women's T-Shirt", "levis womens t shirt"),
        ("s.Oliver", "s oliver"),
        ("¾ Sleeve, 3/4 sleeve", "3 4 sleeve 3 4 sleeve"),
        ("\uff26\uff55\uff4c\uff4c\u3000width\u00a0& ﬁne", "full width fine"),
        ("Mu\u0308ller MÜLLER Møller Straße", "muller muller moller strasse"),
        ("कुर्ता ٣", "कुर्ता 3"),
        ("soft\u00adly snake_case", "softly snake case"),
        ("!!! 👗", ""),
    ],
)
def test_writings_of_the_same_are_one(text, words):
    assert read(text) == words.split()


@pytest.mark.parametrize(
    "forms", ["shoe shoes", "bra bras", "earring earrings", "stripe striped stripes", "women womens", "sari saris"]
)
def test_forms_of_a_word_have_one_stem(forms):
    assert len({stem(form) for form in forms.split()}) == 1
    assert stem("earrings") != stem("ear")
