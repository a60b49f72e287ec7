"""The catalogue's administration."""

from catalog.admin import products

__all__ = ["products"]
