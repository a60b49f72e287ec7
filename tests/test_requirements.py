"""What the shop is made of: exact versions that fit together, under licences that a shop can live with.

Nothing here knows of known vulnerabilities; docs/operations.md says who does.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution

from packaging.requirements import Requirement

from tests.processes import ROOT

PIN = re.compile(r"[A-Za-z0-9_.-]+(\[[a-z0-9,]+\])?==[0-9][0-9.a-z]*")
FILES = ("requirements-serving.txt", "requirements-milvus.txt", "requirements.txt", "requirements-dev.txt")
TAKING_ALONG = re.compile(r"\b(A?GPL|Affero|SSPL)|(?<!Lesser )General Public License|Commons Clause")
"""Licences that would be the shop's own too, once it is passed on; that of psycopg2, the Lesser one, is not."""


def _lines(file: str) -> list[str]:
    return [line for line in (ROOT / file).read_text().splitlines() if line and not line.startswith(("#", "-r"))]


def test_every_package_is_pinned_once_and_in_order():
    every = [line for file in FILES for line in _lines(file)]
    assert [line for line in every if not PIN.fullmatch(line)] == []
    names = [_name(line) for line in every]
    assert sorted(names) == sorted(set(names))
    for file in FILES:
        assert _lines(file) == sorted(_lines(file), key=_name)


def _name(line: str) -> str:
    return Requirement(line).name.lower().replace("_", "-")


def test_the_versions_fit_together():
    command = [sys.executable, "-m", "pip", "check", "--disable-pip-version-check"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout


def test_what_serves_the_shop_has_licences_that_stay_with_it():
    licences = {package.name: _licence(package) for package in _serving()}
    assert {name: licence for name, licence in licences.items() if not licence} == {}
    assert {name: licence for name, licence in licences.items() if TAKING_ALONG.search(licence)} == {}


def _serving() -> Iterator[Distribution]:
    """Every package of requirements-serving.txt, with all that these need."""
    waiting, seen = [Requirement(line) for line in _lines("requirements-serving.txt")], set()
    while waiting:
        needed = waiting.pop()
        if needed.name.lower() in seen or (needed.marker and not needed.marker.evaluate({"extra": ""})):
            continue
        seen.add(needed.name.lower())
        package = distribution(needed.name)
        yield package
        waiting += [Requirement(text) for text in package.requires or []]


def _licence(package: Distribution) -> str:
    classified = [line for line in package.metadata.get_all("Classifier", []) if line.startswith("License")]
    return package.metadata.get("License-Expression") or "; ".join(classified) or package.metadata.get("License") or ""
