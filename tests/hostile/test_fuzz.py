"""What is like a hostile thing but for some bytes is refused or read, too; the fuzzer tries more of that for hours."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hostile.fuzzing import DOORS, seeds

kept = cache(seeds)
CHANGES = st.lists(st.tuples(st.integers(0, 4096), st.binary(max_size=8), st.booleans()), max_size=8)


@pytest.fixture(scope="module")
def input_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "input"


@pytest.mark.parametrize("door", DOORS)
@settings(derandomize=True, database=None, max_examples=60)
@given(data=st.data())
def test_a_hostile_thing_with_some_bytes_changed_is_no_fault(door, input_path, data):
    content = bytearray(data.draw(st.sampled_from(kept(door))))
    for place, piece, is_put_in in data.draw(CHANGES):
        start = place % (len(content) + 1)
        content[start : start if is_put_in else start + len(piece)] = piece
    input_path.write_bytes(content)
    DOORS[door](input_path)
