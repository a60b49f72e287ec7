"""The same design in other colours, each once."""

from django.utils.translation import gettext_lazy as _

from recommender import neighbours
from recommender.cards import Card
from recommender.panels.panel import Page, Panel

MOST = 8


def choose(page: Page) -> list[Card]:
    product = page.product
    if not (page.embedding and product.design and product.base_colour and product.category_id):
        return []
    matches = neighbours.in_other_colours(page.embedding, product)
    return [Card(match.product, shared=match.product.base_colour) for match in matches[:MOST]]


COLOURS = Panel("colours", _("Same look, other colours"), choose, chooses_first=True)
