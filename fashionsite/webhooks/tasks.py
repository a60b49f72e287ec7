"""Celery tasks. The queue is only a hint: what is still to be sent stands in the database."""

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from catalog.handing_over import hand_over
from fashionsite.webhooks import events, sending
from fashionsite.webhooks.models import Delivery, Endpoint
from recommender.models import Encoder


@shared_task
def deliver(endpoint: int) -> None:
    """Sends for a few seconds, and lets what else is queued have its turn before it goes on."""
    if sending.deliver(endpoint):
        hand_over(deliver, endpoint)


@shared_task
def sweep() -> None:
    """Finds the imports that ended, and whatever is due."""
    events.note_imports(timezone.now())
    wake()


@shared_task
def forget() -> None:
    Delivery.objects.forget_old(timezone.now())


def wake() -> None:
    """Has workers send what is due, if anything is. Every few seconds one looks anyway."""
    for endpoint in Endpoint.objects.with_due(timezone.now()).values_list("pk", flat=True):
        hand_over(deliver, endpoint)


def tell_of_products(encoder: Encoder, embedded: events.Pictures, failed: events.Pictures, **_: object) -> None:
    """A receiver of recommender.signals.products_embedded, in its transaction."""
    events.note_searchable(encoder, embedded)
    events.note_failed(encoder, failed)
    transaction.on_commit(wake)
