"""The catalogue over REST."""

from rest_framework import generics, serializers

from catalog.facets import Selection
from catalog.models import Category, Product


class ProductSerializer(serializers.ModelSerializer):
    category = serializers.SerializerMethodField()
    url = serializers.URLField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Product
        fields = ("sku", "name", "gender", "category", "base_colour", "season", "year", "usage", "image", "url")

    def get_category(self, product: Product) -> list[str]:
        """From the master category down to the article type."""
        return [category.name for category in product.category.path] if product.category else []


class ProductList(generics.ListAPIView):
    """The catalogue, narrowed by `q`, `category`, `gender`, `base_colour`, `season` and `usage` as in the shop."""

    serializer_class = ProductSerializer
    queryset = Product.objects.none()

    def get_queryset(self):
        path = self.request.GET.get("category", "")
        category = Category.objects.at_path(path) if path else None
        if path and category is None:
            return Product.objects.none()
        return Selection(self.request.GET, category).products().with_categories()


class ProductDetail(generics.RetrieveAPIView):
    """One product by its sku."""

    serializer_class = ProductSerializer
    queryset = Product.objects.in_the_shop().with_categories()
    lookup_field = "sku"
