"""The fuzzer tries each door for a moment, always with the same inputs: it finds nothing, and goes on working."""

import subprocess
import sys

import pytest

from tests.processes import ROOT

pytest.importorskip("atheris", reason="there is no atheris for this system")


@pytest.mark.parametrize("door", ["picture", "table", "workbook", "feed", "pictures", "address"])
def test_a_moment_of_fuzzing_finds_nothing(door, tmp_path):
    command = [sys.executable, "-m", "tests.hostile.fuzz", door, "--runs", "500", "--minutes", "0.1", "--seed", "1"]
    done = subprocess.run(
        [*command, "--into", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "found:" not in done.stdout
    assert "Done " in done.stderr
