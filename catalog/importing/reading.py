"""From the records of a table to products: which column is what, and what is wrong with a row.

Nothing here touches the database; `writing` does.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

from django.utils.translation import gettext

from catalog.attributes import ATTRIBUTES, CATEGORY_LEVELS
from catalog.importing import publishing, variants
from catalog.importing.formats import read_table
from catalog.importing.ids import LostDigits, repaired
from catalog.importing.offers import COLUMNS, LinkPattern, Told, put_together, read_offer
from catalog.importing.survey import UNIFIED, Survey, take_survey
from catalog.importing.tables import Record, UnusableFile, listed, printable
from catalog.importing.values import LEVELS, clean, gender_in, inside, is_nothing, key, path_of, steps, unescaped
from catalog.vocabulary import VOCABULARY

FIELDS = {
    "sku": (
        *("id", "sku", "productid", "articleid", "itemid", "articlenumber", "articleno", "itemnumber", "code"),
        *("productsku", "itemsku", "productcode", "itemcode", "handle", "urlhandle", "variantsku"),
        *("artikelnummer", "artikelnr", "artnr", "artikelid", "artikelcode", "produktnummer", "produktnr", "produktid"),
        *("reference", "ref", "referenceproduit", "refproduit", "referencearticle", "refarticle", "codearticle"),
        *("codeproduit", "idproduit", "idarticle", "numeroarticle", "numerodarticle"),
        *("referencia", "referenciaproducto", "codigo", "codigoproducto", "codigodeproducto", "codigoarticulo"),
        *("codigodearticulo", "idproducto", "idarticulo"),
        *("skunumber", "skuno", "skucode", "skuid", "itemno", "productnumber", "productno", "articlecode"),
        *("styleid", "stylecode", "stylenumber", "styleno", "bestellnummer", "bestellnr", "modellnummer", "modellnr"),
        *("codice", "codiceprodotto", "codicearticolo", "riferimento", "idprodotto", "idarticolo", "numeroarticolo"),
    ),
    "name": (
        *("productdisplayname", "displayname", "productname", "name", "title", "producttitle", "itemname", "itemtitle"),
        *("articlename", "articletitle", "stylename", "styletitle", "displaytitle", "listingtitle", "shorttitle"),
        *("produktname", "artikelname", "produkttitel", "artikeltitel", "titel", "produktbezeichnung"),
        *("artikelbezeichnung", "bezeichnung", "nom", "nomproduit", "nomduproduit", "nomarticle", "titre"),
        *("titreproduit", "designation", "libelle", "nombre", "nombreproducto", "nombredelproducto"),
        *("nombrearticulo", "titulo", "nome", "nomeprodotto", "nomedelprodotto", "nomearticolo", "titolo"),
    ),
    **CATEGORY_LEVELS,
    **{attribute.name: attribute.columns for attribute in ATTRIBUTES},
    "picture_addresses": (
        *("images", "imagesrc", "imagelink", "imageurl", "imageurls", "imagelinks", "pictureurl", "pictureurls"),
        *("mainimageurl", "mainimage", "productimageurl", "productimage", "productimages", "featuredimage", "imgurl"),
        *("photourl", "photos", "pictures", "picture", "image", "img", "photo"),
        *(f"{name}1" for name in variants.PICTURE_NAMES),
        *("bild", "bilder", "bildurl", "bildlink", "bildadresse", "produktbild", "produktbilder", "artikelbild"),
        *("hauptbild", "foto", "fotos", "imageprincipale", "imageproduit", "urlimage", "lienimage", "liendelimage"),
        *("imagen", "imagenes", "imagenprincipal", "imagenproducto", "urlimagen", "enlaceimagen", "enlacedeimagen"),
        *("immagine", "immagini", "immagineprincipale", "immagineprodotto", "urlimmagine", "linkimmagine"),
    ),
    "further_picture_addresses": (
        *("additionalimagelink", "additionalimagelinks", "additionalimageurls", "additionalimages", "galleryimages"),
        *("gallery", "otherimageurls", "moreimages", "furtherimages", "furtherpictures"),
        *("weiterebilder", "zusatzbilder", "zusatzlichebilder", "zusaetzlichebilder", "galerie", "bildergalerie"),
        *("autresimages", "imagessupplementaires", "imagesadditionnelles", "otrasimagenes", "masimagenes"),
        *("imagenesadicionales", "galeria", "altreimmagini", "immaginiaggiuntive", "galleria"),
    ),
    **variants.NUMBERED,
    "age_group": ("agegroup", "googleshoppingagegroup", "altersgruppe"),
    **COLUMNS,
    **publishing.COLUMNS,
    **variants.COLUMNS,
}
"""What a product is told to be, with the names, letters without accents and digits only, that its column may have.

