"""The catalogue's administration."""

from catalog.admin import products, words

__all__ = ["products", "words"]
