"""The panels of a product's page."""

from django import template
from django.template import RequestContext

from catalog.cookies import SEEN
from catalog.models import Product
from recommender import for_you as recommendations
from recommender.explanation import explain
from recommender.panels import panels

EXPLAINED = 6

register = template.Library()


@register.inclusion_tag("recommender/_panels.html", takes_context=True)
def product_panels(context: RequestContext, product: Product) -> dict:
    """What looks like the product, its other colours, what goes with it, and what was seen before it."""
    request = context["request"]
    shown = panels(product, context.get("seen", []))
    explanations = []
    if "explain" in request.GET:
        explanations = explain(product, [card.product for card in shown[0].cards[:EXPLAINED]])
    return {"request": request, "product": product, "panels": shown, "explanations": explanations}


@register.inclusion_tag("recommender/_for_you.html", takes_context=True)
def for_you(context: RequestContext) -> dict:
    """What fits to what this browser has looked at, or a diverse choice."""
    seen = SEEN.read(context["request"])
    return {"has_seen": bool(seen), "cards": recommendations.for_you(seen)}
