"""Celery tasks. The queue is only a hint: what is still to do stands in the database."""

import logging
from datetime import timedelta

from celery import shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from recommender import embedding, registry
from recommender.measuring import calibration, quality
from recommender.measuring.catalogue import load_catalogue
from recommender.models import Embedding
from recommender.photo import store
from recommender.registry import active_encoder

logger = logging.getLogger(__name__)
STALLED_AFTER = timedelta(seconds=50)


@shared_task
def embed_products(ids: list[int]) -> None:
    embedding.embed_products(ids)


@shared_task
def catch_up() -> None:
    """Enqueues what still waits when nothing moves any more, so that a long queue is not queued twice."""
    waiting = embedding.waiting_ids()
    if not Embedding.objects.filter(created_at__gt=timezone.now() - STALLED_AFTER).exists():
        enqueue(waiting)
    registry.switch_when_complete()
    store.forget_expired()
    if not waiting:
        calibration.calibrate_if_new()


@shared_task
def measure_quality() -> None:
    catalogue = load_catalogue(active_encoder())
    quality.measure(catalogue)
    calibration.calibrate(catalogue)


def enqueue(product_ids: list[int], **_) -> None:
    """Hands products to the workers, a batch a task. Also a receiver of catalog.signals.pictures_changed."""
    try:
        for start in range(0, len(product_ids), embedding.PRODUCTS_PER_BATCH):
            embed_products.delay(product_ids[start : start + embedding.PRODUCTS_PER_BATCH])
    except OperationalError as error:
        # What a merchant saves must not fail over a queue; the database knows that these products still wait.
        logger.warning("The broker cannot be reached, so the workers find new pictures a minute later: %s", error)


def resume(**_) -> None:
    """What a worker does first: whatever an earlier one left, lost or was killed over is enqueued again."""
    registry.follow_shipped()
    enqueue(embedding.waiting_ids())
