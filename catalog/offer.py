"""What a product is sold for: its price now, in Python and in SQL, and what must be so of any price."""

from datetime import datetime
from decimal import Decimal

from django.core.validators import URLValidator
from django.db import models
from django.db.models import Case, ExpressionWrapper, F, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalog import money
from catalog.terms import LINK_LENGTH, LINK_SCHEMES, Availability, Condition

HAS_SALE = Q(sale_price__isnull=False)
"""Now, once or later"""
DISCOUNT = 1 - F("sale_price") / F("price")
"""The part of the price, from 0 to 1, that a sale takes off"""


class Offer(models.Model):
    """What a product costs, and where and whether it is had. Whatever is unknown is empty."""

    price = models.DecimalField(_("price"), max_digits=12, decimal_places=3, null=True, blank=True)
    has_lowest_price = models.BooleanField(
        _("the lowest of several prices"), default=False, help_text=_("Where its sizes or colours cost more or less.")
    )
    sale_price = models.DecimalField(_("sale price"), max_digits=12, decimal_places=3, null=True, blank=True)
    sale_starts_at = models.DateTimeField(_("sale starts at"), null=True, blank=True)
    sale_ends_at = models.DateTimeField(_("sale ends at"), null=True, blank=True)
    currency = models.CharField(
        _("currency"), max_length=3, blank=True, help_text=_("Its code of three letters: EUR, USD, INR.")
    )
    availability = models.CharField(_("availability"), max_length=12, choices=Availability, blank=True)
    is_sold_out = models.GeneratedField(
        verbose_name=_("is sold out"),
        expression=ExpressionWrapper(Q(availability=Availability.OUT_OF_STOCK), output_field=models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    condition = models.CharField(_("condition"), max_length=11, choices=Condition, blank=True)
    link = models.CharField(
        _("link to where it is bought"),
        max_length=LINK_LENGTH,
        blank=True,
        validators=[URLValidator(LINK_SCHEMES)],
        help_text=_("An address that begins with https:// or http://."),
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(price=None) | Q(price__gte=0),
                name="%(class)s_price_is_no_debt",
                violation_error_message=_("A price is no less than nothing."),
            ),
            models.CheckConstraint(
                condition=Q(price=None) | ~Q(currency=""),
                name="%(class)s_price_has_currency",
                violation_error_message=_("A price needs its currency."),
            ),
            models.CheckConstraint(
                condition=Q(currency="") | Q(currency__regex="^[A-Z]{3}$"),
                name="%(class)s_currency_is_a_code",
                violation_error_message=_("A currency is three capital letters, like EUR."),
            ),
            models.CheckConstraint(
                condition=Q(sale_price=None) | Q(price__isnull=False, sale_price__gte=0, sale_price__lt=F("price")),
                name="%(class)s_sale_price_is_lower",
                violation_error_message=_("A sale price is lower than the price, and no less than nothing."),
            ),
            models.CheckConstraint(
                condition=Q(sale_price__isnull=False) | Q(sale_starts_at=None, sale_ends_at=None),
                name="%(class)s_sale_dates_have_a_price",
                violation_error_message=_("The dates of a sale need its price."),
            ),
            models.CheckConstraint(
                condition=Q(sale_starts_at=None) | Q(sale_ends_at=None) | Q(sale_ends_at__gt=F("sale_starts_at")),
                name="%(class)s_sale_ends_after_start",
                violation_error_message=_("A sale ends after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(link="") | Q(link__regex="^https?://"),
                name="%(class)s_link_is_of_the_web",
                violation_error_message=_("A link begins with https:// or http://."),
            ),
        ]

    @property
    def is_on_sale(self) -> bool:
        """Whether the sale price is what it costs now."""
        if self.sale_price is None:
            return False
        now = timezone.now()
        has_started = self.sale_starts_at is None or self.sale_starts_at <= now
        return has_started and (self.sale_ends_at is None or now < self.sale_ends_at)

    def price_changes(self, since: datetime) -> list[datetime]:
        """The moments after that one at which a sale of it begins or ends."""
        return [date for date in (self.sale_starts_at, self.sale_ends_at) if date and date > since]

    @property
    def price_now(self) -> Decimal | None:
        """What it costs now; None where that is unknown."""
        return self.sale_price if self.is_on_sale else self.price

    @property
    def shown_price(self) -> str:
        """The price without a sale, as it is read; "" where it is unknown."""
        return "" if self.price is None else money.formatted(self.price, self.currency)

    @property
    def shown_price_now(self) -> str:
        """What it costs now, as it is read; "" where that is unknown."""
        now = self.price_now
        return "" if now is None else money.formatted(now, self.currency)


def is_on_sale(at: datetime, of: str = "") -> Q:
    """The same as `Offer.is_on_sale`, for a query; `of` leads to the offers from its rows, like `product__`."""
    has_started = Q((f"{of}sale_starts_at", None)) | Q((f"{of}sale_starts_at__lte", at))
    has_not_ended = Q((f"{of}sale_ends_at", None)) | Q((f"{of}sale_ends_at__gt", at))
    return Q((f"{of}sale_price__isnull", False)) & has_started & has_not_ended


def price_now(currency: str, at: datetime, of: str = "") -> Case:
    """The same as `Offer.price_now`, for a query; NULL in other currencies."""
    is_in_it = Q((f"{of}currency", currency))
    return Case(
        When(is_on_sale(at, of) & is_in_it, then=F(f"{of}sale_price")),
        When(is_in_it, then=F(f"{of}price")),
        output_field=models.DecimalField(max_digits=12, decimal_places=3),
    )


def discount_now(at: datetime) -> Case:
    """The part of the price, from 0 to 1, that a sale takes off now; NULL where there is none."""
    return Case(
        When(is_on_sale(at) & Q(price__gt=0), then=DISCOUNT),
        output_field=models.DecimalField(max_digits=12, decimal_places=6),
    )
