"""The catalogue's administration."""

from catalog.admin import merchandising, products, words

__all__ = ["merchandising", "products", "words"]
