"""What the tests of the shop's pages share."""

from playwright.sync_api import Page

from recommender import embedding
from tests.factories import CategoryFactory, ProductFactory
from tests.pictures import as_file, drawing


def skus(page: Page) -> list[str]:
    return [card.get_attribute("data-sku") for card in page.locator("[data-sku]").all()]


def photo(number: int) -> dict[str, object]:
    """A picture of the product with that look, slightly cropped, as a file to choose."""
    picture = drawing(number).crop((4, 5, 86, 115))
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": as_file(picture, quality=70)}


def look_of(product) -> int:
    """The seed of the factory's drawing: the digits of its sku, as both count together."""
    return int(product.sku[1:])


def colours_of_a_design() -> None:
    """A shirt in three colours."""
    category = CategoryFactory(name="Polos")
    shirts = [
        ProductFactory(category=category, base_colour=colour, name=f"Puma {colour} Shirt")
        for colour in ("Red", "Blue", "Green")
    ]
    embedding.embed_products([shirt.pk for shirt in shirts])
