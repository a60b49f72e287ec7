"""From the cells of a row to what a product is sold for: price, sale, stock, sizes, link and description.

What cannot be read is left out, with a reason, and the rest of the row is taken.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext

from catalog import money
from catalog.importing.markup import plain_text
from catalog.importing.tables import UnusableFile, printable
from catalog.importing.values import clean, is_nothing, unescaped
from catalog.money import Amount, Doubtful, NoMoney
from catalog.numbers import grouped
from catalog.sizes import size_key
from catalog.terms import LINK_LENGTH, LINK_SCHEMES, Availability, Condition

COLUMNS: dict[str, tuple[str, ...]] = {
    "price": (
        *(
            "price",
            "regularprice",
            "variantprice",
            "retailprice",
            "baseprice",
            "unitprice",
            "currentprice",
            "sellingprice",
        ),
        *("preis", "verkaufspreis", "vkpreis", "bruttopreis", "einzelpreis", "regularerpreis", "regulaererpreis"),
        *("normalpreis", "prix", "prixttc", "prixdevente", "prixunitaire", "prixnormal", "precio", "pvp"),
        *("preciodeventa", "precionormal", "prezzo", "prezzodivendita", "prezzonormale"),
    ),
    "old_price": (
        *(
            "compareatprice",
            "variantcompareatprice",
            "oldprice",
            "wasprice",
            "originalprice",
            "listprice",
            "mrp",
            "rrp",
        ),
        *("msrp", "uvp", "streichpreis", "alterpreis", "originalpreis", "listenpreis", "prixbarre", "ancienprix"),
        *("prixconseille", "precioanterior", "precioantiguo", "preciooriginal", "preciotachado"),
        *("prezzooriginale", "prezzoprecedente", "prezzobarrato", "prezzodilistino"),
    ),
    "sale_price": (
        *(
            "saleprice",
            "specialprice",
            "discountedprice",
            "offerprice",
            "reducedprice",
            "promoprice",
            "promotionalprice",
        ),
        *("aktionspreis", "sonderpreis", "angebotspreis", "reduzierterpreis", "rabattpreis", "prixpromo"),
        *("prixpromotionnel", "prixsolde", "prixreduit", "prixremise", "preciooferta", "preciodeoferta"),
        *("preciorebajado", "preciocondescuento", "prezzoscontato", "prezzoofferta", "prezzoinofferta"),
    ),
    "sale_dates": ("salepriceeffectivedate", "saledates"),
    "sale_starts_at": (
        *(
            "datesalepricestarts",
            "datumandemangebotspreisbeginnt",
            "salestarts",
            "salestartdate",
            "salestart",
            "specialpricefrom",
        ),
    ),
    "sale_ends_at": (
        *("datesalepriceends", "datumandemangebotspreisendet", "saleends", "saleenddate", "saleend", "specialpriceto"),
    ),
    "currency": (
        *("currency", "currencycode", "pricecurrency", "waehrung", "wahrung", "devise", "monnaie", "moneda", "divisa"),
        "valuta",
    ),
    "availability": (
        *("availability", "instock", "stockstatus", "isinstock", "verfugbarkeit", "verfuegbarkeit", "verfugbar"),
        *("verfuegbar", "lieferbarkeit", "lieferbar", "vorratig", "vorraetig", "auflager", "disponibilite"),
        *("disponible", "enstock", "disponibilidad", "disponibilita", "disponibile"),
    ),
    "stock": (
        *("stock", "quantity", "qty", "variantinventoryqty", "inventory", "inventoryquantity", "stockquantity"),
        *("stocklevel", "stockqty", "bestand", "lager", "lagerbestand", "lagermenge", "menge", "quantite", "cantidad"),
        *("existencias", "quantita", "giacenza"),
    ),
    "stock_policy": (
        *("variantinventorypolicy", "continuesellingwhenoutofstock", "backordersallowed", "ruckstandeerlaubt"),
        "lieferruckstandeerlaubt",
    ),
    "stock_tracker": ("variantinventorytracker", "inventorytracker"),
    "condition": (
        "condition",
        "itemcondition",
        "googleshoppingcondition",
        "zustand",
        "etat",
        "condicion",
        "condizione",
    ),
    "link": (
        *("link", "url", "producturl", "productlink", "externalurl", "buylink", "deeplink", "purl", "permalink"),
        *("produktlink", "produkturl", "artikellink", "artikelurl", "externeurl", "shoplink", "lien", "lienproduit"),
        *("lienduproduit", "urlproduit", "enlace", "enlaceproducto", "enlacedelproducto", "urlproducto"),
        *("collegamento", "linkprodotto", "urlprodotto"),
    ),
    "description": (
        *("description", "bodyhtml", "body", "productdescription", "longdescription", "descriptionhtml", "desc"),
        *("beschreibung", "produktbeschreibung", "artikelbeschreibung", "langbeschreibung", "produkttext"),
        *("descriptif", "descriptionproduit", "descriptionduproduit", "descriptionlongue", "descripcion"),
        *("descripcionproducto", "descripciondelproducto", "descrizione", "descrizioneprodotto"),
        *("shortdescription", "summary", "kurzbeschreibung", "descriptioncourte", "descripcioncorta"),
    ),
    "size": (
        *("size", "sizes", "shoesize", "clothingsize", "availablesizes", "grosse", "groesse", "grossen", "groessen"),
        *("konfektionsgrosse", "konfektionsgroesse", "schuhgrosse", "schuhgroesse", "taille", "tailles", "pointure"),
        *("talla", "tallas", "taglia", "taglie"),
    ),
}
"""What tells what a product is sold for, with the names that its column may have."""
PRICES = ("price", "old_price", "sale_price")
OFFERED = (
    *("price", "has_lowest_price", "sale_price", "sale_starts_at", "sale_ends_at", "currency"),
    *("availability", "condition", "link"),
)
"""The fields of a product that come of it."""
BESIDE = ("description", "sizes")
"""What comes of it beside these, and has a table of its own."""
PRICE_FIELDS = OFFERED[:6]
MOST_SIZES = 100
SIZE_LENGTH = 40
ONE_DAY = timedelta(days=1)

AVAILABILITIES: dict[str, Availability] = {
    **dict.fromkeys(
        ("in stock", "instock", "1", "yes", "true", "available", "y", "on", "limited", "limited availability", "ja"),
        Availability.IN_STOCK,
    ),
    **dict.fromkeys(
        ("auf lager", "lieferbar", "sofort lieferbar", "verfugbar", "verfuegbar", "vorratig", "vorraetig"),
        Availability.IN_STOCK,
    ),
    **dict.fromkeys(("en stock", "disponible", "en existencia", "disponibile", "oui", "si"), Availability.IN_STOCK),
    **dict.fromkeys(
        ("out of stock", "outofstock", "0", "no", "false", "sold out", "soldout", "unavailable", "n", "off", "nein"),
        Availability.OUT_OF_STOCK,
    ),
    **dict.fromkeys(
        ("ausverkauft", "vergriffen", "nicht auf lager", "nicht lieferbar", "nicht verfugbar", "nicht vorratig"),
        Availability.OUT_OF_STOCK,
    ),
    **dict.fromkeys(
        ("epuise", "rupture de stock", "en rupture", "en rupture de stock", "indisponible", "non disponible"),
        Availability.OUT_OF_STOCK,
    ),
    **dict.fromkeys(
        ("agotado", "sin stock", "no disponible", "esaurito", "non disponibile"), Availability.OUT_OF_STOCK
    ),
    **dict.fromkeys(("preorder", "pre order", "presale", "vorbestellbar"), Availability.PREORDER),
    **dict.fromkeys(("backorder", "back order", "on backorder", "onbackorder", "backordered"), Availability.BACKORDER),
}
"""As feeds and shops write them, in small letters, spaces for signs and no accents; schema.org's names end so too."""
CONDITIONS: dict[str, Condition] = {
    **dict.fromkeys(("new", "neu", "neuf", "nuevo", "nuovo", "brand new", "newcondition"), Condition.NEW),
    **dict.fromkeys(("refurbished", "generaluberholt", "reconditionne", "renewed"), Condition.REFURBISHED),
    **dict.fromkeys(("refurbishedcondition",), Condition.REFURBISHED),
    **dict.fromkeys(("used", "pre owned", "preowned", "second hand", "secondhand", "vintage"), Condition.USED),
    **dict.fromkeys(("gebraucht", "occasion", "usado", "usato", "usedcondition"), Condition.USED),
}
CONTINUES = frozenset({"continue", "1", "yes", "true", "notify"})
"""What is sold on without stock, in the words of Shopify and WooCommerce"""
BEST_FIRST = (Availability.IN_STOCK, Availability.PREORDER, Availability.BACKORDER, "", Availability.OUT_OF_STOCK)

