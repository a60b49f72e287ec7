"""The catalogue over REST."""

from decimal import Decimal

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import generics, serializers

from catalog import money
from catalog.appearance import current
from catalog.attributes import ATTRIBUTES, NAMES
from catalog.facets import SORTS, Selection
from catalog.models import Category, Pictured, Product, ProductSize

NARROWING = [
    OpenApiParameter("q", description="Words as shoppers type them; `-word` and `not word` leave a word out."),
    OpenApiParameter("category", description="The path of a category, like apparel/topwear."),
    *(
        OpenApiParameter(attribute.name, many=True, description=f"{attribute.label}: one of these values.")
        for attribute in ATTRIBUTES
    ),
    OpenApiParameter("size", many=True, description="A size that is to be had: one of these."),
    OpenApiParameter("min_price", OpenApiTypes.DECIMAL, description="What it costs now is no less than this."),
    OpenApiParameter("max_price", OpenApiTypes.DECIMAL, description="What it costs now is no more than this."),
    OpenApiParameter("sort", enum=list(SORTS)),
]
RELATED = ("sizes", "further_pictures")
"""What of other tables a product is told with"""


class SizeSerializer(serializers.ModelSerializer):
    class Meta:
        model = ProductSize
        fields = ("label", "availability")


class ProductSerializer(serializers.ModelSerializer):
    category = serializers.SerializerMethodField()
    image = serializers.SerializerMethodField()
    images = serializers.SerializerMethodField()
    url = serializers.URLField(source="get_absolute_url", read_only=True)
    price = serializers.SerializerMethodField()
    sale_price = serializers.SerializerMethodField()
    price_now = serializers.SerializerMethodField()
    sizes = SizeSerializer(many=True, read_only=True)
    description = serializers.CharField(read_only=True)

    class Meta:
        model = Product
        fields = (
            *(
                "sku",
                "name",
                "category",
                *NAMES,
                "image",
                "images",
                "url",
                "price",
                "sale_price",
                "price_now",
                "currency",
            ),
            *("sale_starts_at", "sale_ends_at", "has_lowest_price", "availability", "condition", "sizes", "link"),
            "description",
        )

    def get_price(self, product: Product) -> str | None:
        """A decimal number as a text, without a sale."""
        return _plain(product.price, product)

    def get_sale_price(self, product: Product) -> str | None:
        """What it costs while it is on sale."""
        return _plain(product.sale_price, product)

    def get_price_now(self, product: Product) -> str | None:
        """What it costs at this moment."""
        return _plain(product.price_now, product)

    def get_category(self, product: Product) -> list[str]:
        """From the master category down to the article type."""
        return [category.name for category in product.category.path] if product.category else []

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_image(self, product: Product) -> str | None:
        """The whole picture, as a browser shows it."""
        return self._address(product) if product.image else None

    @extend_schema_field(serializers.ListField(child=serializers.URLField()))
    def get_images(self, product: Product) -> list[str]:
        """All its pictures, that one and the further ones, in their order."""
        return [self._address(picture) for picture in product.pictures]

    def _address(self, pictured: Pictured) -> str:
        return self.context["request"].build_absolute_uri(pictured.largest_image_address)


def _plain(number: Decimal | None, product: Product) -> str | None:
    return None if number is None else money.plain(number, product.currency)


def name_the_shop(result: dict, **_: object) -> dict:
    """The schema is called by the shop, as whoever reads it may use those of several."""
    result["info"]["title"] = f"{current().name}: {result['info']['title']}"
    return result


@extend_schema_view(get=extend_schema(parameters=NARROWING))
class ProductList(generics.ListAPIView):
    """The catalogue, narrowed and ordered as in the shop."""

    serializer_class = ProductSerializer
    queryset = Product.objects.none()

    def get_queryset(self):
        path = self.request.GET.get("category", "")
        category = Category.objects.at_path(path) if path else None
        if path and category is None:
            return Product.objects.none()
        products = Selection(self.request.GET, category).products()
        return products.with_categories().with_description().prefetch_related(*RELATED)


class ProductDetail(generics.RetrieveAPIView):
    """One product by its sku."""

    serializer_class = ProductSerializer
    queryset = Product.objects.in_the_shop().with_categories().with_description().prefetch_related(*RELATED)
    lookup_field = "sku"
