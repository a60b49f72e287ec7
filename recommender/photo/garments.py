"""Families of the types that the eye knows, and what a part of a photo is called."""

import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np

GARMENTS = Path(__file__).with_suffix(".toml")
OTHERS = "others"
SURE = 0.6
"""How likely what sort of thing a photo shows must be, so that it is told apart from another."""


@cache
def _garments() -> dict[str, dict[str, str]]:
    """The name of each type, by family."""
    return tomllib.loads(GARMENTS.read_text())


@cache
def family(name: str) -> str:
    """Of a type, by its name."""
    return next((family for family, types in _garments().items() if name in types), OTHERS)


def families(types: list[str], likely: np.ndarray) -> dict[str, float]:
    """How likely a thing is of each family, from how likely it is of each type (n,)."""
    sums = dict.fromkeys(_garments(), 0.0)
    for name, share in zip(types, likely.tolist(), strict=True):
        sums[family(name)] += share
    return sums


def thing(types: list[str], likely: np.ndarray) -> str:
    """What sort of thing it is, from how likely it is of each type (n,): its family, or its type where it has none.

    "" where that is not sure.
    """
    shares = families(types, likely)
    best = max(shares, key=shares.__getitem__)
    if best != OTHERS:
        return best if shares[best] >= SURE else ""
    return types[int(likely.argmax())] if likely.max() >= SURE else ""


def names(types: list[str], colours: list[str]) -> list[str]:
    """What parts of one photo are called; those of one name are told apart by their colours, or else by numbers."""
    plain = [_garments()[family(name)].get(name, name) for name in types]
    coloured = [f"{colour} {name}" for colour, name in zip(colours, plain, strict=True)]
    times, times_coloured = Counter(plain), Counter(coloured)
    called: list[str] = []
    for name, long in zip(plain, coloured, strict=True):
        if times[name] == 1:
            called.append(name)
        elif times_coloured[long] == 1:
            called.append(long)
        else:
            called.append(f"{long} {sum(other.startswith(f'{long} ') for other in called) + 1}")
    return called
