"""What the shop's templates need beside Django's own filters."""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, time, timedelta

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext
from PIL import ImageColor

from catalog import appearance as appearances
from catalog.choices import Choice, Facet
from catalog.models import Appearance, MerchandisingRule, Pictured, Product
from catalog.vocabulary import VOCABULARY
from catalog.words.understanding import Concept

register = template.Library()
PRICE = '<span class="price">{0}<strong>{1}</strong></span>'
SALE = (
    '<span class="price">{0}<s><span class="for-readers">{3}</span> {2}</s> '
    '<strong class="on-sale"><span class="for-readers">{4}</span> {1}</strong></span>'
)
PICTURE = (
    '<span class="picture"><span class="layers">{}<img src="{}" {} alt="{}" width="480" height="640" {}></span></span>'
)
NO_PICTURE = '<span class="picture"><span class="no-picture">{}</span></span>'
PLACEHOLDER = '<svg class="colour" color="{}" aria-hidden="true"></svg>'
SEVERAL = 'srcset="{}" sizes="{}"'
USUAL_SIZES = "(min-width: 60rem) 15rem, 46vw"
AT_ONCE, LATER = mark_safe('fetchpriority="high"'), mark_safe('loading="lazy" decoding="async"')
FACE = '{}<span dir="auto" class="card-name">{}</span>{}{}'
LACKING = '<span class="similarity">{} {}</span>'
CHOICE = '{}<span>{}</span> <span class="count">{}</span>'
COLOUR = '<svg class="colour" data-colour="{}" color="{}" aria-hidden="true"></svg>'
SWATCH = '<span class="swatch">{}</span>'
CARD = '<li class="card" data-sku="{}"{}><a href="{}">{}{}{}</a>{}{}{}{}</li>'
SIMILARITY, SHARED = ' data-similarity="{}"', '<span class="similarity">{}</span>'
TICK = '<label class="tick"><input type="checkbox" name="like" value="{}" aria-label="{}"></label>'
COLOURS = '<ul class="swatches" aria-label="{}">{}</ul>'
IN_A_COLOUR = '<li><a class="swatch" href="{}" data-picture="{}" aria-label="{}">{}</a></li>'
COPIES = '<details class="copies"><summary>{}</summary><ul>{}</ul></details>'
COPY = '<li><a href="{}">{}</a></li>'
MARKS = (
    '<details class="marks"><summary aria-label="{0}"><span aria-hidden="true">···</span></summary><div>'
    '<button type="submit" form="marks" name="look" value="{1}">{2}</button>'
    '<button type="submit" form="marks" name="colour" value="{1}">{3}</button></div></details>'
)
"""Buttons of the form that stands on the page once"""
BOX = '<li><label class="choice"><input type="checkbox" name="{}" value="{}"{}>{}</label></li>'
LINK = '<li><a class="choice" href="{}" rel="nofollow"{}>{}</a></li>'
CHECKED, CURRENT = mark_safe(" checked"), mark_safe(' aria-current="true"')
SOLD_OUT = ' <span class="sold-out">{}</span>'
# What would end the element, or begin another one, in a page.
HARMLESS = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


@register.simple_tag
def structured_data(data: object) -> str:
    """The data as JSON-LD in a script element."""
    # No markup of the data's is left after the translation.
    text = mark_safe(json.dumps(data).translate(HARMLESS))  # noqa: S308
    return format_html('<script type="application/ld+json">{}</script>', text)


@register.filter
def as_end(end: datetime, form: str = "") -> str:
    """When something ends, in Django's form of dates or its "SHORT_" one; at midnight the day that ends then."""
    end = timezone.localtime(end)
    if end.time() == time():
        return date_format(end - timedelta(days=1), f"{form}DATE_FORMAT")
    return date_format(end, f"{form}DATETIME_FORMAT")


@register.simple_tag
def appearance() -> Appearance:
    """What makes the shop somebody's own; a tag, as pages of errors and mails are written without a request."""
    return appearances.current()


@register.simple_tag
def accents(appearance: Appearance) -> tuple[str, str] | None:
    """The shop's accent on light and on dark pages, #rrggbb; None where it has none of its own."""
    return appearances.accents(appearance)


@register.filter
def accents_address(accents: tuple[str, str]) -> str:
    """Of the style sheet that has them."""
    return reverse("catalog:accents", args=[accent.removeprefix("#") for accent in accents])


@register.simple_tag
def not_shown(rules: Iterable[MerchandisingRule], products: Iterable[Product]) -> list[MerchandisingRule]:
    """The rules of other products than these."""
    shown = {product.pk for product in products}
    return [rule for rule in rules if rule.product_id not in shown]


