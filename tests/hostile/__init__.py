"""Hostile things, made on the spot, and what must come of them at the shop's doors."""