No EAN is an id: each size of a product has one of its own.
"""
EXPORTS: tuple[tuple[str, dict[str, tuple[str, ...]], str], ...] = (
    # WooCommerce's id is WordPress', and its type says how a product is sold. The header is in the shop's language.
    *(
        (
            mark,
            {"sku": (sku, "id"), "article_type": (), "record_id": ("id",), "group": parents},
            "?p={id}",
        )
        for mark, sku, parents in (
            ("visibilityincatalog", "sku", ("parent",)),
            ("sichtbarkeitimkatalog", "artikelnummer", ("ubergeordnetesprodukt", "ubergeordnet")),
        )
    ),
    # Shopify's rows of one handle are one product; its sku is a variant's.
    ("option1name", {"sku": ("handle", "urlhandle", "variantsku", "sku")}, "products/{handle}"),
)
"""By a column that an export alone has, what is called otherwise in it, and how such shops address their products."""
SKU_LENGTH_LIMIT = 255
"""As long as handles of Shopify may be"""
VALUE_LENGTH_LIMIT = 100
NAME_LENGTH_LIMIT = 255
LENGTH_LIMITS = {"name": NAME_LENGTH_LIMIT, **dict.fromkeys(variants.PICTURES, 20_000)}
BETWEEN_ADDRESSES = re.compile(r"[\s,;|]+(?=(?:https?:)?//)|[\r\n]+")
"""Addresses may have commas themselves."""
BETWEEN_NAMES = re.compile(r"[,;|]+")
LISTS_OF_PATHS = frozenset({"categories", "kategorien", "categorias", "categorie"})
"""The columns whose cells are several categories, parted by commas"""
TECHNICAL = frozenset(
    {"stock_policy", "stock_tracker", "visibility", *variants.COLUMNS, *variants.NUMBERED} - {"group"}
)
"""What exports alone have, and nobody chooses for a column of another file"""
CHILDREN = frozenset({"newborn", "infant", "toddler", "kids"})
"""The age groups of children, in Google's words"""
OFFERING = frozenset({*COLUMNS, *publishing.COLUMNS, *variants.COLUMNS})
"""The fields that are read together, as what a product is sold for"""
NUMBERS = {attribute.name: attribute.numbers for attribute in ATTRIBUTES if attribute.numbers}

_NO_ID = re.compile(r"#{3,}|=[A-Z.]+\(.*\)", re.IGNORECASE)
"""A column that is too narrow, and a formula"""

UNSEEN = frozenset({"Cf", "Mn", "Zs"})
"""Unicode's categories of signs that show nothing by themselves"""
LOST = frozenset({"unreadable row", "too few columns", "too many columns", "no id", "bad id"})
"""The kinds of issues of rows that may be any product's."""

Mapping = dict[str, int]
"""From a field to the number of its column."""


@dataclass(frozen=True, slots=True)
class StyleRow:
    """One product as a row tells it: only the fields that have a column, in the columns' order.

    Unknown values are empty, years None.
    """

    line: int
    sku: str
    values: dict[str, Any]
    is_repaired: bool = False
    written: str = ""
    """The id as the file writes it, where the shop writes it otherwise"""
    issues: tuple["RowIssue", ...] = ()
    """What of it is not taken"""
    is_published: bool = True
    """Whether the shop is to show it"""
    has_gender_of_path: bool = False
    """Whether its categories say for whom it is, and nothing else does"""

    @property
    def picture_addresses(self) -> list[str]:
        """Where its pictures are to be had from, its own one first, each once: addresses, and names of files."""
        cells = [str(self.values[field] or "") for field in variants.PICTURES if field in self.values]
        found = (text.strip(" ,;|") for cell in cells if cell for text in _pictures_in(cell))
        return [text for text in dict.fromkeys(found) if text]


