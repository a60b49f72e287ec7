"""Whole numbers as people read them."""

from decimal import Decimal

from django.utils.formats import number_format


def grouped(number: int | Decimal) -> str:
    """With the digits in groups, in the language of the page: 1,299."""
    return number_format(number, force_grouping=True)
