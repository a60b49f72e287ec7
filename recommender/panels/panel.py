"""What a panel is, and what it chooses from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from catalog.models import Product
from recommender import neighbours
from recommender.cards import Pick
from recommender.models import Embedding

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass
class Page:
    """A product's page while its panels are chosen."""

    product: Product
    seen: list[int]
    """Ids of the products that this browser looked at before, latest first"""
    taken: set[int] = field(default_factory=set)
    """Ids of the products that stand on the page already; no panel shows one of them again"""
    at: datetime | None = None
    """The moment of which staff's rules are in force; now where none is told"""

    @cached_property
    def embedding(self) -> Embedding | None:
        """The product's own, with the encoder; None while it is not searchable."""
        return neighbours.embedding_of(self.product)


@dataclass(frozen=True)
class Panel:
    """A row of cards below a heading, shown by `templates/recommender/panels/<name>.html` with `panel` and `cards`.

    `choose` gives what is to stand in the row, best first: ids of products, or what was found. All panels' products
    are read together; what is no longer in the shop is then left out.
    """

    name: str
    title: "StrOrPromise" = field(compare=False)
    choose: Callable[[Page], Sequence[Pick]]
    chooses_first: bool = False
    """Whether it chooses before the others, wherever it stands: for the few products that fit nowhere else."""
    is_for_everybody: bool = True
    """Whether it shows everybody the same; what goes by what this browser looked at is written anew for each page"""
    shares: Callable[[Product, Product], str] = lambda product, other: ""
    """What its cards say that the page's product and another one have in common"""

    @property
    def template(self) -> str:
        return f"recommender/panels/{self.name}.html"
