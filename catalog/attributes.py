"""What is known of a product, in one table: each line is all that the shop, its imports and its searches go by."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Attribute:
    """A field of `Product` that shoppers narrow the catalogue by. Texts are empty where unknown, numbers None."""

    name: str
    """The field's, and in addresses"""
    label: "StrOrPromise" = field(compare=False)
    """What shoppers read"""
    columns: tuple[str, ...]
    """What its column may be called in a file that is imported, letters and digits only"""
    numbers: range | None = None
    """The whole numbers that it may be; a text where there are none"""
    is_searched: bool = True
    """Whether word search looks through it"""
    is_guessed: bool = False
    """Whether photo search says which value the photo has, by the votes of its neighbours"""
    training_weight: float = 0.0
    """How much training asks an encoder to tell the values apart; nothing at 0"""


BRAND = "brand"
ATTRIBUTES = (
    Attribute(
        "gender",
        _("Gender"),
        ("gender", "sex", "for", "googleshoppinggender", "targetgenderproductmetafieldsshopifytargetgender"),
        is_guessed=True,
        training_weight=0.8,
    ),
    Attribute(
        "base_colour",
        _("Colour"),
        ("basecolour", "basecolor", "colour", "color", "colorproductmetafieldsshopifycolorpattern"),
        is_guessed=True,
        training_weight=1.0,
    ),
    Attribute("season", _("Season"), ("season",), training_weight=0.2),
    Attribute("usage", _("Usage"), ("usage", "occasion", "use"), training_weight=0.3),
    Attribute(
        BRAND,
        _("Brand"),
        (
            "brand",
            "brands",
            "brandname",
            "vendor",
            "manufacturer",
            "designer",
            "marke",
            "marken",
            "hersteller",
            "marque",
            "marca",
        ),
    ),
    Attribute("year", _("Year"), ("year", "modelyear"), numbers=range(1900, 2101), is_searched=False),
)
"""In the order in which pages and answers show them."""
NAMES = tuple(attribute.name for attribute in ATTRIBUTES)

CATEGORY_LEVELS = {
    "master_category": (
        *(
            "mastercategory",
            "maincategory",
            "category",
            "department",
            "productcategory",
            "categories",
            "categorypath",
            "kategorien",
        ),
        *("googleproductcategory", "googleshoppinggoogleproductcategory"),
    ),
    "sub_category": ("subcategory", "category2", "group"),
    "article_type": ("articletype", "producttype", "itemtype", "type", "category3"),
}
"""The levels of the category tree from the top, with what their columns may be called."""

LABEL_WEIGHTS = {"article_type": 1.5} | {
    attribute.name: attribute.training_weight for attribute in ATTRIBUTES if attribute.training_weight
}
"""What training asks an encoder to tell apart, and how much."""
