"""Whose picture a file is: from the names of files and folders to skus."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from django.utils.translation import gettext

from catalog.importing.ids import Damages
from catalog.importing.own import Skus
from catalog.importing.pictures import PictureFile, Pictures, Refused, folded, stems_of
from catalog.importing.reading import Mapping, RowReader, StyleRow, read_rows
from catalog.importing.survey import Survey
from catalog.importing.tables import Table
from catalog.models import Product
from catalog.terms import MOST_FURTHER_PICTURES

FIRST_VIEWS = ("main", "front", "primary", "cover")
VIEW = (
    r"(?:main|primary|cover|front|back|rear|side|left|right|top|bottom|detail|zoom|close|closeup|alt|alternate|"
    r"model|worn|look|flat|hover|view|image|img|picture|pic|photo|copy)"
)
VIEW_OF = re.compile(
    rf"(?P<of>.*?)(?:[\s_.,-]+(?:{VIEW}[\s_-]*\d{{0,3}}|\d{{1,3}}|[a-z])|\s*[(\[]\d{{1,3}}[)\]])", re.DOTALL
)
"""A file's name, folded, that says with which sku it begins, and which view of it this is."""
VIEW_ALONE = re.compile(rf"(?:{VIEW}[\s_-]*)?\d{{0,3}}|[a-z]")
SLASH = re.compile(r"[\\/]")
NAME_LENGTH_LIMIT = 200
UNFIT = re.compile(r'[\\/:*?"<>|]')
"""Signs that skus may have and the names of files may not."""


class Owned:
    """The pictures of each product of a table, its own one first, and the files that are nobody's.

    `skus` are those of the table's rows in their order. Pictures of `refused` rows and of `others` of the shop are not
    theirs. `named` are files that rows name, whatever they are called; `addressed` are names that the addresses of rows
    end with, each of one address alone.
    """

    def __init__(
        self,
        files: Iterable[PictureFile],
        skus: Iterable[str],
        refused: Collection[str] = (),
        others: Collection[str] = (),
        named: Iterable[str] = (),
        addressed: Iterable[str] = (),
    ):
        self.left_out: list[Refused] = []
        self.without_row: list[PictureFile] = []
        self._wanted = dict.fromkeys(skus)
        self._named: dict[str, PictureFile | None] = dict.fromkeys(map(_file_name, named))
        self._addressed: dict[str, list[PictureFile]] = {name: [] for name in addressed}
        # Rows without an id have no pictures.
        self._refused = set(refused) - {""} - self._wanted.keys()
        self._skus = _by_form([*self._wanted, *self._refused, *others])
        self._has_slashes = any(SLASH.search(sku) for sku in self._wanted)
        self._own: dict[str, list[PictureFile]] = defaultdict(list)
        self._views: dict[str, list[PictureFile]] = defaultdict(list)
        for file in files:
            self._give(file)
        for several in self._addressed.values():
            if len(several) > 1:
                self.without_row.extend(several)
        self._of = {sku: self._in_order(sku) for sku in {**self._own, **self._views}}

    def of(self, sku: str) -> list[PictureFile]:
        return self._of.get(sku, [])

    def named_by(self, row: StyleRow) -> list[PictureFile]:
        """The files that the row names, as far as they came, in its order."""
        named = [file for text in row.picture_addresses if (file := self._named.get(_file_name(text)))]
        return named[: MOST_FURTHER_PICTURES + 1]

    def of_row(self, row: StyleRow) -> list[PictureFile]:
        """Those; or where none came, the files of its product; or those that are called as in its addresses."""
        return self.named_by(row) or self.of(row.sku) or self._addressed_by(row)

    def _addressed_by(self, row: StyleRow) -> list[PictureFile]:
        several = (self._addressed.get(_name_in(text), []) for text in row.picture_addresses if "//" in text)
        return [files[0] for files in several if len(files) == 1][: MOST_FURTHER_PICTURES + 1]

    def lacks(self, row: StyleRow) -> list[str]:
        """What of the row's pictures did not come as a file of that name."""
        return [text for text in row.picture_addresses if not self._named.get(_file_name(text))]

    def _give(self, file: PictureFile) -> None:
        is_named = any(self._note_name(_file_name(reading), file) for reading in file.readings)
        sku, is_own = self._owner(file)
        if sku in self._wanted:
            (self._own if is_own else self._views)[sku].append(file)
        elif sku not in self._refused and not is_named:
            names = map(_file_name, file.readings)
            next((self._addressed[name] for name in names if name in self._addressed), self.without_row).append(file)

    def _note_name(self, name: str, file: PictureFile) -> bool:
        """Whether a row names the file so; of several of a name the first one counts."""
        if name in self._named and self._named[name] is None:
            self._named[name] = file
        return name in self._named

    def _owner(self, file: PictureFile) -> tuple[str, bool]:
        """(The sku, "" for nobody's; whether the file is called so and is no view of it)."""
        if file.stem in self._wanted and not VIEW_ALONE.fullmatch(file.stem):
            return file.stem, True
        return next((found for found in map(self._owner_by, file.readings) if found[0]), ("", False))

    def _owner_by(self, reading: str) -> tuple[str, bool]:
        folders = [folded(folder) for folder in reading.split("/")[:-1]]
        stems = [folded(stem) for stem in stems_of(reading)]
        if self._has_slashes and (sku := self._called_by_path(folders, stems[0])):
            return sku, True
        in_folder = self._first(reversed(folders))
        if in_folder and VIEW_ALONE.fullmatch(stems[0]):
            return in_folder, False
        if sku := self._first(stems):
            return sku, True
        return self._first(base for stem in stems for base in _bases(stem)) or in_folder, False

    def _first(self, names: Iterable[str]) -> str:
        """The sku of the first of these names that is one; "" where none is."""
        return next((self._skus[name] for name in names if name in self._skus), "")

    def _called_by_path(self, folders: list[str], stem: str) -> str:
        """The sku like AB/12 that folders and name say together."""
        return self._first("/".join([*folders[start:], stem]) for start in range(len(folders)))

    def _in_order(self, sku: str) -> list[PictureFile]:
        own = sorted(self._own.get(sku, []), key=lambda file: (file.stem != sku, not file.has_known_suffix))
        views = [file for _, file in sorted(enumerate(self._views.get(sku, [])), key=_natural)]
        self._leave_out(
            own[1:], gettext("is another picture of {sku}; the first one of that name counts").format(sku=sku)
        )
        self._leave_out(
            views[MOST_FURTHER_PICTURES + (not own) :],
            gettext("is more than {most} further pictures of {sku}").format(most=MOST_FURTHER_PICTURES, sku=sku),
        )
        return [*own[:1], *views[: MOST_FURTHER_PICTURES + (not own)]]

    def _leave_out(self, files: list[PictureFile], reason: str) -> None:
        self.left_out.extend(Refused(file.name, reason) for file in files)


