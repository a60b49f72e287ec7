"""Cards: a product to go to, and what is folded into it so that no picture and no design stands twice in a row."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from catalog.models import FurtherPicture, Product
from recommender.neighbours import Match


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


def fold(matches: Iterable[Match]) -> list[Card]:
    """One card for each picture, and one for each design in all its colours, in the order of the matches."""
    cards: dict[str, Card] = {}
    for match in matches:
        known = cards.get(match.image_digest)
        cards[match.image_digest] = (
            replace(known, copies=(*known.copies, match.product))
            if known
            else Card(match.product, match.percent, picture=match.picture)
        )
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
