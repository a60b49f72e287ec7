"""The same design in other colours, each once."""

from django.utils.translation import gettext_lazy as _

from recommender import neighbours
from recommender.panels.panel import Page, Panel

MOST = 8


def choose(page: Page) -> list[int]:
    product = page.product
    if not (page.embedding and product.design and product.base_colour and product.category_id):
        return []
    return [near.product for near in neighbours.in_other_colours(page.embedding, product)[:MOST]]


COLOURS = Panel(
    "colours",
    _("Same look, other colours"),
    choose,
    chooses_first=True,
    shares=lambda product, other: other.base_colour,
)