_BETWEEN_SIZES = re.compile(r"[;|\n]|,(?!(?<=\d\d,)5\s*(?:$|[;|]))")
"""37,5 is one size."""
_DAY = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})")
_NO_TIME = re.compile(r"\d{4}-\d{2}-\d{2}|\d{8}|\d{1,2}\.\d{1,2}\.\d{4}")
_IN_BRACES = re.compile(r"\{([^{}]*)\}")
_is_link = URLValidator(LINK_SCHEMES)

Told = dict[str, Any]
"""What a row says of what is in OFFERED and BESIDE, fit for JSON: amounts and times as texts, sizes as [label,
availability]."""


class LeftOut(Exception):
    """A cell that is not taken: what kind of problem, in which field, and why."""

    def __init__(self, kind: str, field: str, reason: str):
        super().__init__(reason)
        self.kind, self.field = kind, field


class LinkPattern:
    """Where products are bought, with columns of a table in braces: https://shop.example.com/products/{handle}.

    Raises UnusableFile where it is no address of the web, or where no column is called as it says.
    """

    def __init__(self, pattern: str, header: list[str]):
        self._columns = {name: _column(name, header) for name in _IN_BRACES.findall(pattern)}
        if not self._columns or {"{", "}"} & set(_IN_BRACES.sub("", pattern)):
            raise UnusableFile(
                gettext("Name the column that tells products apart in braces, as in {example}.").format(
                    example="https://shop.example.com/products/{id}"
                )
            )
        try:
            _is_link(_IN_BRACES.sub("1", pattern))
        except ValidationError as error:
            raise UnusableFile(
                gettext("Write where products are bought as an address of the web that begins with https://.")
            ) from error
        self._pattern = pattern

    def link(self, cells: list[str]) -> str:
        """The address of a row's product; "" where a cell that it needs is empty."""
        values = {name: clean(printable(cells[column])) for name, column in self._columns.items()}
        if any(map(is_nothing, values.values())):
            return ""
        return _IN_BRACES.sub(lambda match: quote(values[match[1]], safe=""), self._pattern)


