"""What an import would come to, as the job keeps it from its preview until it is confirmed."""

from dataclasses import asdict, dataclass, fields

from catalog.importing.pictures import Refused

NO_CURRENCY = "no currency"
"""The kind of these issues"""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows come to what."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))

    @property
    def rows(self) -> int:
        return self.taken + self.rejected

    @property
    def taken(self) -> int:
        """Those that are imported, though of unchanged ones nothing is written."""
        return self.new + self.changed + self.unchanged


@dataclass(frozen=True, slots=True)
class Example:
    """One row, and what is to be told of it: what is wrong with it, or what its name would be."""

    line: int | None
    sku: str
    text: str


@dataclass(frozen=True, slots=True)
class FoundIssues:
    """The issues of one kind, with the first of them."""

    kind: str
    count: int
    examples: list[Example]


@dataclass(frozen=True, slots=True)
class ShownProduct:
    """A product as it would be; `picture` is an address (of data where the import brings it), or empty."""

    sku: str
    outcome: str
    picture: str
    name: str
    details: list[str | int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rows and pictures would come to; of what may be long, there are counts and the first ones."""

    counts: Counts
    repaired: int
    repairs: list[Example]
    issues: list[FoundIssues]
    without_row: int
    pictures_without_row: list[str]
    missing: int
    products: list[ShownProduct]
    lost: int = 0
    further: int = 0
    """How many further pictures the products would have"""
    to_fetch: int = 0
    """How many pictures would be fetched from addresses"""
    unpublished: int = 0
    """How many rows the file does not publish"""
    leaving: int = 0
    """How many of their products are in the shop now"""
    without_link: int = 0
    """How many rows do not say where their product is bought"""
    genders_of_paths: int = 0
    """How many rows say for whom things are by their categories alone"""

    @property
    def without_currency(self) -> int:
        """How many rows would lose their price, as nothing says what it is in"""
        return sum(found.count for found in self.issues if found.kind == NO_CURRENCY)

    @classmethod
    def from_json(cls, data: dict) -> "Outcome":
        return cls(
            **data
            | {
                "counts": Counts(**data["counts"]),
                "repairs": [Example(**example) for example in data["repairs"]],
                "issues": [
                    FoundIssues(found["kind"], found["count"], [Example(**example) for example in found["examples"]])
                    for found in data["issues"]
                ],
                "products": [ShownProduct(**product) for product in data["products"]],
            }
        )


@dataclass(frozen=True, slots=True)
class Preview:
    """The first records of the table, what came with it, and the outcome; None while no column holds the ids."""

    samples: list[list[str]]
    pictures: int
    refused: list[Refused]
    outcome: Outcome | None
    number_refused: int = 0

    def to_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict) -> "Preview":
        outcome = data["outcome"]
        return cls(
            **data
            | {
                "refused": [Refused(**refused) for refused in data["refused"]],
                "outcome": Outcome.from_json(outcome) if outcome else None,
            }
        )
