"""Brands, guessed from names."""

from hypothesis import given
from hypothesis import strategies as st

from catalog.suggestions.brands import FEWEST_PRODUCTS, guess_brands


def brands(*names: str, ordinary: tuple[str, ...] = ("red", "men", "shirt")) -> list[str]:
    return sorted(guess_brands(names, ordinary, str.lower))


def test_a_brand_has_as_many_words_as_its_names_share():
    assert brands("United Colors Men", "United Colors Top", "United Colors Bag") == ["United Colors"]
    assert brands("Lee Men Jeans", "Lee Top", "Lee Bag", "Lee Cooper Men", "Lee Cooper Bag", "Lee Cooper Top") == [
        "Lee",
        "Lee Cooper",
    ]


def test_colours_and_kinds_are_no_brands_but_may_begin_one():
    assert brands("Red Shirt", "Red Top", "Red Bag", "Shirt a", "Shirt b", "Shirt c") == []
    assert brands("Red Tape Shirt", "Red Tape Top", "Red Tape Bag", "Red Shirt") == ["Red Tape"]


def test_a_word_that_mostly_stands_elsewhere_begins_no_brand():
    assert brands("Slim Jeans", "Slim Bag", "Slim Top", *(f"{number} Slim" for number in range(9))) == []


def test_a_brand_is_written_as_it_is_most_often():
    assert brands("ADIDAS a", "adidas b", "ADIDAS c") == ["ADIDAS"]


@given(st.lists(st.text("ab ", max_size=12), max_size=30))
def test_what_is_guessed_begins_that_many_names(names):
    for brand, places in guess_brands(names, {"b"}, str.lower).items():
        assert len(places) >= FEWEST_PRODUCTS
        assert all(f"{' '.join(names[place].split())} ".startswith(f"{brand} ") for place in places)