def _column(name: str, header: list[str]) -> int:
    """The number of the column that is called so, whatever its case and spaces. Raises UnusableFile."""
    folded = [_without_spaces(title) for title in header]
    wanted = _without_spaces(name)
    # Shopify's exports call it either way.
    known = (wanted, "urlhandle") if wanted == "handle" else (wanted,)
    found = next((folded.index(one) for one in known if one and one in folded), None)
    if found is None:
        raise UnusableFile(
            gettext("No column of the file is called {name}. The columns are: {columns}.").format(
                name=f"{{{name}}}", columns=", ".join(filter(None, header))[:500]
            )
        )
    return found


def _without_spaces(name: str) -> str:
    return "".join(name.casefold().split())


@dataclass(frozen=True)
class Written:
    """How a file writes its prices: its decimal mark, "" where nothing tells, and what it counts in without saying."""

    mark: str = ""
    currency: str = ""


def as_text(number: Decimal | None) -> str | None:
    """A price fit for JSON, the same for the same amount."""
    return None if number is None else str(number.quantize(money.STEP))


def _for_people(number: Decimal) -> str:
    """With cents, and with thousandths only where there are any: 45.000 is forty-five thousand to many."""
    cents = number.quantize(Decimal("0.01"))
    return f"{cents if cents == number else number:f}"


