"""The catalogue's administration."""

from catalog.admin import appearance, merchandising, products, words

__all__ = ["appearance", "merchandising", "products", "words"]
