"""What an import tells whoever listens; it knows no listener."""

from django.dispatch import Signal

wait_for_pictures = Signal()
"""Sent with `job`, which is done, and `command`, whose user wants to wait until its pictures can be searched for."""
