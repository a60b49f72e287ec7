"""A hostile thing, and what must come of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path


@dataclass(frozen=True)
class Case:
    """Bytes that somebody may send; `comes` is a regular expression for what the door says of them."""

    kind: str
    door: Callable[[Path], str]
    name: str
    make: Callable[[], bytes]
    comes: str
    is_long: bool = False
    """Whether making it, or the door, takes too long for every run of the tests"""

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"


def makers(kind: str, door: Callable[[Path], str]) -> tuple[Callable[..., Case], Callable[..., Case]]:
    """What makes a case of that kind, and one that is long, of a name, a maker and what comes."""
    return partial(Case, kind, door), partial(Case, kind, door, is_long=True)