def _pictures_in(cell: str) -> Iterator[str]:
    for text in BETWEEN_ADDRESSES.split(cell):
        yield from [text] if "//" in text else BETWEEN_NAMES.split(text)


@dataclass(frozen=True, slots=True)
class RowIssue:
    """A row, or a picture of a row, that could not be taken: what kind of problem, where, and why."""

    line: int | None
    sku: str
    kind: str
    reason: str
    column: str = ""
    value: str = ""

    @property
    def is_lost(self) -> bool:
        """Whether nobody can tell for sure which product the row is of."""
        return self.kind in LOST


class _BadRow(Exception):
    def __init__(self, kind: str, reason: str, column: str = "", value: str = ""):
        super().__init__(reason)
        self.kind, self.column, self.value = kind, column, value


def guess_mapping(header: list[str]) -> Mapping:
    """The columns whose names are known, each for the field it names best."""
    names = [variants.plain(name) for name in header]
    fields = dict(FIELDS)
    for mark, otherwise, _ in EXPORTS:
        fields |= otherwise if mark in names else {}
    mapping: Mapping = {}
    for field, known in fields.items():
        free = [name for name in known if name in names and names.index(name) not in mapping.values()]
        if free:
            mapping[field] = names.index(free[0])
    return mapping


def link_example(header: list[str], mapping: Mapping) -> str:
    """A pattern of links that may be the one of the shop that wrote such a file."""
    names = {variants.plain(name) for name in header}
    id_name = header[mapping["sku"]] if "sku" in mapping else ""
    known = (place for mark, _, place in EXPORTS if mark in names)
    return "https://shop.example.com/" + next(known, f"products/{{{id_name or 'id'}}}")


def _check_mapping(mapping: Mapping, header: list[str]) -> None:
    """Raises UnusableFile when no column holds the skus."""
    if "sku" not in mapping:
        raise UnusableFile(
            gettext(
                "no column of the first line holds the products' ids; call it id or sku, or name the "
                "columns where the line is missing. The columns are: {columns}"
            ).format(columns=listed(header))
        )


def read_styles(path: Path) -> Iterator[StyleRow | RowIssue]:
    """The rows of a table with columns of known names. Raises UnusableFile."""
    source = read_table(path)
    mapping = guess_mapping(source.header)
    lists = lists_of_paths(source.header, mapping)
    survey = take_survey(read_table(path).records, mapping, width=len(source.header), lists=lists)
    reader = RowReader(source.header, source.separator, mapping, repair=True, survey=survey)
    return read_rows(source.records, reader)


def read_rows(records: Iterable[Record], reader: "RowReader") -> Iterator[StyleRow | RowIssue]:
    """The records, each as a StyleRow or as the RowIssue that says what is wrong with it.

    Of the rows of one id the first one counts.
    """
    first_lines: dict[str, int] = {}
    for record in records:
        yield _refuse_if_repeated(reader.read(record), first_lines)


def refuse_repeated(rows: list[StyleRow | RowIssue], first_lines: dict[str, int]) -> list[StyleRow | RowIssue]:
    """The rows, with an issue for each one whose id was in a row before.

    `first_lines` says in which line each id was first; the new ones are added to it.
    """
    return [_refuse_if_repeated(row, first_lines) for row in rows]


def _refuse_if_repeated(row: StyleRow | RowIssue, first_lines: dict[str, int]) -> StyleRow | RowIssue:
    if isinstance(row, RowIssue):
        return row
    first = first_lines.setdefault(row.sku, row.line)
    if first == row.line:
        return row
    written = gettext("{written} is {sku}, which").format(written=row.written, sku=row.sku) if row.written else row.sku
    reason = gettext("id {written} was already in line {first}; the first one counts").format(
        written=written, first=first
    )
    return RowIssue(row.line, row.sku, "repeated id", reason)


