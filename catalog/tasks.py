"""Celery tasks of the catalogue. The queue is only a hint: a rendition that is missing is made when it is asked for."""

import logging
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

from celery import Task, shared_task

from catalog.handing_over import hand_over
from catalog.models import FurtherPicture, Product
from catalog.monitoring.identity import request_id
from catalog.pictures import renditions
from catalog.pictures.decoding import UnreadablePicture
from catalog.pictures.media import media

logger = logging.getLogger(__name__)
PRODUCTS_PER_TASK = 64


@shared_task
def make_renditions(ids: list[int]) -> None:
    """Makes the renditions that these products' pictures lack."""
    with ThreadPoolExecutor(initializer=request_id.set, initargs=(request_id.get(),)) as pool:
        further = FurtherPicture.objects.filter(product__in=ids).select_related("product")
        list(pool.map(_make_renditions, [*Product.objects.filter(pk__in=ids), *further]))


def _make_renditions(pictured: Product | FurtherPicture) -> None:
    missing = renditions.missing(pictured.image_digest, pictured.image_width, str(pictured.image))
    try:
        if missing:
            renditions.make(str(pictured.image), pictured.image_digest, missing)
    except (UnreadablePicture, OSError) as error:
        logger.warning("A picture stays in its own size, %s: %s", pictured, error)


@shared_task
def delete_abandoned_files() -> None:
    media.delete_abandoned()


def enqueue_renditions(product_ids: list[int], **_) -> None:
    """A receiver of catalog.signals.pictures_changed."""
    hand_over_in_batches(make_renditions, _with_renditions(product_ids), PRODUCTS_PER_TASK)


def _with_renditions(ids: list[int]) -> list[int]:
    """The products that have a picture large enough to have renditions."""
    own = Product.objects.filter(pk__in=ids).order_by()
    further = FurtherPicture.objects.filter(product__in=ids).order_by()
    pictures = chain(
        own.values_list("pk", "image_width", "image"), further.values_list("product", "image_width", "image")
    )
    wanted = {product for product, width, name in pictures if renditions.widths_for(width, name)}
    return [product for product in ids if product in wanted]


def hand_over_in_batches(task: Task, product_ids: list[int], size: int) -> None:
    """Hands products to the workers, a batch of that size a task."""
    for start in range(0, len(product_ids), size):
        hand_over(task, product_ids[start : start + size])
