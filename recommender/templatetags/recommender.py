"""The panels of a product's page."""

from django import template
from django.template import RequestContext

from catalog.models import Product
from recommender.panels import panels

register = template.Library()


@register.inclusion_tag("recommender/_panels.html", takes_context=True)
def product_panels(context: RequestContext, product: Product) -> dict:
    """What looks like the product, its other colours, what goes with it, and what was seen before it."""
    return {"product": product, "panels": panels(product, context.get("seen", []))}
