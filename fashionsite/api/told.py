"""What programs are told of products, choices and matches; the serializers describe it for the schema too."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from catalog import money
from catalog.attributes import ATTRIBUTES, NAMES
from catalog.choices import Facet
from catalog.models import Product
from catalog.prices import PriceFacet
from catalog.querysets import ProductQuerySet
from catalog.terms import Availability, Condition
from recommender.neighbours import Match

MOST_CHOICES = 200
"""Of one facet"""


class SizeSerializer(serializers.Serializer):
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name
    availability = serializers.ChoiceField([*Availability.choices, ("", "")])


class ProductSerializer(serializers.Serializer):
    """A product; texts are empty and the others null where nothing is known."""

    sku = serializers.CharField(help_text="Its id in the merchant's table.")
    name = serializers.CharField()
    category = serializers.ListField(
        child=serializers.CharField(), help_text="From the master category down to the article type."
    )
    image = serializers.URLField(allow_null=True, help_text="Its own picture, whole, as a browser shows it.")
    images = serializers.ListField(
        child=serializers.URLField(), help_text="All its pictures, that one and the further ones, in their order."
    )
    thumbnails = serializers.ListField(
        child=serializers.URLField(), help_text="The same pictures at a size that suits a card, in that order."
    )
    url = serializers.URLField(help_text="Its page in this shop.")
    price = serializers.CharField(allow_null=True, help_text="A decimal number, without a sale.")
    sale_price = serializers.CharField(allow_null=True, help_text="What it costs while it is on sale.")
    price_now = serializers.CharField(allow_null=True, help_text="What it costs at this moment.")
    currency = serializers.CharField(help_text="Three letters, like EUR.")
    sale_starts_at = serializers.DateTimeField(allow_null=True)
    sale_ends_at = serializers.DateTimeField(allow_null=True)
    has_lowest_price = serializers.BooleanField(help_text="Whether others of its sizes cost more.")
    availability = serializers.ChoiceField([*Availability.choices, ("", "")])
    condition = serializers.ChoiceField([*Condition.choices, ("", "")])
    sizes = SizeSerializer(many=True)
    link = serializers.CharField(help_text="Where it is bought.")
    description = serializers.CharField()

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        attributes = {
            one.name: serializers.IntegerField(allow_null=True) if one.numbers else serializers.CharField()
            for one in ATTRIBUTES
        }
        return {"sku": fields.pop("sku"), "name": fields.pop("name"), **attributes, **fields}

    def to_representation(self, product: Product) -> dict[str, Any]:
        """Field by field it takes five times as long, and lists are to be quick."""
        address = self.context["request"].build_absolute_uri
        pictures = product.pictures
        images = [address(one.largest_image_address) for one in pictures]
        return {
            "sku": product.sku,
            "name": product.name,
            **{name: getattr(product, name) for name in NAMES},
            "category": [category.name for category in product.category.path] if product.category else [],
            "image": images[0] if product.image else None,
            "images": images,
            "thumbnails": [address(one.image_address) for one in pictures],
            "url": address(product.get_absolute_url()),
            "price": _plain(product.price, product),
            "sale_price": _plain(product.sale_price, product),
            "price_now": _plain(product.price_now, product),
            "currency": product.currency,
            "sale_starts_at": product.sale_starts_at,
            "sale_ends_at": product.sale_ends_at,
            "has_lowest_price": product.has_lowest_price,
            "availability": product.availability,
            "condition": product.condition,
            "sizes": [{"label": size.label, "availability": size.availability} for size in product.sizes.all()],
            "link": product.link,
            "description": product.description,
        }


class ChoiceSerializer(serializers.Serializer):
    value = serializers.CharField(help_text="What to narrow by.")
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name
    count = serializers.IntegerField(help_text="How many products it would leave.")
    is_chosen = serializers.BooleanField()


class FacetSerializer(serializers.Serializer):
    """One way to narrow a list: its parameter, and the values that there are, the most common 200 of them."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name
    choices = ChoiceSerializer(many=True)

    def to_representation(self, facet: Facet) -> dict[str, Any]:
        choices = [
            {"value": one.value, "label": one.label, "count": one.count or 0, "is_chosen": one.is_chosen}
            for place, one in enumerate(facet.choices)
            if place < MOST_CHOICES or one.is_chosen
        ]
        return {"name": facet.name, "label": facet.label, "choices": choices}


class PriceSerializer(serializers.Serializer):
    """What the products cost that the other choices leave."""

    currency = serializers.CharField()
    lowest = serializers.CharField()
    highest = serializers.CharField()

    def to_representation(self, facet: PriceFacet) -> dict[str, str]:
        amounts = {"lowest": facet.lowest, "highest": facet.highest}
        return {"currency": facet.currency} | {
            name: money.plain(number, facet.currency) for name, number in amounts.items()
        }


class MatchSerializer(serializers.Serializer):
    product = ProductSerializer()
    similarity = serializers.FloatField(help_text="The cosine of the embeddings: 1 for the very same picture.")
    picture = serializers.IntegerField(help_text="Which of the product's `images` is the nearest one, from 1 on.")

    def to_representation(self, match: Match) -> dict[str, Any]:
        product = self.fields["product"].to_representation(match.product)
        return {"product": product, "similarity": round(match.similarity, 4), "picture": match.number}


class MatchesSerializer(serializers.Serializer):
    results = MatchSerializer(many=True)


@extend_schema_field(
    {"type": "array", "items": {"type": "number", "minimum": 0, "maximum": 100}, "minItems": 4, "maxItems": 4}
)
class BoxField(serializers.ListField):
    """Where a part of a photo lies: left, top, width and height, in percent."""

    def __init__(self, **options: Any):
        child = serializers.FloatField(min_value=0, max_value=100)
        super().__init__(child=child, min_length=4, max_length=4, **options)

    def get_value(self, dictionary: Any) -> Any:
        """A form may have it as one text too, like 10,20,50,60."""
        value = super().get_value(dictionary)
        is_text = isinstance(value, list) and len(value) == 1 and isinstance(value[0], str)
        return value[0].split(",") if is_text else value


def with_all(products: ProductQuerySet) -> ProductQuerySet:
    """The products with what is told of them."""
    return products.with_categories().with_description().prefetch_related("sizes", "further_pictures")


def products(found: Iterable[Product], request: Request) -> list[dict[str, Any]]:
    """What is told of products that were found `with_all`."""
    return list(ProductSerializer(found, many=True, context={"request": request}).data)


def matches(found: list[Match], request: Request) -> list[dict[str, Any]]:
    """What is told of matches whose products were found `with_all`."""
    return list(MatchSerializer(found, many=True, context={"request": request}).data)


def facets(found: Iterable[Facet]) -> list[dict[str, Any]]:
    return list(FacetSerializer(found, many=True).data)


def price(found: PriceFacet | None) -> dict[str, str] | None:
    return None if found is None else PriceSerializer(found).data


def _plain(number: Decimal | None, product: Product) -> str | None:
    return None if number is None else money.plain(number, product.currency)