class RowReader:
    """Reads each record of a table by itself.

    A record with more cells than columns is an issue, unless `repair` takes the surplus for the last column's, as it
    is where a separator in it was not quoted. A row that names no link has that of `links`, a pattern. Raises
    UnusableFile when no column holds the ids, or the pattern is none of the table's.
    """

    def __init__(
        self, header: list[str], separator: str, mapping: Mapping, repair: bool, survey: Survey, links: str = ""
    ):
        _check_mapping(mapping, header)
        self._header = header
        self._separator = separator
        self._mapping = dict(sorted(mapping.items(), key=lambda item: item[1]))
        self._survey = survey
        self._links = LinkPattern(links, header) if links else None
        self._sells = bool(links) or any(field in OFFERING for field in mapping)
        # Only a text that nobody searches by may take what is surplus; anything else would be falsified.
        self._repairs = repair and mapping.get("name") == len(header) - 1
        self._fewest = max((number for number, name in enumerate(header, 1) if name), default=0)

    def read(self, record: Record) -> StyleRow | RowIssue:
        if record.error:
            return RowIssue(
                record.line,
                self._sku(record),
                "unreadable row",
                gettext("the row cannot be read: {problem}").format(problem=record.error),
            )
        if self._is_header(record.cells):
            reason = gettext("the names of the columns again, as in the first line")
            return RowIssue(record.line, self._sku(record), "repeated header", reason)
        try:
            return self._parse(record)
        except _BadRow as error:
            return RowIssue(record.line, self._sku(record), error.kind, str(error), error.column, error.value)

    def _is_header(self, cells: list[str]) -> bool:
        """Whether these are the names of the columns again, as where files were put together."""
        column = self._mapping["sku"]
        is_alike = len(cells) > column and clean(cells[column][:1000]) == clean(self._header[column])
        return is_alike and all(clean(cell) == clean(name) for cell, name in zip(cells, self._header, strict=False))

    def _sku(self, record: Record) -> str:
        column = self._mapping["sku"]
        cell = record.cells[column] if column < len(record.cells) else ""
        with suppress(LostDigits):
            return printable(self._as_it_was(cell[:1000]))[:SKU_LENGTH_LIMIT]
        return printable(clean(cell[:1000]))[:SKU_LENGTH_LIMIT]

    def _as_it_was(self, cell: str) -> str:
        """The id before a spreadsheet had it. Raises LostDigits."""
        sku = clean(cell)
        # What begins with an apostrophe is a text for a spreadsheet, whatever it looks like.
        sku = sku.lstrip("'") if sku.lstrip("'").isdigit() else sku
        return repaired(sku, self._survey.damages)

    def _parse(self, record: Record) -> StyleRow:
        cells, is_repaired = self._fit(record.cells)
        sold = variants.cells_of(cells, self._mapping) if self._sells else {}
        if self._links and is_nothing(clean(sold.get("link", ""))):
            sold["link"] = self._links.link(cells)
        sku = ""
        values: dict[str, Any] = {}
        levels: dict[str, list[str]] = {}
        for field, column in self._mapping.items():
            name, text = self._header[column], cells[column]
            if field == "sku":
                sku = self._parse_sku(_product_id(record, text, sold), name)
            elif field in OFFERING:
                continue
            elif field in CATEGORY_LEVELS:
                levels[field] = inside(_parse_steps(text, name), self._survey.entrances.get(field, 0))
                values[field] = levels[field][0] if levels[field] else ""
            else:
                values[field] = _parse_value(field, text, name)
        if any(len(found) > 1 for found in levels.values()):
            values |= dict(zip_longest(LEVELS, path_of(levels), fillvalue=""))
        gender = "" if values.get("gender") else gender_in(chain.from_iterable(levels.values()))
        if gender:
            values["gender"] = gender
        if values.pop("age_group", "").lower() in CHILDREN and "gender" in values:
            values["gender"] = VOCABULARY.children.get(key("gender", values["gender"]), values["gender"])
        told, issues = self._offer(record, sku, sold) if self._sells else ({}, ())
        if colour := told.pop("colour", ""):
            values["base_colour"] = colour
        values = self._survey.spelt(values) | told
        is_published = publishing.is_published(sold)
        return StyleRow(
            record.line,
            sku,
            values,
            is_repaired,
            issues=issues,
            is_published=is_published,
            has_gender_of_path=bool(gender),
        )

    def _offer(self, record: Record, sku: str, sold: variants.Cells) -> tuple[Told, tuple[RowIssue, ...]]:
        """What the row is sold for, with all its variants, and what of that is not taken."""
        own = {field: printable(text) for field, text in sold.items()}
        if not record.variants:
            told, issues = self._read_offer(record.line, sku, own)
            return told | _colour([own]), tuple(issues)
        product = {field: text for field, text in own.items() if field in ("condition", "link", "description")}
        told, issues = self._read_offer(record.line, sku, product)
        offers = []
        for line, texts in record.variants:
            offered = {field: printable(text) for field, text in texts.items() if field not in product}
            offer, found = self._read_offer(line, sku, offered)
            offers.append(offer)
            issues += found
        colour = {"colour": record.part} if record.part else _colour([texts for _, texts in record.variants])
        return told | put_together(offers) | colour, tuple(issues)

    def _read_offer(self, line: int, sku: str, cells: dict[str, str]) -> tuple[Told, list[RowIssue]]:
        told, left_out = read_offer(cells, self._survey.written)
        issues = []
        for one in left_out:
            name = self._header[self._mapping[one.field]] if one.field in self._mapping else one.field
            value = cells.get(one.field, "")[:VALUE_LENGTH_LIMIT]
            issues.append(RowIssue(line, sku, one.kind, f"{name} {one}", name, value))
        return told, issues

    def _fit(self, cells: list[str]) -> tuple[list[str], bool]:
        """(One cell for each column, whether the row had to be repaired for that)."""
        wanted = len(self._header)
        # Spreadsheets end every row with the same separators.
        while len(cells) > wanted and not cells[-1].strip():
            cells = cells[:-1]
        if len(cells) < self._fewest:
            raise _BadRow(
                "too few columns", gettext("has {cells} of {wanted} columns").format(cells=len(cells), wanted=wanted)
            )
        if len(cells) <= wanted:
            return [*cells, *[""] * (wanted - len(cells))], False
        if not self._repairs or not self._is_name_cut(cells):
            raise _BadRow(
                "too many columns",
                gettext("has {cells} cells for {wanted} columns").format(cells=len(cells), wanted=wanted),
            )
        return [*cells[: wanted - 1], self._separator.join(cells[wanted - 1 :])], True

    def _is_name_cut(self, cells: list[str]) -> bool:
        """Whether the cells before the name fit into their columns, so that the name is in several cells."""
        last = len(self._header) - 1
        chosen = {field: column for field, column in self._mapping.items() if field in UNIFIED}
        texts = {field: clean(cells[column]) for field, column in chosen.items()}
        if not all(is_nothing(text) or self._survey.fits(field, text) for field, text in texts.items()):
            return False
        # What begins the name may have been pushed there out of the column before it.
        before, pushed = cells[last - 1].strip(), clean(cells[last])
        is_pushed = any(
            column == last - 1 and self._survey.choices.get(field) and self._survey.fits(field, pushed)
            for field, column in chosen.items()
        )
        return not is_pushed and not (before.isdigit() and pushed.isdigit())

    def _parse_sku(self, text: str, column: str) -> str:
        _check_text(text, column)
        try:
            sku = self._as_it_was(text)
        except LostDigits:
            reason = gettext(
                "a spreadsheet has shortened id {sku} so that nobody can tell which it was; format the "
                "ids as text there, and save the table again"
            ).format(sku=text.strip()[:64])
            raise _BadRow("bad id", reason, column, text.strip()[:VALUE_LENGTH_LIMIT]) from None
        if is_nothing(sku) or all(unicodedata.category(sign) in UNSEEN for sign in sku[:1000]):
            raise _BadRow("no id", gettext("{column} holds no id").format(column=column), column, sku)
        if _NO_ID.fullmatch(sku[:1000]):
            reason = gettext("{sku} is what a spreadsheet shows or computes, and no id; save the table anew").format(
                sku=sku[:SKU_LENGTH_LIMIT]
            )
            raise _BadRow("bad id", reason, column, sku[:VALUE_LENGTH_LIMIT])
        if len(sku) > SKU_LENGTH_LIMIT:
            reason = gettext("id {sku}… is longer than {most} characters").format(
                sku=sku[:SKU_LENGTH_LIMIT], most=SKU_LENGTH_LIMIT
            )
            raise _BadRow("bad id", reason, column, sku[:VALUE_LENGTH_LIMIT])
        if any(unicodedata.category(sign) == "Cc" for sign in sku) or {".", ".."} & set(re.split(r"[/\\]", sku)):
            raise _BadRow(
                "bad id",
                gettext("id {sku!r} cannot stand in an address").format(sku=sku),
                column,
                printable(sku),
            )
        return sku


