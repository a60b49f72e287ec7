"""What the catalogue tells whoever listens; it knows no listener."""

from django.dispatch import Signal

pictures_changed = Signal()
"""Sent after the commit with `product_ids`, a list: products whose picture is new or another than before."""
