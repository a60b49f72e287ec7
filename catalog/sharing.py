"""What search engines and those a page is shared with are told: structured data and the sitemap."""

from datetime import datetime
from typing import Any

from django.contrib.sitemaps import Sitemap
from django.db.models import Max
from django.http import HttpRequest
from django.urls import reverse

from catalog import money
from catalog.models import Appearance, Category, Product
from catalog.querysets import CategoryQuerySet, ProductQuerySet
from catalog.terms import Availability


class ProductSitemap(Sitemap):
    limit = 2_000
    """Addresses of a page, so that none takes long"""

    def items(self) -> ProductQuerySet:
        products = Product.objects.in_the_shop().order_by("pk")
        columns = ("sku", "updated_at", "image", "image_digest", "image_width")
        return products.only(*columns).prefetch_related("further_pictures")

    def lastmod(self, product: Product) -> datetime:
        return product.updated_at

    def get_latest_lastmod(self) -> datetime | None:
        return self.items().aggregate(latest=Max("updated_at"))["latest"]

    def get_urls(self, page: int | str = 1, site: Any = None, protocol: str | None = None) -> list[dict[str, Any]]:
        """With the addresses of each product's pictures."""
        here = f"{self.get_protocol(protocol)}://{self.get_domain(site)}"
        return [
            {**url, "images": [f"{here}{picture.largest_image_address}" for picture in url["item"].pictures]}
            for url in super().get_urls(page, site, protocol)
        ]


class CategorySitemap(Sitemap):
    def items(self) -> CategoryQuerySet:
        return Category.objects.select_related("parent__parent").order_by("pk")


SCHEMAS: dict[str, str] = {
    Availability.IN_STOCK: "https://schema.org/InStock",
    Availability.OUT_OF_STOCK: "https://schema.org/OutOfStock",
    Availability.PREORDER: "https://schema.org/PreOrder",
    Availability.BACKORDER: "https://schema.org/BackOrder",
}
SITEMAPS: dict[str, type[Sitemap] | Sitemap] = {"products": ProductSitemap, "categories": CategorySitemap}


def about_the_shop(request: HttpRequest, shop: Appearance) -> list[dict]:
    """The shop itself, as https://schema.org/WebSite and Organization."""
    here = request.build_absolute_uri(reverse("catalog:home"))
    logo = request.build_absolute_uri(reverse("catalog:logo", args=[shop.logo_digest])) if shop.logo_digest else ""
    site = {"@context": "https://schema.org", "@type": "WebSite", "name": shop.name, "url": here}
    owner = {**site, "@type": "Organization"} | ({"logo": logo} if logo else {})
    return [site, owner]


def structured_data(request: HttpRequest, product: Product, shop: Appearance) -> list[dict]:
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
        "offers": _offer(request, product, shop),
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


def _offer(request: HttpRequest, product: Product, shop: Appearance) -> dict | None:
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
        "seller": {"@type": "Organization", "name": shop.name},
        "url": product.link or request.build_absolute_uri(product.get_absolute_url()),
    }
    return {name: value for name, value in offer.items() if value}