def _product_id(record: Record, text: str, sold: variants.Cells) -> str:
    """What a row has for an id: that of the product, where it is one of its sizes or colours."""
    if not is_nothing(group := clean(sold.get("group", ""))):
        text = group
    elif is_nothing(clean(text)) and not is_nothing(clean(sold.get("record_id", ""))):
        text = f"id:{clean(sold['record_id'])}"
    return f"{clean(text)}-{record.part}" if record.part else text


def _colour(several: list[dict[str, str]]) -> Told:
    """The colour that options name, where all name the same."""
    colours = {clean(unescaped(cells["option_colour"])) for cells in several if "option_colour" in cells}
    (colour,) = colours if len(colours) == 1 else ("",)
    return {"colour": colour} if not is_nothing(colour) and len(colour) <= VALUE_LENGTH_LIMIT else {}


def _parse_value(field: str, text: str, column: str) -> str | int | None:
    _check_text(text := unescaped(text), column)
    # A name is shown as it is written.
    value = text.strip() if field == "name" else clean(text)
    if is_nothing(value):
        return None if field in NUMBERS else ""
    _check_length(value, column, LENGTH_LIMITS.get(field, VALUE_LENGTH_LIMIT))
    return _parse_number(value, NUMBERS[field], column) if field in NUMBERS else value


