"""What the catalogue tells whoever listens; it knows no listener."""

from django.dispatch import Signal

pictures_changed = Signal()
"""Sent after the commit with `product_ids`, a list: products whose picture is new or another than before."""

words_searched = Signal()
"""Sent with `request` and `selection`: a page answers the words of a selection."""

cards_shown = Signal()
"""Sent with `request` and `place`, a name: a page has cards in that row or grid, and it is their first page."""

product_viewed = Signal()
"""Sent with `request` and `product`: the page of a product in the shop is answered."""

favourite_added = Signal()
"""Sent with `request` and `product`."""