def read_offer(cells: Mapping[str, str], written: Written) -> tuple[Told, list[LeftOut]]:
    """What cells say, by their fields; only of those that have a column, and what of them is not taken."""
    told: Told = {}
    left_out: list[LeftOut] = []

    def take(read: Callable[[], Told]) -> None:
        try:
            told.update(read())
        except LeftOut as error:
            left_out.append(error)

    if any(field in cells for field in PRICES):
        take(lambda: _prices(cells, written, left_out))
    if any(field in cells for field in ("availability", "stock")):
        take(lambda: {"availability": _availability(cells)})
    if "condition" in cells:
        take(lambda: {"condition": _one_of(CONDITIONS, "condition", cells)})
    if "link" in cells:
        take(lambda: {"link": _link(cells["link"])})
    if "description" in cells:
        told["description"] = "" if is_nothing(clean(cells["description"])) else plain_text(cells["description"])
    if "size" in cells:
        take(lambda: {"sizes": [[label, ""] for label in _sizes(cells["size"])]})
    return told, left_out


def with_offer(values: Told, told: Told) -> Told:
    """A product's values with what a row says of its offer.

    A sale that the price rules out, or that is in another currency, is taken out where they come of several tables.
    """
    is_other = "price" not in told and told.get("currency", values["currency"]) != values["currency"]
    taken = {name: told[name] for name in (*OFFERED, *BESIDE) if name in told and not (is_other and name == "currency")}
    values = {**values, **taken}
    price, sale = values["price"], None if is_other else values["sale_price"]
    if price is None:
        values.update(currency="", has_lowest_price=False)
    if sale is None or price is None or Decimal(sale) >= Decimal(price):
        values.update(sale_price=None, sale_starts_at=None, sale_ends_at=None)
    return values


def best(availabilities: list[str]) -> str:
    """How well something is had that is had in several ways."""
    return str(min(availabilities, key=BEST_FIRST.index))


def put_together(variants: list[Told]) -> Told:
    """What the rows of one product say together: the price of the cheapest that is there, and all sizes."""
    told: Told = {}
    for variant in variants:
        told = {**variant, **{name: value for name, value in told.items() if value not in ("", None, [])}}
    priced = [variant for variant in variants if variant.get("price") is not None]
    if priced:
        there = [one for one in priced if one.get("availability") != Availability.OUT_OF_STOCK] or priced
        cheapest = min(there, key=_costs)
        told.update({name: cheapest[name] for name in PRICE_FIELDS})
        told["has_lowest_price"] = len({_costs(one) for one in priced}) > 1
    if availabilities := [variant["availability"] for variant in variants if "availability" in variant]:
        told["availability"] = best(availabilities)
    if any("sizes" in variant for variant in variants):
        told["sizes"] = _all_sizes(variants)
    return told


def _costs(variant: Told) -> Decimal:
    return Decimal(variant["sale_price"] or variant["price"])


def _all_sizes(variants: list[Told]) -> list[list[str]]:
    had: dict[str, list[str]] = {}
    for variant in variants:
        for label, availability in variant.get("sizes", ()):
            had.setdefault(label, []).append(availability or variant.get("availability", ""))
    ordered = sorted(had, key=size_key)[:MOST_SIZES]
    return [[label, best(had[label])] for label in ordered]


