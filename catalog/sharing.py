"""What search engines and those a page is shared with are told: structured data and the sitemap."""

from django.contrib.sitemaps import Sitemap
from django.http import HttpRequest

from catalog import money
from catalog.models import Category, Product
from catalog.querysets import CategoryQuerySet, ProductQuerySet
from catalog.terms import Availability


class ProductSitemap(Sitemap):
    limit = 10_000

    def items(self) -> ProductQuerySet:
        return Product.objects.in_the_shop().order_by("pk")

    def lastmod(self, product: Product):
        return product.updated_at


class CategorySitemap(Sitemap):
    def items(self) -> CategoryQuerySet:
        return Category.objects.select_related("parent__parent").order_by("pk")


SCHEMAS: dict[str, str] = {
    Availability.IN_STOCK: "https://schema.org/InStock",
    Availability.OUT_OF_STOCK: "https://schema.org/OutOfStock",
    Availability.PREORDER: "https://schema.org/PreOrder",
    Availability.BACKORDER: "https://schema.org/BackOrder",
}
SITEMAPS = {"products": ProductSitemap, "categories": CategorySitemap}


def structured_data(request: HttpRequest, product: Product) -> list[dict]:
    """The product and the way to it, as https://schema.org/Product and BreadcrumbList."""
    path = product.category.path if product.category else []
    facts = {
        "@context": "https://schema.org",
        "@type": "Product",
        "sku": product.sku,
        "name": product.title,
        "category": " > ".join(category.name for category in path),
        "color": product.base_colour,
        "image": [request.build_absolute_uri(picture.largest_image_address) for picture in product.pictures],
        "url": request.build_absolute_uri(product.get_absolute_url()),
        "brand": {"@type": "Brand", "name": product.brand} if product.brand else None,
        "description": product.description,
        "offers": _offer(request, product),
    }
    crumbs = [
        {
            "@type": "ListItem",
            "position": position,
            "name": category.name,
            "item": request.build_absolute_uri(category.get_absolute_url()),
        }
        for position, category in enumerate(path, 1)
    ]
    known = {name: value for name, value in facts.items() if value}
    return [known, {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": crumbs}]


def _offer(request: HttpRequest, product: Product) -> dict | None:
    """As https://schema.org/Offer; None without a price, which it needs."""
    price = product.price_now
    if price is None:
        return None
    offer = {
        "@type": "Offer",
        "price": money.plain(price, product.currency),
        "priceCurrency": product.currency,
        "priceValidUntil": product.sale_ends_at.date().isoformat()
        if product.is_on_sale and product.sale_ends_at
        else "",
        "availability": SCHEMAS.get(product.availability, ""),
        "itemCondition": f"https://schema.org/{product.condition.capitalize()}Condition" if product.condition else "",
        "url": product.link or request.build_absolute_uri(product.get_absolute_url()),
    }
    return {name: value for name, value in offer.items() if value}
