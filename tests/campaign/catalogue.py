"""The files that are imported: generations of one catalogue, so that each import has something to change.

In every generation each product has another product's picture and a name of its own, and every third one a second
picture. The first half of the products comes as a table beside a folder, for the command; the second one as a table and
a zip, for the import desk.
"""

import csv
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.pictures import as_file, drawing, style

Row = dict[str, str]
STEP = 7
"""So many products further is whose picture comes next."""
TORN_EVERY = 50
"""Every so many pictures one is torn for good, which is its own fault."""


class Files(NamedTuple):
    """A table, and the folder or zip of its pictures."""

    styles: Path
    images: Path


@dataclass(frozen=True)
class Half:
    """Some products, and as many pictures, (suffix, bytes) each."""

    rows: list[Row]
    pictures: list[tuple[str, bytes]]

    def write(self, folder: Path, generation: int, zipped: bool) -> Files:
        """The files of a generation, in a folder that is made for it."""
        folder.mkdir(parents=True)
        styles, images = folder / "styles.csv", folder / ("images.zip" if zipped else "images")
        with styles.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, self.rows[0])
            writer.writeheader()
            writer.writerows(self._row(row, generation) for row in self.rows)
        if zipped:
            with zipfile.ZipFile(images, "w") as archive:
                for name, content in self._named(generation):
                    archive.writestr(name, content)
        else:
            images.mkdir()
            for name, content in self._named(generation):
                (images / name).write_bytes(content)
        return Files(styles, images)

    @property
    def skus(self) -> list[str]:
        return [row["id"] for row in self.rows]

    def _row(self, row: Row, generation: int) -> Row:
        return {**row, "productDisplayName": f"{row['productDisplayName']} {generation}"}

    def _named(self, generation: int) -> Iterable[tuple[str, bytes]]:
        for number, sku in enumerate(self.skus):
            turn = number + STEP * generation
            suffix, content = self.pictures[turn % len(self.pictures)]
            yield f"{sku}{suffix}", content
            if number % 3 == 0:
                suffix, content = self.pictures[(turn + 1) % len(self.pictures)]
                yield f"{sku}_2{suffix}", content


def halves(rows: list[Row], pictures: list[tuple[str, bytes]]) -> tuple[Half, Half]:
    """(for the command, for the desk), with some pictures torn."""
    pictures = [_torn(picture) if number % TORN_EVERY == 1 else picture for number, picture in enumerate(pictures)]
    middle = len(rows) // 2
    return Half(rows[:middle], pictures[:middle]), Half(rows[middle:], pictures[middle:])


def drawn(products: int) -> tuple[Half, Half]:
    """A catalogue of quick drawings."""
    rows = [style(f"{number:05}") for number in range(1, products + 1)]
    return halves(rows, [(".jpg", as_file(drawing(number, (300, 400)))) for number in range(products)])


def read(styles: Path, images: Path, products: int) -> tuple[Half, Half]:
    """The first products of a styles.csv that have a picture in a zip or a folder."""
    content = dict(_pictures(images))
    with styles.open(newline="", encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if None not in row and row["id"] in content][:products]
    return halves(rows, [content[row["id"]] for row in rows])


def _pictures(images: Path) -> Iterable[tuple[str, tuple[str, bytes]]]:
    """(id, (suffix, bytes)) of each."""
    if images.is_dir():
        for path in images.iterdir():
            yield path.stem, (path.suffix, path.read_bytes())
    else:
        with zipfile.ZipFile(images) as archive:
            for name in archive.namelist():
                yield Path(name).stem, (Path(name).suffix, archive.read(name))


def _torn(picture: tuple[str, bytes]) -> tuple[str, bytes]:
    suffix, content = picture
    return suffix, content[: len(content) // 2]
