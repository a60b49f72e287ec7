"""Rows that are one product: its sizes and colours, as Shopify, WooCommerce and Google's feeds write them.

In the copy of a table such rows are put together, wherever in the file they stand: the first one is the product's, and
holds what the others tell. What is kept in memory of a row is two numbers.
"""

import json
import re
import unicodedata
from array import array
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from itertools import compress
from typing import BinaryIO

import numpy as np

from catalog.importing import offers, publishing
from catalog.importing.tables import Record, Table
from catalog.importing.values import clean, is_nothing, key
from catalog.terms import MOST_FURTHER_PICTURES

OPTIONS = (1, 2, 3)
COLUMNS: dict[str, tuple[str, ...]] = {
    "group": ("itemgroupid", "parentsku"),
    "record_id": (),
    "variant_picture": ("variantimage", "variantimageurl"),
    "picture_position": ("imageposition",),
    **{
        f"option{number}_name": (f"option{number}name", f"attribute{number}name", f"attribut{number}name")
        for number in OPTIONS
    },
    **{
        f"option{number}_value": (f"option{number}value", f"attribute{number}values", f"attribut{number}werte")
        for number in OPTIONS
    },
}
"""What tells which rows are one product and what tells them apart, with the names that its column may have."""
MOST = 500
"""So many rows are put together; those beyond are rows of their own."""
MOST_PICTURES = 40
PICTURE_NAMES = (
    *("image", "imageurl", "imagelink", "imagesrc", "picture", "pictureurl", "photo", "photourl"),
    *("bild", "bildurl", "foto", "imagen", "immagine"),
)
NUMBERED = {
    f"picture_{number}": tuple(f"{name}{number}" for name in PICTURE_NAMES)
    for number in range(2, MOST_FURTHER_PICTURES + 2)
}
"""Columns of one further picture each, with the names that they may have."""
PICTURES = ("picture_addresses", "further_picture_addresses", *NUMBERED)
"""The fields that name pictures, in their order"""
SIZES = frozenset(
    {"size", "sizes", "shoesize", "clothingsize", "grosse", "groesse", "taille", "pointure", "talla", "taglia", "maat"}
)
COLOURS = frozenset({"color", "colors", "colour", "colours", "farbe", "couleur", "colore", "kleur", "cor"})
_OWN = frozenset(
    {*offers.PRICES, "sale_dates", "sale_starts_at", "sale_ends_at", "availability", "stock", "size", "base_colour"}
    | {"variant_picture", "picture_position", *PICTURES}
    | {f"option{number}_value" for number in OPTIONS}
)
"""What a variant has for itself, and does not take from the first row of its product"""

Cells = dict[str, str]
"""From fields to the texts of their cells"""


def cells_of(row: list[str], mapping: Mapping[str, int], names: Cells | None = None) -> Cells:
    """What a row says of an offer, with the size and the colour that its options are.

    `names` are those of the options, where the row itself does not say them.
    """
    wanted = (*offers.COLUMNS, *publishing.COLUMNS, *COLUMNS, "base_colour", *PICTURES)
    cells = {field: row[mapping[field]] for field in wanted if field in mapping and mapping[field] < len(row)}
    for number in OPTIONS:
        name = plain(cells.get(f"option{number}_name") or (names or {}).get(f"option{number}_name", ""))
        value = cells.get(f"option{number}_value", "")
        if name in SIZES:
            cells["size"] = value
        elif name in COLOURS and not ("record_id" in mapping and "," in value):
            # WooCommerce names all colours of a product in one cell.
            cells["option_colour"] = value
    return cells


def plain(name: str) -> str:
    """The name of a column, or of an option, without what people write differently."""
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", name).casefold())


def put_together(table: Table, mapping: Mapping[str, int]) -> int:
    """Puts the rows of each product together in the copy of a table; returns how many became parts of others."""
    if not any(field in mapping for field in ("group", "option1_value")):
        return 0
    places, keys = _index(table, mapping)
    _, first, groups = np.unique(keys, return_index=True, return_inverse=True)
    if len(first) == len(keys):
        return 0
    starts = first[groups]
    order = np.argsort(starts, kind="stable")
    ends = np.flatnonzero(np.diff(starts[order], append=-1)) + 1
    unfinished = table.path.with_suffix(".part")
    written = 0
    with table.path.open("rb") as rows, unfinished.open("w", encoding="ascii") as stream:
        for start, end in zip([0, *ends], ends, strict=False):
            for begin in range(start, end, MOST):
                some = [places[number] for number in order[begin : min(begin + MOST, end)]]
                for line in _joined([_record_at(rows, place) for place in some], mapping):
                    stream.write(json.dumps(line) + "\n")
                    written += 1
    unfinished.replace(table.path)
    return len(keys) - written


def _record_at(rows: BinaryIO, place: int) -> Record:
    if rows.tell() != place:
        rows.seek(place)
    return Record(*json.loads(rows.readline()))


def _index(table: Table, mapping: Mapping[str, int]) -> tuple[array, np.ndarray]:
    """(Where each row begins, a number that rows of one product share)."""
    places, keys = array("q"), array("q")
    with table.records() as records:
        place = records.place
        for record in records:
            shared = "" if record.error or len(record.cells) > len(table.header) else _key(record.cells, mapping)
            # Of a million products two share eight bytes once in thirty million imports.
            content = f"p {shared}" if shared else f"r {place}"
            keys.append(
                int.from_bytes(blake2b(content.encode("utf-8", "replace"), digest_size=8).digest(), signed=True)
            )
            places.append(place)
            place = records.place
    return places, np.array(keys, np.int64)


