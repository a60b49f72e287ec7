"""Celery tasks of the catalogue. The queue is only a hint: which imports are to go on stands in the database, and a
rendition that no worker has made is made when it is asked for."""

import logging
from concurrent.futures import ThreadPoolExecutor

from celery import Task, shared_task
from kombu.exceptions import OperationalError

from catalog.importing import jobs
from catalog.models import Product
from catalog.pictures import renditions
from catalog.pictures.decoding import UnreadablePicture

logger = logging.getLogger(__name__)
PRODUCTS_PER_TASK = 64


@shared_task
def make_renditions(ids: list[int]) -> None:
    """Makes the renditions that these products' pictures lack."""
    with ThreadPoolExecutor() as pool:
        list(pool.map(_make_renditions, Product.objects.filter(pk__in=ids)))


def _make_renditions(product: Product) -> None:
    missing = renditions.missing(product.image_digest, product.image_width)
    try:
        if missing:
            renditions.make(product.image.name, product.image_digest, missing)
    except (UnreadablePicture, OSError) as error:
        logger.warning("The picture of product %s stays in its own size: %s", product.sku, error)


def enqueue_renditions(product_ids: list[int], **_) -> None:
    """A receiver of catalog.signals.pictures_changed."""
    hand_over(make_renditions, product_ids)


def hand_over(task: Task, product_ids: list[int]) -> None:
    """Hands products to the workers, a batch a task."""
    try:
        for start in range(0, len(product_ids), PRODUCTS_PER_TASK):
            task.delay(product_ids[start : start + PRODUCTS_PER_TASK])
    except OperationalError as error:
        # What a merchant saves must not fail over a queue.
        logger.warning("The broker cannot be reached, so %s waits: %s", task.name, error)


@shared_task
def go_on_with_imports() -> None:
    """Goes on for a few seconds, and lets what else is queued have its turn before it goes on again."""
    if jobs.advance():
        wake_importer()


def wake_importer(**_) -> None:
    """Has a worker look for imports to go on with. A worker that starts does so too."""
    try:
        go_on_with_imports.delay()
    except OperationalError as error:
        # What a merchant asks for must not fail over a queue; the database knows that the job is to go on.
        logger.warning("The broker cannot be reached, so the workers find the import some seconds later: %s", error)