def lists_of_paths(header: Sequence[str], mapping: Mapping) -> list[str]:
    """The levels of categories whose cells are several paths."""
    return [name for name in CATEGORY_LEVELS if name in mapping and _has_lists(header[mapping[name]])]


def _has_lists(column: str) -> bool:
    return variants.plain(column) in LISTS_OF_PATHS


def _parse_steps(text: str, column: str) -> list[str]:
    """The categories that a cell names, from the top."""
    _check_text(text, column)
    found = [step for step in steps(text, is_list=_has_lists(column)) if not is_nothing(step)]
    if len(found) == 1 and found[0].isdigit() and variants.plain(column).endswith("googleproductcategory"):
        # Google's number for a category, whose name the file does not tell.
        return []
    for step in found:
        _check_length(step, column, VALUE_LENGTH_LIMIT)
    return found


def _check_text(text: str, column: str) -> None:
    if text.isascii() and "\0" not in text:
        return
    shown = printable(text.strip()[:VALUE_LENGTH_LIMIT])
    if "\0" in text:
        raise _BadRow("bad value", gettext("{column} holds a NUL character").format(column=column), column, shown)
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise _BadRow(
            "bad value", gettext("{column} holds bytes that are no text").format(column=column), column, shown
        )


def _check_length(value: str, column: str, limit: int) -> None:
    if len(value) > limit:
        reason = gettext("{column} is longer than {most} characters").format(column=column, most=limit)
        raise _BadRow("bad value", reason, column, value[:VALUE_LENGTH_LIMIT])


def _parse_number(text: str, numbers: range, column: str) -> int:
    # A notebook that rewrote the file leaves numbers as floats, 2012.0, and a spreadsheet years as dates.
    match = re.fullmatch(r"([0-9]{1,9})(\.0+)?", text) or re.fullmatch(r"([0-9]{4})-[0-9]{2}-[0-9]{2}.*", text)
    if not match or int(match[1]) not in numbers:
        reason = gettext("{column} {text!r} is not a number from {first} to {last}").format(
            column=column, text=text[:20], first=numbers.start, last=numbers.stop - 1
        )
        raise _BadRow("bad value", reason, column, text[:VALUE_LENGTH_LIMIT])
    return int(match[1])
