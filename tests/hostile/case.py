"""A hostile thing, and what must come of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Case:
    """Bytes that somebody may send; `comes` is a regular expression for what the door says of them."""

    kind: str
    name: str
    door: Callable[[Path], str]
    make: Callable[[], bytes]
    comes: str
    is_long: bool = False
    """Whether it takes too long for every run of the tests"""

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"
