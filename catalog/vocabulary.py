"""The words of the trade, which are data: `vocabulary.toml` holds them and says what each table means."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Vocabulary:
    """The words of one catalogue and its shoppers."""

    fillers: frozenset[str]
    """Words of a search that say nothing of a product"""
    colour_fillers: frozenset[str]
    """Words of a search that say nothing beside a colour"""
    bundles: frozenset[str]
    """Words of a search that say how things are sold together, and not what kind they are"""
    negations: frozenset[str]
    """Words of a search, or two, that say that the next one is not wanted"""
    labels: frozenset[str]
    """Words of a search that only say that a number follows"""
    alternatives: frozenset[str]
    """Words of a search that stand between two of which one is enough"""
    meanings: Mapping[str, tuple[str, ...]]
    """From what a shopper says to what the catalogue calls it, where a new shop starts"""
    swatches: Mapping[str, str]
    """From a colour's name in small letters to a CSS colour"""
    patterns: Mapping[str, str]
    """From a word of a product's name to its pattern"""
    neutral: tuple[str, ...]
    """Colours that go with every other"""
    everyone: tuple[str, ...]
    """Genders of what fits beside everybody's"""
    children: Mapping[str, str]
    """From a gender in small letters to that of children who are of it"""
    narrower: Mapping[str, frozenset[str]]
    """From a gender to those that it takes in, all in small letters"""
    company: Mapping[str, tuple[str, ...]]
    """From a kind of thing to the kinds that are worn with it"""
    company_of_others: tuple[str, ...]
    """The kinds that are worn with any other kind"""
    writings: Mapping[str, Mapping[str, str]]
    """For an attribute, from what files may write, in small letters, to what the shop calls it, in small letters"""
    written: Mapping[str, tuple[str, ...]]
    """For an attribute, the values that the shop writes just so"""


def _read(path: Path) -> Vocabulary:
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return Vocabulary(
        fillers=frozenset(tables["fillers"]),
        colour_fillers=frozenset(tables["colour_fillers"]),
        bundles=frozenset(tables["bundles"]),
        negations=frozenset(tables["negations"]),
        labels=frozenset(tables["labels"]),
        alternatives=frozenset(tables["alternatives"]),
        meanings=_lists(tables["meanings"]),
        swatches=tables["swatches"],
        patterns={word: pattern for pattern, words in tables["patterns"].items() for word in words},
        neutral=tuple(tables["neutral"]),
        everyone=tuple(tables["everyone"]),
        children={adults.lower(): children for adults, children in tables["children"].items()},
        narrower={
            gender.lower(): frozenset(map(str.lower, narrower)) for gender, narrower in tables["narrower"].items()
        },
        company=_lists(tables["company"]),
        company_of_others=tuple(tables["company_of_others"]),
        writings={
            attribute: {word: value.lower() for value, words in values.items() for word in words}
            for attribute, values in tables["writings"].items()
        },
        written={attribute: tuple(values) for attribute, values in tables["writings"].items()},
    )


def _lists(table: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(words) for name, words in table.items()}


VOCABULARY = _read(Path(__file__).with_suffix(".toml"))
