"""What a file is like as a whole, which none of its rows tells: how it writes its values, what happened to its ids."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field

from catalog import money
from catalog.attributes import NAMES
from catalog.importing.ids import DOUBTFUL, Damages, LostDigits, as_number, damages, kind_of
from catalog.importing.offers import PRICES, Written
from catalog.importing.tables import COLUMNS_LIMIT, Record
from catalog.importing.values import LEVELS, clean, entrances, gender_in, inside, is_nothing, key, steps
from catalog.vocabulary import VOCABULARY

UNIFIED = frozenset({*NAMES, *LEVELS} - {"year"})
"""The fields whose values are chosen from, so that each should be written in one way."""
VALUES_LIMIT = 10_000
"""A column of more different values is not one to choose from; they stay as they are written."""

CHOICES_LIMIT = 500
"""A column of more different values does not tell what fits into it."""
NUMBERS_LIMIT = 1000
"""So many ids are held against the shop's to tell whether they are numbers."""

Uses = Mapping[str, Mapping[str, int]]
"""For a field, how often each of its values is written just so."""


@dataclass(frozen=True)
class Survey:
    """What happened to the ids; and for each field the spelling of the values that are written in several ways."""

    damages: Damages = ()
    spellings: dict[str, dict[str, str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    """For each field that is chosen from, the keys of what rows with no cell too many have in its column"""
    written: Written = field(default_factory=Written)
    entrances: dict[str, int] = field(default_factory=dict)
    """For each field with paths, how many steps they all have at their beginning that are no category"""

    def spelt(self, values: dict) -> dict:
        """The values of a row in the spelling that all are to have."""
        for name, known in self.spellings.items():
            if value := values.get(name):
                values[name] = known.get(key(name, value), value)
        return values

    def to_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict) -> "Survey":
        written = Written(**data.get("written", {}))
        spellings, choices, begun = (data.get(name, {}) for name in ("spellings", "choices", "entrances"))
        return cls(tuple(data.get("damages", ())), spellings, choices, written, begun)

    def fits(self, name: str, text: str) -> bool:
        """Whether a cell is like the others of its column; where these do not tell, whether it is no number."""
        known = self.choices.get(name)
        return key(name, text) in known if known else not text.isdigit()


def take_survey(
    records: Iterable[Record],
    mapping: Mapping[str, int],
    skus: Iterable[str] = (),
    shops: Uses | None = None,
    known_among: Callable[[Collection[str]], Collection[str]] = lambda skus: (),
    width: int = COLUMNS_LIMIT,
    currency: str = "",
    lists: Collection[str] = (),
) -> Survey:
    """Looks at all records of a table of so many columns.

    `skus` and `shops` are the ids that look damaged and the values that the shop has.
    `known_among` tells which of some ids the shop has, `currency` what its prices are in where they do not say it, and
    `lists` are the levels whose cells are several paths.
    """
    cells: dict[str, Counter[str]] = {name: Counter() for name in mapping if name in UNIFIED}
    choices: dict[str, set[str]] = {name: set() for name in cells}
    kinds_of_ids: set[str] = set()
    kinds_of_numbers: dict[str, str] = {}
    prices = [column for name, column in mapping.items() if name in PRICES]
    decimal_marks: set[str] = set()
    for record in records:
        if record.error:
            continue
        for name, counted in cells.items():
            if mapping[name] < len(record.cells) and len(counted) <= VALUES_LIMIT:
                counted[record.cells[mapping[name]]] += 1
                if len(record.cells) == width and len(choices[name]) <= CHOICES_LIMIT:
                    choices[name].add(record.cells[mapping[name]])
        if len(decimal_marks) < 2:
            texts = [record.cells[column] for column in prices if column < len(record.cells)]
            texts += [cells.get(name, "") for _, cells in record.variants for name in PRICES]
            decimal_marks = decimal_marks.union(*(money.marks(clean(text[:100])) for text in texts))
        if "sku" in mapping and mapping["sku"] < len(record.cells):
            sku = clean(record.cells[mapping["sku"]])
            kinds_of_ids.add(kind := kind_of(sku))
            if kind in DOUBTFUL and len(kinds_of_numbers) < NUMBERS_LIMIT:
                with suppress(LostDigits):
                    kinds_of_numbers[as_number(sku)] = kind
    cells = {name: counted for name, counted in cells.items() if len(counted) <= VALUES_LIMIT}
    paths = {
        name: {cell: steps(cell, is_list=name in lists) for cell in counted}
        for name, counted in cells.items()
        if name in LEVELS
    }
    begun = {name: entrances(found.values()) for name, found in paths.items()}
    uses = _uses(cells, paths, begun)
    spellings = {name: _spellings(name, counted, (shops or {}).get(name, {})) for name, counted in uses.items()}
    proven = {kinds_of_numbers[sku] for sku in known_among(kinds_of_numbers)} if kinds_of_numbers else set()
    return Survey(
        damages(kinds_of_ids, skus, proven),
        {name: chosen for name, chosen in spellings.items() if chosen},
        {
            name: sorted({key(name, clean(text)) for text in found})
            for name, found in choices.items()
            if len(found) <= CHOICES_LIMIT
        },
        Written(money.mark_of(decimal_marks), currency),
        begun,
    )


def _uses(
    cells: dict[str, Counter[str]], paths: Mapping[str, Mapping[str, list[str]]], begun: Mapping[str, int]
) -> dict[str, Counter[str]]:
    """How often each value is used, once the cells are taken apart; `paths` has the steps of those with categories."""
    uses: dict[str, Counter[str]] = defaultdict(Counter)
    for name, counted in cells.items():
        for cell, count in counted.items():
            values = (
                _values_of(name, inside(paths[name][cell], begun[name])) if name in paths else [(name, clean(cell))]
            )
            for where, value in values:
                if not is_nothing(value):
                    uses[where][value] += count
    return uses


def _values_of(name: str, path: list[str]) -> Iterator[tuple[str, str]]:
    """(Field, value) of what a cell says; the steps of a path are the values of the levels from the top."""
    if gender := gender_in(path):
        yield "gender", gender
    if len(path) == 1:
        yield name, path[0]
        return
    for number, step in enumerate(path):
        yield LEVELS[min(number, len(LEVELS) - 1)], step


def _spellings(name: str, uses: Mapping[str, int], shops: Mapping[str, int]) -> dict[str, str]:
    """For the key of each value that is written in another way than it should be, how to write it.

    What the shop writes already wins, then a word of the trade, then what the file writes most often.
    """
    own, trade = _by_key(name, shops), {key(name, word): word for word in VOCABULARY.written.get(name, ())}
    chosen = {}
    for folded, writings in _by_key(name, uses).items():
        best = _most_used(own[folded]) if folded in own else trade.get(folded) or _most_used(writings)
        if set(writings) != {best}:
            chosen[folded] = best
    return chosen


def _by_key(name: str, uses: Mapping[str, int]) -> dict[str, dict[str, int]]:
    grouped: dict[str, dict[str, int]] = defaultdict(dict)
    for value, count in uses.items():
        grouped[key(name, value)][value] = count
    return grouped


def _most_used(writings: Mapping[str, int]) -> str:
    """The first of the most used ones; of several as many times, one that begins with a capital alone."""
    return max(writings, key=lambda value: (writings[value], value[:1].isupper() and not value.isupper()))
