"""What the panels of a product's page show."""

from catalog.models import Product
from recommender.panels import panels_of


def shown(product: Product, seen: list[int] | None = None) -> dict[str, list[Product]]:
    """The products of each panel, by its name."""
    panels = panels_of(product, seen or [])
    return {panel.name: [card.product for card in cards] for panel, cards in panels.items()}
