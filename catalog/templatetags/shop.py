"""What the shop's templates need beside Django's own filters."""

import json
from collections.abc import Mapping

from django import template
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from PIL import ImageColor

from catalog.vocabulary import VOCABULARY

register = template.Library()
# What would end the element, or begin another one, in a page.
HARMLESS = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


@register.simple_tag
def structured_data(data: object) -> str:
    """The data as JSON-LD in a script element."""
    # No markup of the data's is left after the translation.
    text = mark_safe(json.dumps(data).translate(HARMLESS))  # noqa: S308
    return format_html('<script type="application/ld+json">{}</script>', text)


@register.filter
def swatch(colour: str) -> str:
    """The CSS colour of a colour's name; transparent where it has none, like "NA"."""
    if known := VOCABULARY.swatches.get(colour.lower()):
        return known
    try:
        red, green, blue = ImageColor.getrgb(colour)[:3]
    except ValueError:
        return "transparent"
    return f"#{red:02x}{green:02x}{blue:02x}"


@register.filter
def of(values: Mapping[int, object], key: int) -> object:
    """What is kept under the key; None where nothing is."""
    return values.get(key)