def _prices(cells: Mapping[str, str], written: Written, left_out: list[LeftOut]) -> Told:
    price, old, sale = (_amount(field, cells, written) for field in PRICES)
    if price is None and old is not None:
        price, old = old, None
    if old is not None and price is not None and old.number > price.number:
        price, sale = old, sale or price
    currency = _currency([price, sale], cells, written)
    told: Told = {}
    if "price" in cells or "old_price" in cells:
        number = price.number if price else None
        told |= {"price": as_text(number), "currency": currency if price else "", "has_lowest_price": False}
    told |= {"sale_price": None, "sale_starts_at": None, "sale_ends_at": None}
    if sale is None or (price and sale.number == price.number):
        return told
    if price and sale.number > price.number:
        reason = gettext("{sale} is not lower than the price, {price}; the sale is left out").format(
            sale=_for_people(sale.number), price=_for_people(price.number)
        )
        left_out.append(LeftOut("bad price", "sale_price", reason))
        return told
    try:
        starts, ends = _sale_dates(cells)
    except LeftOut as error:
        left_out.append(error)
        return told
    return told | {
        "currency": currency,
        "sale_price": as_text(sale.number),
        "sale_starts_at": starts,
        "sale_ends_at": ends,
    }


def _amount(field: str, cells: Mapping[str, str], written: Written) -> Amount | None:
    text = clean(cells.get(field, ""))
    if is_nothing(text):
        return None
    try:
        return money.parse(text, written.mark, written.currency)
    except Doubtful as error:
        reason = gettext(
            "{text!r} {problem}; write 1299.00 or 1.299 with another decimal: the price is left out"
        ).format(text=text[:40], problem=error)
        raise LeftOut("doubtful price", field, reason) from error
    except NoMoney as error:
        raise LeftOut(
            "bad price", field, gettext("{text!r} {problem}; it is left out").format(text=text[:40], problem=error)
        ) from error


def _currency(amounts: list[Amount | None], cells: Mapping[str, str], written: Written) -> str:
    """What the prices of a row are in; "" where it has none. Raises LeftOut."""
    told = [amount for amount in amounts if amount]
    if not told:
        return ""
    column = clean(cells.get("currency", ""))
    in_column = "" if is_nothing(column) else column.upper()
    if in_column and not money.is_currency(in_column):
        with suppress(NoMoney):
            in_column = money.parse(f"1 {column}", own=written.currency).currency
    if in_column and not money.is_currency(in_column):
        raise LeftOut(
            "no currency",
            "currency",
            gettext("{text!r} is no currency, like EUR; the price is left out").format(text=column[:20]),
        )
    found = {amount.currency for amount in told if amount.currency} or {in_column or written.currency}
    if len(found) > 1:
        raise LeftOut(
            "bad price",
            "price",
            gettext("is in {currencies}; the price is left out").format(
                currencies=gettext(" and ").join(sorted(found))
            ),
        )
    if found == {""}:
        reason = gettext(
            "{price} is in no currency; say it in the preview, or name it in the setting CURRENCY, in a column "
            "called currency, or beside the price (12.99 EUR). The price is left out"
        ).format(price=_for_people(told[0].number))
        raise LeftOut("no currency", "price", reason)
    return found.pop()


def _sale_dates(cells: Mapping[str, str]) -> tuple[str | None, str | None]:
    interval = clean(cells.get("sale_dates", ""))
    if not is_nothing(interval):
        start, _, end = interval.partition("/")
        field = "sale_dates"
    else:
        start, end, field = cells.get("sale_starts_at", ""), cells.get("sale_ends_at", ""), "sale_starts_at"
    starts, ends = _time(start, field), _time(end, field, is_end=True)
    if starts and ends and ends <= starts:
        raise LeftOut(
            "bad date",
            field,
            gettext("{dates!r} ends before it starts; the sale is left out").format(dates=interval or end),
        )
    return (starts.isoformat() if starts else None), (ends.isoformat() if ends else None)


