"""Cards: a product to go to, and what is folded into it so that no picture and no design stands twice in a row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from catalog.models import FurtherPicture, Product
from recommender.neighbours import Near, further_pictures


def percent(similarity: float) -> int:
    """A cosine as it is shown."""
    return max(0, min(100, round(similarity * 100)))


@dataclass(frozen=True)
class Card:
    """A product to go to, and what is folded into its card."""

    product: Product
    similarity: int | None = None
    """In percent"""
    shared: str = ""
    """What it has in common with the page's product"""
    copies: tuple[Product, ...] = ()
    """Others that show the very same picture"""
    colours: tuple[Product, ...] = ()
    """The same design in other colours"""
    picture: FurtherPicture | None = None
    """What it shows instead of the product's own picture, as it is this one that was found"""

    @property
    def shown(self) -> Product | FurtherPicture:
        return self.picture or self.product

    @property
    def address(self) -> str:
        """Of the product's page, at the picture that is shown."""
        address = self.product.get_absolute_url()
        return f"{address}#picture-{self.picture.number}" if self.picture else address


@dataclass(frozen=True)
class Folded:
    """What a card is to show, before any of it is read."""

    near: Near
    copies: tuple[Near, ...] = ()
    colours: tuple[Near, ...] = ()

    @property
    def all(self) -> tuple[Near, ...]:
        return (self.near, *self.copies, *self.colours)


Pick = Folded | int
"""What a card is made of: what was found, or the id of a product."""


def fold(found: Iterable[Near]) -> list[Folded]:
    """One for each picture, and one for each design in all its colours, in the order of what was found."""
    folded: dict[str, Folded] = {}
    for near in found:
        known = folded.get(near.image_digest)
        folded[near.image_digest] = replace(known, copies=(*known.copies, near)) if known else Folded(near)
    return _fold_colours(folded.values())


def _fold_colours(pictures: Iterable[Folded]) -> list[Folded]:
    folded: dict[object, Folded] = {}
    for picture in pictures:
        near = picture.near
        design = (near.category_id, near.design) if near.design else near.product
        known = folded.get(design)
        if known is None:
            folded[design] = picture
        elif near.base_colour in {"", *(shown.base_colour for shown in (known.near, *known.colours))}:
            # The same colour again is another product.
            folded[near.product] = picture
        else:
            folded[design] = replace(known, colours=(*known.colours, near))
    return list(folded.values())


def cards_of(picks: Sequence[Pick]) -> list[Card]:
    """The cards of these, without what has left the shop."""
    read = read_cards(picks)
    return [read[pick] for pick in picks if pick in read]


def read_cards(picks: Sequence[Pick]) -> dict[Pick, Card]:
    """The cards of these, all read together; of what has left the shop there is none."""
    found = [pick for pick in picks if isinstance(pick, Folded)]
    ids = {pick for pick in picks if isinstance(pick, int)} | {near.product for pick in found for near in pick.all}
    products = Product.objects.in_the_shop().for_cards().in_bulk(ids)
    known = [pick for pick in found if pick.near.product in products]
    further = further_pictures((products[pick.near.product], pick.near.image_digest) for pick in known)
    plain: dict[Pick, Card] = {pk: Card(product) for pk, product in products.items()}
    return plain | {pick: _card(pick, products, further.get(pick.near.product)) for pick in known}


def _card(pick: Folded, products: dict[int, Product], picture: FurtherPicture | None) -> Card:
    copies, colours = (
        tuple(products[near.product] for near in some if near.product in products)
        for some in (pick.copies, pick.colours)
    )
    return Card(
        products[pick.near.product], percent(pick.near.similarity), copies=copies, colours=colours, picture=picture
    )
