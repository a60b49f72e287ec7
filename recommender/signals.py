"""What the recommender tells whoever listens; it knows no listener."""

from django.dispatch import Signal

photo_searched = Signal()
"""Sent with `request` and `found` when a shopper has brought photos: "close" where something in the shop is close to
them, "far" where nothing is, and "nothing" where they show no product."""

products_embedded = Signal()
"""Sent with `encoder`, and `embedded` and `failed`, lists of (product's id, digest of one of its pictures), in the
transaction that stores the embeddings and failures of a batch."""
