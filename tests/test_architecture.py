"""The picture of the house in docs/architecture.md, and the contracts that the linter holds every module to."""

import re
import tomllib

import pytest
from django.conf import settings


def drawn(room: str) -> list[set[str]]:
    """The names on each storey of the room; a line that ends with a comma goes on in the next one."""
    picture = (settings.BASE_DIR / "docs" / "architecture.md").read_text().split("```")[1]
    lines = "\n".join(re.findall(r"^│ (.*?) *│", picture, re.MULTILINE))
    below = re.search(rf"^{room}\n((?: +.+\n)+)", lines, re.MULTILINE)[1]
    return [set(storey.split()) for storey in re.sub(r",\n", " ", below).replace(",", " ").splitlines()]


@pytest.mark.parametrize("room", ["recommender", "catalog"])
def test_the_picture_has_every_module_on_its_storey(room):
    linted = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in linted if contract.get("containers") == [room]]
    assert drawn(room) == [set(layer.split(" | ")) for layer in layers]