def open_pictures(places: Iterable[str], table: Table, mapping: Mapping, damages: Damages) -> tuple[Pictures, Owned]:
    """The pictures that came with a table, and whose they are; the same ones again while the files are as they were.

    They stay open in this process until others are asked for, or for `close_pictures`. Raises UnusableFile.
    """
    paths = (table.path, *map(Path, places))
    stamps = tuple((path, path.stat().st_mtime_ns if path.exists() else 0) for path in paths)
    return _open_pictures(stamps, tuple(table.header), table.separator, tuple(sorted(mapping.items())), damages)


def close_pictures() -> None:
    """Lets go of what `open_pictures` has kept open."""
    _open_pictures.cache_clear()


@lru_cache(maxsize=1)
def _open_pictures(
    stamps: tuple[tuple[Path, int], ...],
    header: tuple[str, ...],
    separator: str,
    mapping: tuple[tuple[str, int], ...],
    damages: Damages,
) -> tuple[Pictures, Owned]:
    (path, _), *places = stamps
    pictures = Pictures(*(place for place, _ in places))
    table = Table(path, list(header), separator)
    rows, refused, named, addressed = _told_by(table, dict(mapping), damages) if pictures.files else _Told()
    others = {file.stem for file in pictures.files}.difference(rows, refused)
    of_the_shop = Product.objects.filter(sku__in=others).values_list("sku", flat=True)
    return pictures, Owned(pictures.files, rows, refused, of_the_shop, named, addressed)


class _Told(NamedTuple):
    """What a table tells of pictures."""

    skus: Sequence[str] = ()
    """Of the rows"""
    refused: Collection[str] = ()
    """The ids of refused rows"""
    named: Collection[str] = ()
    """The files that rows name"""
    addressed: Collection[str] = ()
    """The names that addresses end with, but for those that several addresses share"""


def _told_by(table: Table, mapping: Mapping, damages: Damages) -> _Told:
    """Nothing where no column holds the ids."""
    if "sku" not in mapping:
        return _Told()
    taken: list[str] = []
    refused: set[str] = set()
    named: dict[str, None] = {}
    addresses: dict[str, str] = {}
    reader = RowReader(table.header, table.separator, mapping, repair=True, survey=Survey(damages))
    skus = Skus()
    with table.records() as records:
        for row in read_rows(records, reader):
            row = skus.as_known(row)
            if not isinstance(row, StyleRow):
                refused.add(row.sku)
                continue
            taken.append(row.sku)
            for text in row.picture_addresses:
                if "//" not in text:
                    named[text] = None
                elif addresses.setdefault(name := _name_in(text), text) != text:
                    addresses[name] = ""
    return _Told(taken, refused, named, [name for name, address in addresses.items() if name and address])


def _name_in(address: str) -> str:
    """The file's name that an address ends with, as names are compared."""
    return folded(unquote(re.split(r"[?#]", address, maxsplit=1)[0].rpartition("/")[2]))


def _file_name(text: str) -> str:
    """A file's name, without its folders, as names are compared."""
    return folded(SLASH.split(text)[-1])


def _by_form(skus: Iterable[str]) -> dict[str, str]:
    """What the name of a file may make of each sku; a sku that is called so goes before one that became so."""
    forms = {folded(sku): sku for sku in reversed([*skus])}
    forms.pop("", None)
    for form, sku in list(forms.items()):
        if UNFIT.search(form):
            for sign in ("_", "-", "", " "):
                forms.setdefault(folded(UNFIT.sub(sign, form)), sku)
    return forms


def _bases(stem: str) -> Iterator[str]:
    """What a name is without the view at its end: 79201 of 79201_1, 79201-back or 79201 (2); twice at most."""
    for _ in range(2):
        match = VIEW_OF.fullmatch(stem) if len(stem) <= NAME_LENGTH_LIMIT else None
        if not match or not match["of"]:
            return
        yield (stem := match["of"])


def _natural(numbered: tuple[int, PictureFile]) -> tuple:
    """A key that puts main views first, and 2 before 10."""
    number, file = numbered
    name = folded(file.name)
    parts = re.split(r"(\d+)", name)
    is_first = any(view in name.rpartition("/")[2] for view in FIRST_VIEWS)
    return not is_first, [(part.isdecimal(), int(part[:18]) if part.isdecimal() else 0, part) for part in parts], number
