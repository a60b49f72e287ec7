"""Choices, and the addresses that they lead to."""

from urllib.parse import parse_qs, urlencode

from catalog.choices import MOST_CHIPS, Choice, Filters


def address(chosen) -> str:
    return "?" + urlencode(chosen, doseq=True)


FILTERS = Filters({"gender": ("Men",), "season": ("Fall", "Summer")}, address)


def test_a_value_is_chosen_beside_others_and_dropped_again():
    assert FILTERS.toggled("gender", "Boys") == "?season=Fall&season=Summer&gender=Boys&gender=Men"
    assert FILTERS.toggled("season", "Fall") == "?gender=Men&season=Summer"
    assert FILTERS.toggled("gender", "Men") == "?season=Fall&season=Summer"


def test_a_facet_has_the_most_frequent_first_and_what_is_chosen_even_where_there_is_none():
    facet = FILTERS.facet("season", "Season", {"": 7, "Winter": 2, "Spring": 2, "Fall": 5})
    assert [(choice.label, choice.count, choice.is_chosen) for choice in facet.choices] == [
        ("Fall", 5, True),
        ("Spring", 2, False),
        ("Winter", 2, False),
        ("Summer", 0, True),
    ]
    assert facet.is_chosen
    assert not FILTERS.facet("usage", "Usage", {"Casual": 1}).is_chosen


def test_every_chip_takes_away_what_it_says():
    men, *_ = FILTERS.chips()
    assert men == Choice("Men", "?season=Fall&season=Summer", is_chosen=True)
    assert [chip.label for chip in FILTERS.chips(but=("season", "Fall"))] == ["Men", "Summer"]


def test_very_many_chosen_values_make_no_page_of_megabytes():
    values = tuple(f"x{number}" for number in range(1000))
    chips = Filters({"gender": values}, address).chips()
    assert [chip.label for chip in chips] == list(values[:MOST_CHIPS])
    assert values[0] not in parse_qs(chips[0].address.removeprefix("?"))["gender"]
