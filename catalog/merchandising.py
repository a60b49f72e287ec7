"""How staff steer a page of results: what stands first, what comes earlier or later, and what does not show at all."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Steering:
    """The ids of the products that a page's rules name."""

    pinned: tuple[int, ...] = ()
    """In the order in which they stand first"""
    boosted: frozenset[int] = frozenset()
    buried: frozenset[int] = frozenset()
    hidden: frozenset[int] = frozenset()

    @property
    def moves(self) -> bool:
        """Whether it changes any product's place."""
        return bool(self.pinned or self.boosted or self.buried)

    def steered(self, items: Iterable[Item], pk_of: Callable[[Item], int]) -> list[Item]:
        """The items without the hidden ones, in the order that the rules give them, and else in their own."""
        shown = (item for item in items if pk_of(item) not in self.hidden)
        return sorted(shown, key=lambda item: self._tier(pk_of(item)))

    def _tier(self, pk: int) -> int:
        if pk in self.pinned:
            return self.pinned.index(pk) - len(self.pinned)
        if pk in self.boosted:
            return 0
        return 2 if pk in self.buried else 1
