"""Where programs want to be told what happens, and what each of them is told."""

import base64
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.fetching import UnfetchableAddress, host_of

SECRET_BYTES = 32
SECRET_BEGINNING = "whsec_"  # noqa: S105 – how all begin
LEASE = timedelta(minutes=1)
"""For so long a delivery is left to the worker that took it."""
KEPT = timedelta(days=14)
MOST_KEPT = 10_000


class Event(models.TextChoices):
    PRODUCT_SEARCHABLE = "product.searchable", _("Products can be found by their look")
    PRODUCT_FAILED = "product.failed", _("Pictures of products cannot be looked at")
    IMPORT_FINISHED = "import.finished", _("An import has ended")


TEST = "endpoint.test"
"""The event that never happens: staff have an endpoint told of it to see whether it hears."""
TOLD = [*Event.choices, (TEST, _("A test"))]


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def of(self, event: Event) -> "EndpointQuerySet":
        return self.filter(is_active=True, events__contains=[event])

    def with_due(self, now: datetime) -> "EndpointQuerySet":
        """Those that something is to be sent to."""
        return self.filter(pk__in=Delivery.objects.due(now).values("endpoint"))


class Endpoint(models.Model):
    """An address that is told of some events. The secret signs what is sent there, so it is kept as it is."""

    address = models.CharField(
        _("address"), max_length=500, unique=True, help_text=_("Like https://www.example.com/webhooks.")
    )
    events = ArrayField(models.CharField(max_length=20, choices=Event), verbose_name=_("events"), size=len(Event))
    secret = models.CharField(max_length=100, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        ordering = ["address"]
        verbose_name = _("endpoint")
        verbose_name_plural = _("endpoints")

    def __str__(self) -> str:
        return self.address

    def take_new_secret(self) -> str:
        """Gives it a secret of its own, which is returned; it is not saved."""
        self.secret = SECRET_BEGINNING + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
        return self.secret

    def clean(self) -> None:
        """Raises ValidationError where nothing would be sent to the address."""
        try:
            host_of(self.address, settings.WEBHOOK_NETWORKS)
        except UnfetchableAddress as error:
            raise ValidationError({"address": str(error)}) from error


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, now: datetime) -> "DeliveryQuerySet":
        return self.filter(state=Delivery.State.WAITING, due_at__lte=now, endpoint__is_active=True)

    @transaction.atomic
    def take(self, endpoint: int, now: datetime) -> "Delivery | None":
        """The oldest that is due, which is this process's for a minute; None where there is none."""
        due = self.due(now).filter(endpoint=endpoint).select_related("endpoint").order_by("pk")
        taken = due.select_for_update(of=("self",), skip_locked=True).first()
        if taken:
            taken.tries, taken.tried_at, taken.due_at = taken.tries + 1, now, now + LEASE
            taken.save(update_fields=["tries", "tried_at", "due_at"])
        return taken

    def send_again(self, now: datetime) -> int:
        """Has those of active endpoints sent as if for the first time; how many."""
        active = self.filter(endpoint__in=Endpoint.objects.filter(is_active=True))
        return active.update(state=Delivery.State.WAITING, tries=0, due_at=now, wanted_at=now)

    def forget_old(self, now: datetime) -> None:
        """What is older than two weeks, and all but the latest 10,000."""
        self.filter(created_at__lt=now - KEPT).delete()
        if oldest := self.order_by("-pk").values_list("pk", flat=True)[MOST_KEPT : MOST_KEPT + 1].first():
            self.filter(pk__lte=oldest).delete()


class Delivery(models.Model):
    """One message to one endpoint. Those that wait are what is still to be sent."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("given up")

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries", verbose_name=_("endpoint"))
    event = models.CharField(_("event"), max_length=20, choices=TOLD)
    message = models.UUIDField(_("message"))
    """What happened, the same for all endpoints, and however often it is sent"""
    body = models.TextField(_("body"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    wanted_at = models.DateTimeField("since when it is to be sent")
    due_at = models.DateTimeField(_("next time"))
    tried_at = models.DateTimeField(_("last time"), null=True)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    answer = models.TextField(_("answer"), blank=True, help_text=_("How it begins, or why there was none."))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [models.UniqueConstraint(fields=["endpoint", "message"], name="delivery_unique")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="delivery_waiting"),
            models.Index(fields=["created_at"], name="delivery_created_at"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.message_id}"

    @property
    def message_id(self) -> str:
        return f"msg_{self.message.hex}"