def _key(row: list[str], mapping: Mapping[str, int]) -> str:
    """What rows of one product share; "" for a row that is alone."""
    cells = {field: clean(row[column]) for field, column in mapping.items() if column < len(row) and field in _KEYS}
    group = cells.get("group", "")
    if not is_nothing(group):
        return group
    if "record_id" in mapping:
        # WooCommerce names the parent by its sku, or by its number where it has none.
        return cells.get("sku") or f"id:{cells.get('record_id', '')}"
    return "" if "group" in mapping else cells.get("sku", "")


_KEYS = frozenset({"group", "record_id", "sku"})


def _joined(records: list[Record], mapping: Mapping[str, int]) -> Iterator[list]:
    """The lines of the copy of one product's rows: one, or one for each colour that has pictures of its own."""
    records = _published(records, mapping)
    if len(records) == 1:
        (record,) = records
        yield [record.line, record.cells, record.error] if record.error else [record.line, record.cells]
        return
    head = next((one for one in records if _is_parent(one, mapping)), records[0])
    names = cells_of(head.cells, mapping)
    told = [(record, _of_any_size(cells_of(record.cells, mapping, names), names)) for record in records]
    variants = [(record, cells) for record, cells in told if record is not head or not _is_parent(head, mapping)]
    by_colour = _by_colour([cells for _, cells in variants])
    for colour, chosen in by_colour.items():
        own = [(record, cells) for (record, cells), named in zip(variants, chosen, strict=True) if named]
        base = _filled(own[0][0] if colour else head, head, mapping)
        pictures = own if colour else told
        shown = {field: _addresses(field, [cells for _, cells in pictures]) for field in PICTURES if field in mapping}
        for field, addresses in shown.items():
            base[mapping[field]] = addresses
        lines = [[record.line, cells] for record, cells in own if _is_offered(cells)]
        yield [own[0][0].line if colour else head.line, base, "", lines, colour]


def _published(records: list[Record], mapping: Mapping[str, int]) -> list[Record]:
    """The rows without variants that are not published, as long as there are others.

    Shopify says it in a product's first row alone.
    """
    first = cells_of(records[0].cells, mapping)
    kept = [
        record
        for record in records
        if _is_parent(record, mapping)
        or publishing.is_published(
            first | {name: cell for name, cell in cells_of(record.cells, mapping).items() if cell}
        )
    ]
    return kept if any(not _is_parent(record, mapping) for record in kept) else records


def _of_any_size(cells: Cells, names: Cells) -> Cells:
    """The cells, with all sizes of the product where WooCommerce's variation says none, which is of any."""
    if "record_id" in names and "size" in names and is_nothing(clean(cells.get("size", ""))):
        return cells | {"size": names["size"]}
    return cells


def _is_parent(record: Record, mapping: Mapping[str, int]) -> bool:
    """Whether a row of a product of several is the product alone, and none of its sizes, as in WooCommerce."""
    column = mapping.get("group", len(record.cells))
    return "record_id" in mapping and (column >= len(record.cells) or is_nothing(clean(record.cells[column])))


def _is_offered(cells: Cells) -> bool:
    """Whether a row is a variant; some rows only have another picture."""
    told = ("size", "option_colour", *offers.PRICES, *(f"option{number}_value" for number in OPTIONS))
    return any(not is_nothing(clean(cells.get(field, ""))) for field in told)


def _colour(cells: Cells) -> str:
    colour = clean(cells.get("option_colour") or cells.get("base_colour", ""))
    return "" if is_nothing(colour) else colour


def _by_colour(variants: list[Cells]) -> dict[str, list[bool]]:
    """For each colour that has a picture of its own, which of the variants it is; all of them under "" otherwise."""
    pictures: dict[str, str] = {}
    written: dict[str, str] = {}
    offered = [_is_offered(cells) for cells in variants]
    colours = [_colour(cells) for cells in variants]
    keys = [key("base_colour", colour) for colour in colours]
    for cells, colour, folded in compress(zip(variants, colours, keys, strict=True), offered):
        picture = clean(cells.get("variant_picture") or cells.get("picture_addresses", ""))
        written.setdefault(folded, colour)
        pictures[folded] = pictures.get(folded) or picture
    known = [picture for picture in pictures.values() if picture]
    if len(pictures) < 2 or "" in pictures or len(set(known)) < len(pictures):
        return {"": [True] * len(variants)}
    return {
        colour: [is_offered and one == folded for is_offered, one in zip(offered, keys, strict=True)]
        for folded, colour in written.items()
    }


def _filled(record: Record, head: Record, mapping: Mapping[str, int]) -> list[str]:
    """A row's cells, with what the product's first row says of the whole product."""
    own = {mapping[field] for field in _OWN if field in mapping}
    is_below = _is_parent(head, mapping) and record is not head
    cells = [*record.cells, *[""] * (len(head.cells) - len(record.cells))]
    for column, above in enumerate(head.cells):
        if column not in own and above.strip() and (is_below or not cells[column].strip()):
            cells[column] = above
    return cells


def _place(cells: Cells) -> int:
    """Of a row's picture among those of its product, as Shopify says it; rows that do not say it keep their order."""
    text = clean(cells.get("picture_position", ""))
    return int(text) if text.isdecimal() and len(text) < 5 else 0


def _addresses(field: str, several: list[Cells]) -> str:
    if field == "picture_addresses":
        several = sorted(several, key=_place)
    found = [cells.get(field, "").strip() for cells in several]
    if field == "picture_addresses":
        # Whatever shows the variant itself comes first.
        variants = [cells.get("variant_picture", "").strip() for cells in several]
        found = [*found, *variants] if len(set(map(_colour, several))) > 1 else [*variants, *found]
    return "\n".join(list(dict.fromkeys(filter(None, found)))[:MOST_PICTURES])
