"""What the recommender adds to the pages of the shop."""

from datetime import datetime

from django import template
from django.template import RequestContext

from catalog.appearance import current
from catalog.cookies import SEEN
from catalog.facets import Selection
from catalog.models import Product
from catalog.signals import cards_shown
from recommender import for_you as recommendations
from recommender.cards import Card, cards_of
from recommender.explanation import Explanation, explain
from recommender.models import Encoder
from recommender.panels.panel import Page
from recommender.panels.similar import SIMILAR
from recommender.panels.written import written_panels
from recommender.photo.looking import takes_addresses
from recommender.querysets import failed, waiting
from recommender.shown_words import showing, shown_words

EXPLAINED = 6

register = template.Library()
register.simple_tag(takes_addresses)


@register.inclusion_tag("recommender/_panels.html", takes_context=True)
def product_panels(context: RequestContext, product: Product) -> dict:
    """The panels of the product's page."""
    request = context["request"]
    texts = []
    for panel, text, has_cards in written_panels(product, context.get("seen") or [], explains="explain" in request.GET):
        texts.append(text)
        if has_cards:
            cards_shown.send_robust(product_panels, request=request, place=panel.name)
    return {"product": product, "texts": texts, "shop": current()}


@register.simple_tag
def similar_products(product: Product, at: datetime | None) -> list[Product]:
    """What shoppers are shown as similar to the product, by the rules of that moment, or of now."""
    chosen = SIMILAR.choose(Page(product, seen=[], taken={product.pk}, at=at))
    return [card.product for card in cards_of(chosen)]


@register.simple_tag
def search_state(product: Product) -> str:
    """Whether the product's picture is "embedded", "failed", or still "waiting" for it."""
    encoder = Encoder.objects.active()
    if encoder is None or waiting(encoder).filter(pk=product.pk).exists():
        return "waiting"
    return "failed" if failed(encoder).filter(pk=product.pk).exists() else "embedded"


@register.simple_tag
def explanations(product: Product, cards: list[Card]) -> list[tuple[Card, Explanation]]:
    """Why the first of the cards look like the product."""
    explained = {card.shown.image_digest: card for card in cards[:EXPLAINED]}
    found = explain(product, [card.shown for card in explained.values()])
    return [(explained[explanation.other.image_digest], explanation) for explanation in found]


@register.inclusion_tag("recommender/_for_you.html", takes_context=True)
def for_you(context: RequestContext) -> dict:
    """What fits to what this browser has looked at, or a diverse choice."""
    shop = current()
    if not shop.shows_for_you:
        return {}
    seen = SEEN.read(context["request"])
    cards = recommendations.for_you(seen)
    if cards:
        cards_shown.send_robust(for_you, request=context["request"], place="for-you")
    return {"has_seen": bool(seen), "cards": cards, "shop": shop}


@register.inclusion_tag("recommender/_looks_like.html", takes_context=True)
def looks_like(context: RequestContext, selection: Selection) -> dict:
    """Products whose pictures show what the selection's words say, though nothing written says it."""
    concepts = {concept.said: concept for concept in selection.understood.wanted}
    words = shown_words(concepts) if len(selection.understood.alternatives) == 1 else {}
    unwritten = selection.unwritten([concepts[word] for word in words])
    cards = showing(list(words.values()), unwritten) if words else []
    if cards:
        cards_shown.send_robust(looks_like, request=context["request"], place="looks-like")
    return {"words": list(words), "cards": cards}
