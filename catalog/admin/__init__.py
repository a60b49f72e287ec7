"""The catalogue's administration."""

from catalog.admin import imports, products

__all__ = ["imports", "products"]
