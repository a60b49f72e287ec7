"""What a product's page shows beside it: what looks like it, other colours, what goes with it, what was seen."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.core.cache import cache

from catalog.models import CatalogVersion, Product
from catalog.vocabulary import VOCABULARY
from recommender import neighbours
from recommender.models import Embedding
from recommender.neighbours import Match

SECONDS_KEPT = 3600
COMPANIONS_KEPT = 300
SIMILAR, COLOURS, COMPANIONS, SEEN = 12, 8, 6, 8
CANDIDATES = 40


@dataclass(frozen=True)
class Card:
    """A product in a panel, and what is folded into its card."""

    product: Product
    similarity: int | None = None
    """In percent"""
    shared: str = ""
    """What it has in common with the page's"""
    copies: tuple[Product, ...] = ()
    """Others that show the very same picture"""
    colours: tuple[Product, ...] = ()
    """The same design in other colours"""


@dataclass(frozen=True)
class Panel:
    """A row of cards below a heading; no product stands in two panels of a page."""

    name: str
    title: str
    cards: list[Card]


def panels(product: Product, seen: list[int]) -> list[Panel]:
    """The panels of a product's page; `seen` are the ids of the products that were looked at before, latest first."""
    own = neighbours.embedding_of(product)
    colours = _in_other_colours(product, own) if own else []
    similar = _similar(product, own, {card.product.pk for card in colours}) if own else []
    shown = {product.pk, *(card.product.pk for card in (*colours, *similar))}
    companions = _companions(product, shown)
    earlier = [pk for pk in seen if pk not in {*shown, *companions}][:SEEN]
    products = Product.objects.in_the_shop().for_cards().in_bulk([*companions, *earlier])
    companions, earlier = ([Card(products[pk]) for pk in ids if pk in products] for ids in (companions, earlier))
    return [
        Panel("similar", "Visually similar", similar),
        Panel("colours", "Same look, other colours", colours),
        Panel("companions", "Goes with it", companions),
        Panel("seen", "Recently seen", earlier),
    ]


def _similar(product: Product, own: Embedding, shown: set[int]) -> list[Card]:
    others = (match for match in neighbours.around(own, CANDIDATES) if match.product.pk not in shown)
    cards = fold(match for match in others if match.product.image_digest != product.image_digest)
    return [replace(card, shared=shared_words(product, card.product)) for card in cards[:SIMILAR]]


def fold(matches: Iterable[Match]) -> list[Card]:
    """One card for each picture, and one for each design in all its colours, in the order of the matches."""
    cards: dict[str, Card] = {}
    for match in matches:
        digest = match.product.image_digest
        known = cards.get(digest)
        copies = (*known.copies, match.product) if known else ()
        cards[digest] = replace(known, copies=copies) if known else Card(match.product, match.percent)
    return _fold_colours(cards.values())


def _fold_colours(cards: Iterable[Card]) -> list[Card]:
    folded: dict[object, Card] = {}
    for card in cards:
        product = card.product
        design = (product.category_id, product.design) if product.design else product.pk
        known = folded.get(design)
        if known is None:
            folded[design] = card
        elif product.base_colour in {"", *(shown.base_colour for shown in (known.product, *known.colours))}:
            # The same colour again is another product.
            folded[product.pk] = card
        else:
            folded[design] = replace(known, colours=(*known.colours, product))
    return list(folded.values())


def _in_other_colours(product: Product, own: Embedding) -> list[Card]:
    if not (product.design and product.base_colour and product.category_id):
        return []
    matches = neighbours.in_other_colours(own, product)
    return [Card(match.product, shared=match.product.base_colour) for match in matches[:COLOURS]]


def _companions(product: Product, shown: set[int]) -> list[int]:
    """Of each other kind of thing that is worn with this one, the id of one for the same person, usage and season."""
    names = [category.name for category in product.category.path] if product.category else []
    kind = names[1] if len(names) > 1 else ""
    occasion = (product.gender, product.usage, product.season)
    key = hashlib.sha256(repr((occasion, CatalogVersion.now())).encode()).hexdigest()
    pool = cache.get_or_set(f"companions:{key}", lambda: _companions_for(*occasion), SECONDS_KEPT)
    chosen = []
    for other in VOCABULARY.company.get(kind, VOCABULARY.company_of_others):
        fitting = [pk for pk, colour in pool.get(other, []) if pk not in shown and _go_together(product, colour)]
        if other != kind and fitting:
            # Other products of the same kind get other companions.
            chosen.append(fitting[product.pk * 2_654_435_761 % len(fitting)])
    return chosen[:COMPANIONS]


def _companions_for(gender: str, usage: str, season: str) -> dict[str, list[tuple[int, str]]]:
    """Up to 300 (id, colour) of each kind of thing with a picture, from all over the catalogue."""
    fitting = Product.objects.in_the_shop().with_picture()
    fitting = fitting.filter(gender__in=[gender, "Unisex"], usage=usage, season=season).order_by("pk")
    kinds = defaultdict(list)
    for pk, colour, kind in fitting.values_list("pk", "base_colour", "category__parent__name"):
        kinds[kind].append((pk, colour))
    return {kind: some[:: 1 + len(some) // COMPANIONS_KEPT] for kind, some in kinds.items()}


def _go_together(product: Product, colour: str) -> bool:
    neutral = VOCABULARY.neutral
    return product.base_colour in neutral or colour in neutral or colour == product.base_colour


def shared_words(product: Product, other: Product) -> str:
    """What two products have in common, in up to three words: kind, colour, pattern."""
    return " · ".join(_shared(product, other))


def _shared(product: Product, other: Product) -> Iterator[str]:
    if product.category_id and product.category_id == other.category_id:
        yield product.category.name
    if product.base_colour and product.base_colour == other.base_colour:
        yield product.base_colour
    yield from sorted(_patterns(product) & _patterns(other))[:1]


def _patterns(product: Product) -> set[str]:
    words = product.name.lower().split()
    return {VOCABULARY.patterns[word] for word in words if word in VOCABULARY.patterns}
