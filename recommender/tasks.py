"""Celery tasks. The queue is only a hint: what is still to do stands in the database."""

from contextlib import suppress
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from catalog.tasks import hand_over_in_batches
from recommender import copying, embedding, registry
from recommender.measuring import calibration, index, quality, shown_words
from recommender.measuring.catalogue import load_catalogue
from recommender.models import Embedding, EmbeddingFailure
from recommender.photo import store
from recommender.registry import active_encoder
from recommender.vectors import VectorsAway

STALLED_AFTER = timedelta(seconds=50)


@shared_task
def embed_products(ids: list[int]) -> None:
    embedding.embed_products(ids)
    if settings.VECTORS:
        # While Milvus is away they wait for `copy_vectors`.
        with suppress(VectorsAway):
            copying.copy_those_of(ids)


@shared_task
def copy_vectors() -> None:
    """Copies to Milvus what is missing there."""
    with suppress(VectorsAway):
        for _ in copying.follow():
            pass


@shared_task
def catch_up() -> None:
    """Enqueues what still waits when nothing moves any more, so that a long queue is not queued twice."""
    waiting = embedding.waiting_ids()
    if not Embedding.objects.filter(created_at__gt=timezone.now() - STALLED_AFTER).exists():
        enqueue(waiting)
    registry.end_fills()
    registry.switch_when_complete()
    store.forget_expired()
    if not waiting and (catalogue := calibration.calibrate_if_outgrown()):
        shown_words.learn_shown_words(catalogue)


@shared_task
def measure_quality() -> None:
    catalogue = load_catalogue(active_encoder())
    quality.measure(catalogue)
    calibration.calibrate(catalogue)
    shown_words.learn_shown_words(catalogue)


@shared_task
def measure_index() -> None:
    index.measure(active_encoder())


def enqueue(product_ids: list[int]) -> None:
    hand_over_in_batches(embed_products, product_ids, embedding.AT_ONCE)


def try_changed(product_ids: list[int], **_) -> None:
    """A receiver of catalog.signals.pictures_changed. What was wrong with a picture before counts no longer."""
    EmbeddingFailure.objects.filter(product__in=product_ids).delete()
    enqueue(product_ids)


def resume(**_) -> None:
    """What a worker does first: whatever an earlier one left, lost or was killed over is enqueued again."""
    registry.follow_shipped()
    enqueue(embedding.waiting_ids())
