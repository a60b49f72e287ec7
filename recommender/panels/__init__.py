"""What stands below a product on its page: panels, each a file here with an object, and a template of the same name."""

from collections.abc import Sequence

from catalog.models import Product
from recommender.cards import Card
from recommender.panels.colours import COLOURS
from recommender.panels.companions import COMPANIONS
from recommender.panels.panel import Page, Panel
from recommender.panels.seen import SEEN
from recommender.panels.similar import SIMILAR

PANELS = (SIMILAR, COLOURS, COMPANIONS, SEEN)
"""In the order of the page."""


def panels_of(product: Product, seen: list[int]) -> dict[Panel, list[Card]]:
    """The cards of each panel of a product's page; no product stands in two, and its own in none.

    `seen` are the ids of the products that were looked at before, latest first.
    """
    page = Page(product, seen, taken={product.pk})
    chosen: dict[Panel, Sequence[Card | int]] = {}
    for panel in sorted(PANELS, key=lambda panel: not panel.chooses_first):
        chosen[panel] = panel.choose(page)
        page.taken.update(item.product.pk if isinstance(item, Card) else item for item in chosen[panel])
    ids = [item for items in chosen.values() for item in items if isinstance(item, int)]
    products = Product.objects.in_the_shop().for_cards().in_bulk(ids)
    fetched = {pk: Card(product) for pk, product in products.items()}
    return {panel: _cards(chosen[panel], fetched) for panel in PANELS}


def _cards(items: Sequence[Card | int], fetched: dict[int, Card]) -> list[Card]:
    cards = (item if isinstance(item, Card) else fetched.get(item) for item in items)
    return [card for card in cards if card]
