"""What there is to choose in a page, each choice with the address that it leads to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice

from catalog.attributes import BRAND

LONG = {BRAND: 12}
"""The facets of which only so many choices are shown at first"""
MOST_SHOWN = 200
MOST_CHIPS = 40
"""As each leads to all the others. The boxes to tick say the rest."""
Chosen = Mapping[str, tuple[str, ...]]
"""The values of each attribute that a product may have: one of them, of each attribute."""


@dataclass(frozen=True)
class Choice:
    """Something to choose; `address` is the page that chooses it, or drops it when it is chosen.

    It is empty where a form has boxes to tick.
    """

    label: str
    address: str
    count: int | None = None
    """How many products it would leave, where that is said"""
    is_chosen: bool = False
    name: str = ""
    """What programs and addresses call it, where that is not the label"""

    @property
    def value(self) -> str:
        """What to narrow by."""
        return self.name or self.label


@dataclass(frozen=True)
class Facet:
    """One way to narrow what a page shows."""

    name: str
    label: str
    choices: list[Choice]

    @property
    def is_ticked(self) -> bool:
        """Whether its choices are boxes to tick, rather than pages of their own."""
        return not any(choice.address for choice in self.choices)

    @property
    def is_chosen(self) -> bool:
        return any(choice.is_chosen for choice in self.choices)

    @property
    def parts(self) -> list[list[Choice]]:
        """The choices that are shown at once: of a long facet the first ones, and what is chosen.

        Then the others, where there are any, as many as a page takes.
        """
        shown = LONG.get(self.name, len(self.choices))
        first = [*self.choices[:shown], *(choice for choice in self.choices[shown:] if choice.is_chosen)]
        rest = [choice for choice in self.choices[shown:] if not choice.is_chosen][:MOST_SHOWN]
        return [first, rest] if rest else [first]


@dataclass(frozen=True)
class Filters:
    """The values that a page is narrowed by; `address_with` is the page that is narrowed by others."""

    chosen: Chosen
    address_with: Callable[[Chosen], str]

    def facet(self, name: str, label: str, counts: Mapping[str, int]) -> Facet:
        """The facet of the counted values to tick, most products first. "" is no value."""
        chosen = self.chosen.get(name, ())
        # What is chosen can be taken away even where it would leave nothing.
        known = {**dict.fromkeys(chosen, 0), **counts}
        ordered = sorted(known.items(), key=lambda item: (-item[1], item[0]))
        choices = [Choice(value, "", count, value in chosen) for value, count in ordered if value]
        return Facet(name, label, choices)

    def chips(self, but: tuple[str, str] | None = None) -> list[Choice]:
        """What is chosen, as far as a page takes it, but for one (name, value), each with the address without it."""
        chosen = ((name, value) for name, values in self.chosen.items() for value in values)
        shown = islice((pair for pair in chosen if pair != but), MOST_CHIPS)
        return [Choice(pair[1], self.toggled(*pair), is_chosen=True) for pair in shown]

    def toggled(self, name: str, value: str) -> str:
        """The address that chooses a value, or drops it where it is chosen."""
        values = set(self.chosen.get(name, ())) ^ {value}
        others = {other: some for other, some in self.chosen.items() if other != name}
        return self.address_with({**others, name: tuple(sorted(values))} if values else others)
