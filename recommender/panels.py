"""What a product's page shows beside it: what looks like it, other colours, what goes with it, what was seen."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from catalog.models import Product
from recommender.search import Match, Neighbourhood

SIMILAR, COLOURS, COMPANIONS, SEEN = 12, 8, 6, 8
CANDIDATES = 60
LEAST_NAME_SHARED = 0.6
PATTERNS = {
    "check": "checked",
    "checked": "checked",
    "checks": "checked",
    "denim": "denim",
    "embroidered": "embroidered",
    "floral": "floral",
    "graphic": "graphic",
    "leather": "leather",
    "lace": "lace",
    "polka": "dotted",
    "printed": "printed",
    "print": "printed",
    "solid": "plain",
    "plain": "plain",
    "stripe": "striped",
    "striped": "striped",
    "stripes": "striped",
}
NEUTRAL = ("Black", "White", "Grey", "Navy Blue", "Beige", "Brown", "Silver", "Tan", "Off White", "Blue")
"""Colours that go with every other."""
COMPANY = {
    "Topwear": ("Bottomwear", "Shoes", "Watches", "Bags", "Belts", "Eyewear"),
    "Bottomwear": ("Topwear", "Shoes", "Belts", "Watches", "Bags", "Eyewear"),
    "Dress": ("Shoes", "Bags", "Jewellery", "Watches", "Sandal", "Eyewear"),
    "Shoes": ("Bottomwear", "Topwear", "Socks", "Bags", "Watches", "Belts"),
    "Sandal": ("Bottomwear", "Topwear", "Bags", "Jewellery", "Watches", "Eyewear"),
    "Flip Flops": ("Bottomwear", "Topwear", "Eyewear", "Bags", "Watches", "Headwear"),
    "Saree": ("Jewellery", "Bags", "Sandal", "Watches", "Shoes", "Eyewear"),
}
COMPANY_OF_OTHERS = ("Topwear", "Bottomwear", "Shoes", "Bags", "Watches", "Belts", "Jewellery")


@dataclass(frozen=True)
class Card:
    """A product in a panel; `shared` is what it has in common with the page's, `more` how many show its picture too."""

    product: Product
    similarity: int | None = None
    """In percent"""
    shared: str = ""
    more: int = 0


@dataclass(frozen=True)
class Panel:
    """A row of cards below a heading; no product stands in two panels of a page."""

    name: str
    title: str
    cards: list[Card]


def panels(product: Product, seen: list[int]) -> list[Panel]:
    """The panels of a product's page; `seen` are the ids of the products that were looked at before, latest first."""
    neighbourhood = Neighbourhood.of(product)
    colours = _in_other_colours(product, neighbourhood)
    similar = _similar(product, neighbourhood, {card.product.pk for card in colours})
    shown = {product.pk, *(card.product.pk for card in (*colours, *similar))}
    companions = _companions(product, shown)
    shown.update(card.product.pk for card in companions)
    earlier = _earlier([pk for pk in seen if pk not in shown][:SEEN])
    return [
        Panel("similar", "Visually similar", similar),
        Panel("colours", "Same look, other colours", colours),
        Panel("companions", "Goes with it", companions),
        Panel("seen", "Recently seen", earlier),
    ]


def _similar(product: Product, neighbourhood: Neighbourhood, shown: set[int]) -> list[Card]:
    matches = neighbourhood.nearest(CANDIDATES)
    others = (match for match in matches if match.product.pk not in shown)
    cards = fold(match for match in others if match.product.image_digest != product.image_digest)
    return [replace(card, shared=shared_words(product, card.product)) for card in cards[:SIMILAR]]


def fold(matches: Iterable[Match]) -> list[Card]:
    """One card for each picture, in the order of the matches."""
    cards: dict[str, Card] = {}
    for match in matches:
        digest = match.product.image_digest
        known = cards.get(digest)
        cards[digest] = replace(known, more=known.more + 1) if known else Card(match.product, match.percent)
    return list(cards.values())


def _in_other_colours(product: Product, neighbourhood: Neighbourhood) -> list[Card]:
    """Products of the same kind and all but the same name, the nearest of each other colour."""
    if not product.base_colour or not product.category_id:
        return []
    matches = neighbourhood.nearest(CANDIDATES, category=product.category_id, other_colour_than=product.base_colour)
    name = _words_of_design(product)
    cards: dict[str, Card] = {}
    for match in matches:
        if match.product.base_colour not in cards and _is_alike(name, _words_of_design(match.product)):
            cards[match.product.base_colour] = Card(match.product, shared=match.product.base_colour)
    return list(cards.values())[:COLOURS]


def _words_of_design(product: Product) -> set[str]:
    """The words of the name without those of its colour."""
    return set(product.name.lower().split()) - set(product.base_colour.lower().split())


def _is_alike(name: set[str], other: set[str]) -> bool:
    return bool(name) and len(name & other) >= LEAST_NAME_SHARED * len(name | other)


def _companions(product: Product, shown: set[int]) -> list[Card]:
    """Of each other kind of thing that is worn with this one, one for the same person, usage and season."""
    names = [category.name for category in product.category.path] if product.category else []
    kind = names[1] if len(names) > 1 else ""
    fitting = Product.objects.in_the_shop().with_picture().exclude(pk__in=shown).filter(usage=product.usage)
    fitting = fitting.filter(gender__in=[product.gender, "Unisex"], season=product.season)
    if product.base_colour not in NEUTRAL:
        fitting = fitting.filter(base_colour__in=[*NEUTRAL, product.base_colour])
    # Other products of the same kind get other companions: the search begins at another place.
    pivot = product.pk * 2_654_435_761 % max(Product.objects.latest_id(), 1)
    choices = [
        fitting.filter(category__parent__name=other, pk__gt=pivot).order_by("pk")[:1]
        for other in COMPANY.get(kind, COMPANY_OF_OTHERS)
        if other != kind
    ]
    chosen = choices[0].union(*choices[1:], all=True)
    return [Card(companion) for companion in chosen][:COMPANIONS]


def _earlier(ids: list[int]) -> list[Card]:
    products = Product.objects.in_the_shop().in_bulk(ids) if ids else {}
    return [Card(products[pk]) for pk in ids if pk in products]


def shared_words(product: Product, other: Product) -> str:
    """What two products have in common, in up to three words: kind, colour, pattern."""
    return " · ".join(_shared(product, other))


def _shared(product: Product, other: Product) -> Iterator[str]:
    if product.category_id and product.category_id == other.category_id:
        yield product.category.name
    if product.base_colour and product.base_colour == other.base_colour:
        yield product.base_colour
    patterns = [{PATTERNS[word] for word in one.name.lower().split() if word in PATTERNS} for one in (product, other)]
    yield from sorted(patterns[0] & patterns[1])[:1]
