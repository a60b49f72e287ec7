"""Every query on imports."""

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case, F, Q, When

if TYPE_CHECKING:
    from catalog.importing.models import ChosenColumns

AT_WORK = ("reading", "undoing", "running", "queued")
"""The states of a job in which a worker has to go on with it."""


TRIES = 3
"""So many looks in vain, one after the other, are a failure of the source."""


class ImportSourceQuerySet(models.QuerySet):
    def failing(self) -> "ImportSourceQuerySet":
        """The sources of which nothing can be had until somebody sees to it."""
        return self.filter(failures__gte=TRIES)

    def due(self, now: datetime) -> "ImportSourceQuerySet":
        """The sources that are to be looked at, the longest waiting first."""
        return self.filter(due_at__lte=now).order_by("due_at")


class ImportJobQuerySet(models.QuerySet):
    def at_work(self) -> "ImportJobQuerySet":
        """The jobs that a worker has to go on with: previews first, then the running one, then by age."""
        return self.filter(state__in=AT_WORK).order_by(
            Case(When(state="reading", then=0), When(state="queued", then=2), default=1), "pk"
        )

    def unfinished(self) -> "ImportJobQuerySet":
        """Those at work, and those that wait to be confirmed."""
        return self.filter(state__in=(*AT_WORK, "ready"))

    def to_confirm_themselves(self) -> "ImportJobQuerySet":
        return self.filter(state="ready", confirms_itself=True)

    def to_tell_of(self, since: datetime) -> "ImportJobQuerySet":
        """Those that ended since then, and scheduled ones that wait for a person, of which nobody was mailed."""
        has_ended = Q(state__in=("done", "failed"), finished_at__gte=since)
        waits = Q(state="ready", confirms_itself=False, source__isnull=False, started_at__gte=since) & ~Q(error="")
        untold = self.filter(has_ended | waits).exclude(told=F("state"))
        return untold.select_related("source", "started_by").order_by("pk")

    def standing_still(self, since: datetime) -> "ImportJobQuerySet":
        """Those that nobody confirmed since then, nor went on with."""
        return self.filter(
            Q(state="ready", started_at__lt=since) | Q(state__in=("cancelled", "failed"), finished_at__lt=since)
        )

    def ended(self) -> "ImportJobQuerySet":
        """The jobs that came to their end, even if they were undone later."""
        return self.filter(state__in=("done", "undoing", "undone"))


class ImportChangeQuerySet(models.QuerySet):
    def touched_since(self) -> "ImportChangeQuerySet":
        """Those whose product something else has written since."""
        return self.exclude(product__updated_at=F("written_at"))

    def untouched_since(self) -> "ImportChangeQuerySet":
        return self.filter(product__updated_at=F("written_at"))


class PictureAddressQuerySet(models.QuerySet):
    def waiting(self) -> "PictureAddressQuerySet":
        """What is still to be fetched."""
        return self.filter(state="waiting")

    def due(self, now: datetime) -> "PictureAddressQuerySet":
        """What may be fetched now, in the order of the tables."""
        return self.waiting().filter(due_at__lte=now).order_by("pk")


class ChosenColumnsQuerySet(models.QuerySet["ChosenColumns"]):
    def of(self, header: list[str]) -> "ChosenColumns | None":
        """What staff chose for a file with that header; None where they never did."""
        return self.filter(header_digest=_digest_of(header)).first()

    def remember(self, header: list[str], mapping: dict[str, int], currency: str, links: str) -> None:
        chosen = {"mapping": mapping, "currency": currency, "links": links}
        self.update_or_create(header_digest=_digest_of(header), defaults=chosen)


def _digest_of(header: list[str]) -> str:
    return hashlib.sha256(json.dumps(header).encode()).hexdigest()
