"""Photos that people took, with what they show: read from a table, split by who took them, and scored."""

import hashlib
import tomllib
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from catalog.importing.formats import read_table
from catalog.importing.tables import UnusableFile
from recommender.measuring.retrieval import NEIGHBOURS
from recommender.measuring.shares import Share, share

COLUMNS = ("file", "label", "sender")
NEEDED = COLUMNS[:2]
HELD_OUT_SHARE = 4
"""One sender in so many is held out."""


@dataclass(frozen=True)
class LabelledPhoto:
    """A photo of a product or, without a label, of none."""

    file: str
    label: str
    sender: str
    """Who took it; "" where nobody knows, and the photo stands for itself"""
    types: frozenset[str]
    """The article types that are right for it, in small letters"""

    @property
    def name(self) -> str:
        """The file's, without folder and suffix."""
        return PurePosixPath(self.file).stem

    @property
    def person(self) -> str:
        return self.sender or self.file

    @property
    def is_held_out(self) -> bool:
        """Whether the networks that ship have not seen it: nor any other photo of this sender."""
        digest = hashlib.sha256((f"sender:{self.sender}" if self.sender else f"negative:{self.file}").encode())
        return int(digest.hexdigest()[:8], 16) % HELD_OUT_SHARE == 0


@dataclass(frozen=True)
class Found:
    """Whether each of the up to five nearest to a photo is of a right type, by what was searched with."""

    photo: LabelledPhoto
    is_right: dict[str, list[bool]]


def read_photos(labels: Path, kinds: Path | None, held_out: bool) -> list[LabelledPhoto]:
    """The photos of a table with the columns file, label and (where known) sender, each once.

    `kinds` is a TOML file of the article types that are right for a label; without it a label is the name of its type.
    Raises UnusableFile and OSError.
    """
    types = _read_kinds(kinds) if kinds else None
    photos = {}
    for file, label, sender in _rows(labels):
        right = [label] if types is None else types.get(label, [])
        photos[file] = LabelledPhoto(file, label, sender, frozenset(map(str.casefold, filter(None, right))))
    return [photo for photo in photos.values() if photo.is_held_out or not held_out]


def is_right(photo: LabelledPhoto, types: Collection[str]) -> list[bool]:
    """Whether each of the article types that were found is right."""
    return [name.casefold() in photo.types for name in types]


def score(found: list[Found]) -> dict[str, dict]:
    """For each way of searching the share of right types among the five nearest, and of photos with any right."""
    people = np.array([one.photo.person for one in found])
    ways = found[0].is_right if found else ()
    return {way: _figures([one.is_right[way] for one in found], people) for way in ways}


def score_labels(found: list[Found]) -> list[dict]:
    """The same for each label, the most frequent first."""
    by_label: dict[str, list[Found]] = {}
    for one in found:
        by_label.setdefault(one.photo.label, []).append(one)
    return [
        {"label": label, "photos": len(some), "people": len({one.photo.person for one in some}), "ways": score(some)}
        for label, some in sorted(by_label.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def lines(ways: dict[str, dict]) -> Iterator[str]:
    """What `score` tells, for a terminal."""
    for way, shares in ways.items():
        figures = "  ".join(f"{name} {Share(**share)}" for name, share in shares.items())
        yield f"  {way:22} {figures}"


def _figures(is_right: list[list[bool]], people: np.ndarray) -> dict[str, dict | None]:
    values = {
        f"type@{NEIGHBOURS}": np.array([sum(some) / max(len(some), 1) for some in is_right]),
        f"any of {NEIGHBOURS}": np.array([any(some) for some in is_right], float),
    }
    return {figure: told(some, people) for figure, some in values.items()}


def told(values: np.ndarray, people: np.ndarray) -> dict | None:
    """A `Share` for JSON."""
    known = share(values, people)
    return asdict(known) if known else None


def _rows(path: Path) -> Iterator[tuple[str, str, str]]:
    """(file, label, sender) of each line."""
    table = read_table(path)
    places = {name.casefold(): place for place, name in enumerate(table.header)}
    if missing := [name for name in NEEDED if name not in places]:
        raise UnusableFile(f"{path.name} has no column {' and '.join(missing)}; it needs {' and '.join(NEEDED)}")
    for record in table.records:
        file, label, sender = (_cell(record.cells, places.get(name)) for name in COLUMNS)
        if record.error or not file:
            raise UnusableFile(f"line {record.line} of {path.name} names no file {record.error}".strip())
        yield file, label, sender


def _cell(cells: list[str], place: int | None) -> str:
    return cells[place].strip() if place is not None and place < len(cells) else ""


def _read_kinds(path: Path) -> dict[str, list[str]]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnusableFile(f"{path.name} is no TOML: {error}") from error
    for label, types in table.items():
        if not isinstance(types, list) or not all(isinstance(name, str) for name in types):
            raise UnusableFile(f'{path.name} needs lines like "{label}" = ["Shirts", "Tops"]')
    return table
