"""What the shop's templates need beside Django's own filters."""

import json

from django import template
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from PIL import ImageColor

SWATCHES = {
    "bronze": "#8c6239",
    "burgundy": "#800020",
    "charcoal": "#36454f",
    "coffee brown": "#4b3621",
    "copper": "#b87333",
    "cream": "#fffdd0",
    "fluorescent green": "#39ff14",
    "grey melange": "#b5b5b5",
    "lavender": "#b57edc",
    "lime green": "#84cc16",
    "mauve": "#e0b0ff",
    "metallic": "linear-gradient(135deg, #eee, #888)",
    "multi": "conic-gradient(#e33, #fb3, #3b5, #38d, #93c, #e33)",
    "mushroom brown": "#a8917b",
    "mustard": "#e1ad01",
    "navy blue": "#1f2a5a",
    "nude": "#e3bc9a",
    "off white": "#faf9f6",
    "peach": "#ffcba4",
    "rose": "#ff6f91",
    "rust": "#b7410e",
    "sea green": "#2e8b57",
    "skin": "#f1c9a5",
    "steel": "#8a9ba8",
    "taupe": "#8b7e74",
    "turquoise blue": "#00b5cc",
}

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
    """The CSS background of a colour's name; transparent where it has none, like "NA"."""
    if known := SWATCHES.get(colour.lower()):
        return known
    try:
        red, green, blue = ImageColor.getrgb(colour)[:3]
    except ValueError:
        return "transparent"
    return f"#{red:02x}{green:02x}{blue:02x}"
