"""The "Visually similar" panel."""

from django import template

from catalog.models import Product
from recommender.search import similar_to_product

PANEL_PRODUCTS = 12

register = template.Library()


@register.inclusion_tag("recommender/_similar.html")
def similar_panel(product: Product) -> dict:
    """The products that look most like this one, as a panel; nothing while it is not searchable."""
    return {"product": product, "matches": similar_to_product(product, PANEL_PRODUCTS)}
