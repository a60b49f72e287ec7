"""What stands below a product on its page: panels, each a file here with an object, and a template of the same name."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain

from catalog.models import Product
from recommender.cards import Card, Folded, Pick, read_cards
from recommender.panels.colours import COLOURS
from recommender.panels.companions import COMPANIONS
from recommender.panels.panel import Page, Panel
from recommender.panels.seen import SEEN
from recommender.panels.similar import SIMILAR
from recommender.vectors import VectorsAway

PANELS = (SIMILAR, COLOURS, COMPANIONS, SEEN)
"""In the order of the page."""


def panels_of(product: Product, seen: list[int]) -> dict[Panel, list[Card]]:
    """The cards of each panel of a product's page; no product stands in two, and its own in none.

    `seen` are the ids of the products that were looked at before, latest first.
    """
    return fill(PANELS, Page(product, seen, taken={product.pk}))


def fill(panels: Sequence[Panel], page: Page) -> dict[Panel, list[Card]]:
    """The cards of these panels, whose products are then taken from the page."""
    chosen: dict[Panel, Sequence[Pick]] = {}
    for panel in _by_choice(panels):
        try:
            chosen[panel] = panel.choose(page)
        except VectorsAway:
            # The page is worth having without it.
            chosen[panel] = ()
        page.taken.update(pick.near.product if isinstance(pick, Folded) else pick for pick in chosen[panel])
    read = read_cards(list(chain.from_iterable(chosen.values())))
    return {
        panel: [
            replace(read[pick], shared=panel.shares(page.product, read[pick].product))
            for pick in chosen[panel]
            if pick in read
        ]
        for panel in panels
    }


def _by_choice(panels: Iterable[Panel]) -> list[Panel]:
    """In the order in which they choose."""
    return sorted(panels, key=lambda panel: not panel.chooses_first)
