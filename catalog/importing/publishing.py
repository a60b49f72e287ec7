"""Whether a shop's export says that a product is published, in the words of Shopify and WooCommerce."""

from collections.abc import Mapping

from catalog.importing.values import clean

COLUMNS: dict[str, tuple[str, ...]] = {
    "published": ("published", "publishedononlinestore", "veroffentlicht"),
    "status": ("status",),
    "visibility": ("visibilityincatalog", "sichtbarkeitimkatalog"),
}
"""What tells it, with the names that its column may have; a product is published where none says that it is not."""
UNPUBLISHED = frozenset(
    {"false", "0", "-1", "no", "draft", "archived", "unlisted", "private", "hidden", "pending", "inactive", "disabled"}
)


def is_published(cells: Mapping[str, str]) -> bool:
    """Whether the cells of these fields leave a product in the shop; empty ones do."""
    return not any(clean(cells.get(field, "")).lower() in UNPUBLISHED for field in COLUMNS)
