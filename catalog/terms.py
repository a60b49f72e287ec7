"""What can be said of how a product is sold. No model is here, so that tables are read without a database."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

MOST_FURTHER_PICTURES = 12
LINK_LENGTH = 2000
DESCRIPTION_LENGTH = 5000
LINK_SCHEMES = ("http", "https")


class Availability(TextChoices):
    IN_STOCK = "in_stock", _("In stock")
    OUT_OF_STOCK = "out_of_stock", _("Sold out")
    PREORDER = "preorder", _("Preorder")
    BACKORDER = "backorder", _("On backorder")


class Condition(TextChoices):
    NEW = "new", _("New")
    REFURBISHED = "refurbished", _("Refurbished")
    USED = "used", _("Used")
