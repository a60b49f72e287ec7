"""What can be said of how a product is sold. No model is here, so that tables are read without a database."""

from django.db.models import TextChoices

LINK_LENGTH = 2000
DESCRIPTION_LENGTH = 5000
LINK_SCHEMES = ("http", "https")


class Availability(TextChoices):
    IN_STOCK = "in_stock", "In stock"
    OUT_OF_STOCK = "out_of_stock", "Sold out"
    PREORDER = "preorder", "Preorder"
    BACKORDER = "backorder", "On backorder"


class Condition(TextChoices):
    NEW = "new"
    REFURBISHED = "refurbished"
    USED = "used"
