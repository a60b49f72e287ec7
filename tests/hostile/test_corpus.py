"""Every hostile thing of the corpus comes to what it should, in little time and little memory."""

import re

import pytest

from tests.hostile.addresses import ADDRESSES
from tests.hostile.case import Case
from tests.hostile.corpus import CASES
from tests.hostile.measuring import MEGABYTES_LIMIT, SECONDS_LIMIT, measure

ONE_OF = 3
"""Every third of the cases that take little is in every run of the tests."""


def marked(number: int, case: Case):
    is_long = case.is_long or number % ONE_OF > 0
    return pytest.param(case, id=str(case), marks=[pytest.mark.long] if is_long else [])


@pytest.mark.parametrize("case", [marked(number, case) for number, case in enumerate(CASES)])
def test_it_is_refused_in_a_sentence_or_read_in_little_time_and_memory(case: Case, tmp_path, record_property):
    path = tmp_path / "input"
    path.write_bytes(case.make())
    measured = measure(case.door, path)
    for name, value in (("kind", case.kind), ("seconds", measured.seconds), ("megabytes", measured.megabytes)):
        record_property(name, value)
    assert re.search(case.comes, measured.came), measured.came
    assert measured.seconds <= SECONDS_LIMIT
    assert measured.megabytes <= MEGABYTES_LIMIT


@pytest.mark.django_db
def test_no_address_makes_an_error_of_the_server(client):
    for address in ADDRESSES:
        assert client.get(address).status_code < 500, address[:200]