def _time(text: str, field: str, *, is_end: bool = False) -> datetime | None:
    """The time, in UTC where it names no zone; a day alone ends at its end. Raises LeftOut."""
    text = clean(text)
    if is_nothing(text):
        return None
    day = _DAY.fullmatch(text)
    written = f"{day['year']}-{int(day['month']):02}-{int(day['day']):02}" if day else text
    try:
        time = datetime.fromisoformat(written)
        time = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
        return time + ONE_DAY if is_end and _NO_TIME.fullmatch(text) else time
    except (ValueError, OverflowError) as error:
        reason = gettext("{text!r} is no date like 2026-11-27 or 2026-11-27T09:00+01:00; the sale is left out").format(
            text=text[:40]
        )
        raise LeftOut("bad date", field, reason) from error


def _availability(cells: Mapping[str, str]) -> str:
    said = _one_of(AVAILABILITIES, "availability", cells)
    if said or "stock" not in cells:
        return said
    if "stock_tracker" in cells and is_nothing(clean(cells["stock_tracker"])):
        # Shopify counts nothing of what it does not track.
        return Availability.IN_STOCK if clean(cells["stock"]) else ""
    text = clean(cells["stock"])
    # WooCommerce's variations may share what the parent has.
    if is_nothing(text) or text.lower() == "parent":
        return ""
    if not (match := re.fullmatch(r"[<>~+]?\s*(-?\d{1,12})(?:[.,]0+)?\s*\+?", text)):
        raise LeftOut(
            "bad value",
            "stock",
            gettext("{text!r} is no number of pieces; it is left out").format(text=text[:40]),
        )
    if int(match[1]) > 0:
        return Availability.IN_STOCK
    goes_on = clean(cells.get("stock_policy", "")).lower() in CONTINUES
    return Availability.BACKORDER if goes_on else Availability.OUT_OF_STOCK


def _one_of(known: Mapping[str, Any], field: str, cells: Mapping[str, str]) -> str:
    """What a cell says of a few things; "" for nothing. Raises LeftOut."""
    text = clean(cells.get(field, ""))
    if is_nothing(text):
        return ""
    said = _folded(text.rpartition("/")[2])
    if said not in known:
        choices = ", ".join(dict.fromkeys(str(value) for value in known.values()))
        raise LeftOut(
            "bad value",
            field,
            gettext("{text!r} is none of: {choices}; it is left out").format(text=text[:40], choices=choices),
        )
    return str(known[said])


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.lower())
    return " ".join(
        re.sub(r"[^a-z0-9]+", " ", "".join(one for one in letters if not unicodedata.combining(one))).split()
    )


def _link(text: str) -> str:
    link = clean(text)
    if is_nothing(link):
        return ""
    if len(link) > LINK_LENGTH:
        raise LeftOut(
            "bad link",
            "link",
            gettext("{link}… is longer than {most} characters; it is left out").format(
                link=link[:60], most=grouped(LINK_LENGTH)
            ),
        )
    try:
        _is_link(link)
    except ValidationError as error:
        raise LeftOut(
            "bad link",
            "link",
            gettext("{link!r} is no address of the web (https://…); it is left out").format(link=link[:60]),
        ) from error
    return link


def _sizes(text: str) -> list[str]:
    labels = [label for one in _BETWEEN_SIZES.split(unescaped(text).strip()) if not is_nothing(label := clean(one))]
    if too_long := next((label for label in labels if len(label) > SIZE_LENGTH), ""):
        raise LeftOut(
            "bad value",
            "size",
            gettext("{size!r} is longer than {most} characters; it is left out").format(
                size=too_long[:60], most=SIZE_LENGTH
            ),
        )
    return list(dict.fromkeys(labels))[:MOST_SIZES]
