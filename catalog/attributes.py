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
        (
            *("gender", "sex", "for", "googleshoppinggender", "targetgenderproductmetafieldsshopifytargetgender"),
            *("geschlecht", "zielgruppe", "genre", "sexe", "genero", "sexo", "genere", "sesso"),
        ),
        is_guessed=True,
        training_weight=0.8,
    ),
    Attribute(
        "base_colour",
        _("Colour"),
        (
            *("basecolour", "basecolor", "colour", "color", "colorproductmetafieldsshopifycolorpattern"),
            *("farbe", "grundfarbe", "couleur", "coloris", "colore"),
        ),
        is_guessed=True,
        training_weight=1.0,
    ),
    Attribute("season", _("Season"), ("season", "saison", "temporada", "stagione"), training_weight=0.2),
    Attribute("usage", _("Usage"), ("usage", "occasion", "use", "anlass", "ocasion", "occasione"), training_weight=0.3),
    Attribute(
        BRAND,
        _("Brand"),
        (
            *(
                "brand",
                "brands",
                "brandname",
                "vendor",
                "manufacturer",
                "designer",
                "marke",
                "marken",
                "markenname",
                "hersteller",
            ),
            *("marque", "fabricant", "marca", "fabricante", "produttore"),
        ),
    ),
    Attribute(
        "year",
        _("Year"),
        ("year", "modelyear", "jahr", "modelljahr", "annee", "ano", "anno"),
        numbers=range(1900, 2101),
        is_searched=False,
    ),
)
"""In the order in which pages and answers show them."""
NAMES = tuple(attribute.name for attribute in ATTRIBUTES)

CATEGORY_LEVELS = {
    "master_category": (
        *("mastercategory", "maincategory", "category", "department", "productcategory", "categories", "categorypath"),
        *("googleproductcategory", "googleshoppinggoogleproductcategory"),
        *("kategorie", "kategorien", "hauptkategorie", "produktkategorie", "kategoriepfad", "warengruppe"),
        *("categorie", "categorieprincipale", "categorieproduit", "categoria", "categorias", "categoriaprincipal"),
        *("categoriaprincipale", "categoriaproducto", "categoriaprodotto"),
    ),
    "sub_category": (
        *("subcategory", "category2", "group", "unterkategorie", "kategorie2", "souscategorie", "categorie2"),
        *("subcategoria", "sottocategoria", "categoria2"),
    ),
    "article_type": (
        *("articletype", "producttype", "itemtype", "type", "category3", "produkttyp", "produktart", "artikelart"),
        *("artikeltyp", "kategorie3", "typeproduit", "typedeproduit", "typearticle", "categorie3", "tipoproducto"),
        *("tipodeproducto", "tipoprodotto", "tipodiprodotto", "categoria3"),
    ),
}
"""The levels of the category tree from the top, with what their columns may be called."""

LABEL_WEIGHTS = {"article_type": 1.5} | {
    attribute.name: attribute.training_weight for attribute in ATTRIBUTES if attribute.training_weight
}
"""What training asks an encoder to tell apart, and how much."""