@register.simple_tag
def price(product: Product) -> SafeString:
    """What a product costs now, and whether it is there; nothing where neither is known.

    Written here, as a template for each card of a page takes a fifth of the page's time.
    """
    sold_out = format_html(SOLD_OUT, gettext("Sold out")) if product.is_sold_out else SafeString()
    if product.price is None:
        return sold_out
    beginning = pgettext("before the lowest price", "from") + " " if product.has_lowest_price else ""
    if not product.is_on_sale:
        return format_html(PRICE, beginning, product.shown_price_now) + sold_out
    said = pgettext("a price", "before"), pgettext("a price", "now")
    return format_html(SALE, beginning, product.shown_price_now, product.shown_price, *said) + sold_out


@register.simple_tag
def card_face(product: Product, picture: Pictured | None = None, lacks: Iterable[Concept] = ()) -> SafeString:
    """What every card shows: a picture, the title, and what it costs; and what of the searched words it lacks."""
    lacking = ", ".join(concept.said for concept in lacks or ())
    said = format_html(LACKING, gettext("without"), lacking) if lacking else ""
    return format_html(FACE, picture_of(picture or product), product.title, price(product), said)


@register.simple_tag
def card(
    product: Product,
    address: str = "",
    picture: Pictured | None = None,
    similarity: int | None = None,
    *,
    says_similarity: bool = False,
    shared: str = "",
    copies: Collection[Product] = (),
    colours: Collection[Product] = (),
    is_tickable: bool = False,
    is_markable: bool = False,
) -> SafeString:
    """A product to go to, in a list. Written here, as is a price.

    `picture` is what it shows instead of the product's own, `address` where it leads then; `similarity` in percent;
    `shared` what it has in common with the page's product; `copies` others with the same picture, `colours` the same
    design in others. It may be ticked, to search with, or marked, as what does not fit.
    """
    percent = gettext("%(similarity)s %% similar") % {"similarity": similarity} if says_similarity else ""
    return format_html(
        CARD,
        product.sku,
        "" if similarity is None else format_html(SIMILARITY, similarity),
        address or product.get_absolute_url(),
        card_face(product, picture),
        format_html(SHARED, percent) if percent else "",
        format_html(SHARED, shared) if shared else "",
        format_html(TICK, product.sku, gettext("Tick %(title)s") % {"title": product.title}) if is_tickable else "",
        _in_colours(colours) if colours else "",
        _copies(copies) if copies else "",
        _marks(product) if is_markable else "",
    )


def _in_colours(products: Collection[Product]) -> SafeString:
    swatches = (
        (
            product.get_absolute_url(),
            product.image_address,
            gettext("In %(colour)s") % {"colour": product.base_colour},
            colour_of(product.base_colour),
        )
        for product in products
    )
    return format_html(COLOURS, gettext("Other colours"), format_html_join("", IN_A_COLOUR, swatches))


def _copies(products: Collection[Product]) -> SafeString:
    links = format_html_join("", COPY, ((product.get_absolute_url(), product.title) for product in products))
    return format_html(COPIES, gettext("+%(number)s more like this") % {"number": len(products)}, links)


def _marks(product: Product) -> SafeString:
    label = gettext("%(title)s does not fit?") % {"title": product.title}
    return format_html(MARKS, label, product.sku, gettext("Not similar"), gettext("Wrong colour"))


@register.simple_tag(name="colour")
def colour_of(name: str) -> SafeString:
    """A dot in the colour of that name."""
    return format_html(COLOUR, name.lower(), swatch(name))


@register.simple_tag(name="picture")
def picture_of(pictured: Pictured, sizes: str = "", alt: str = "", is_main: bool = False) -> SafeString:
    """A picture in the sizes that there are of it, above its colour; or that there is none yet.

    Written here, as is a price.
    """
    if not pictured.image:
        return format_html(NO_PICTURE, gettext("No picture yet"))
    colour = format_html(PLACEHOLDER, pictured.image_colour) if pictured.image_colour else ""
    addresses = pictured.image_addresses
    several = format_html(SEVERAL, addresses, sizes or USUAL_SIZES) if addresses else ""
    return format_html(PICTURE, colour, pictured.image_address, several, alt, AT_ONCE if is_main else LATER)


@register.simple_tag
def choice(facet: Facet, one: Choice) -> SafeString:
    """A box to tick, or a link, with how many products it would leave. Written here, as a page has hundreds of them."""
    colour = format_html(SWATCH, colour_of(one.label)) if facet.name == "base_colour" else ""
    what = format_html(CHOICE, colour, one.label, intcomma(one.count))
    if facet.is_ticked:
        return format_html(BOX, facet.name, one.label, CHECKED if one.is_chosen else "", what)
    return format_html(LINK, one.address, CURRENT if one.is_chosen else "", what)


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
def emphasised(words: Iterable[str]) -> SafeString:
    """The words of a sentence about them, with commas between."""
    return format_html_join(", ", "<em>{}</em>", ((word,) for word in words))


@register.filter
def of(values: Mapping[int, object], key: int) -> object:
    """What is kept under the key; None where nothing is."""
    return values.get(key)
