"""What happens, noted for every endpoint that wants to know; what is noted already stays as it is."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db.models import F, Q
from django.utils import timezone

from catalog.importing import batches
from catalog.importing.models import ImportJob
from catalog.models import Product
from fashionsite.webhooks.models import TEST, Delivery, Endpoint, Event
from recommender.models import EmbeddingFailure, Encoder

MOST_PRODUCTS = 100
"""Of a message"""
LOOKED_BACK = timedelta(days=1)
ENDS = (ImportJob.State.DONE, ImportJob.State.FAILED, ImportJob.State.CANCELLED)
IMPORTS = UUID("7a1fb7a4-3f0c-4a2b-9d53-0e3f0c6a5b11")
"""The namespace of messages about imports: the end of one is always the same message."""
COUNTS = ("rows", "created", "updated", "unchanged", "rejected", "archived")
Pictures = Collection[tuple[int, str]]
"""Products by id, and the digest of one of their pictures"""


def note_searchable(encoder: Encoder, pictures: Pictures) -> None:
    """Of products whose own picture is among these, which the encoder has just embedded."""
    if not _is_wanted(Event.PRODUCT_SEARCHABLE, encoder):
        return
    rows = Product.objects.filter(pk__in=[product for product, _ in pictures]).order_by("pk")
    found, embedded = rows.values_list("pk", "image_digest", "sku"), set(pictures)
    told = [{"sku": sku} for pk, digest, sku in found if (pk, digest) in embedded]
    _note_products(Event.PRODUCT_SEARCHABLE, told)


def note_failed(encoder: Encoder, pictures: Pictures) -> None:
    """Of products whose own picture is among these, which cannot be embedded: at the first time and at the last."""
    if not _is_wanted(Event.PRODUCT_FAILED, encoder):
        return
    failures = EmbeddingFailure.objects.filter(encoder=encoder, product__in=[product for product, _ in pictures])
    own = failures.filter(Q(tries=1) | Q(due_at=None), image_digest=F("product__image_digest")).order_by("product")
    failed = set(pictures)
    told = [
        {"sku": failure.product.sku, "reason": failure.reason, "is_tried_again": failure.due_at is not None}
        for failure in own.select_related("product")
        if (failure.product_id, failure.image_digest) in failed
    ]
    _note_products(Event.PRODUCT_FAILED, told)


def note_imports(now: datetime) -> None:
    """Of those that ended within a day; what programs write in batches they know already."""
    if not Endpoint.objects.of(Event.IMPORT_FINISHED).exists():
        return
    ended = ImportJob.objects.filter(state__in=ENDS, finished_at__gt=now - LOOKED_BACK).exclude(styles=batches.FILE)
    for job in ended.order_by("pk"):
        ended_at = job.finished_at or now
        counts = {name: getattr(job, name) for name in COUNTS}
        told = {"id": job.pk, "state": job.state, "file": job.file_name, **counts, "error": job.error}
        message = uuid5(IMPORTS, f"{job.pk} {ended_at.isoformat()}")
        _note(Event.IMPORT_FINISHED, message, ended_at, {"import": told})


def note_test(endpoint: Endpoint) -> Delivery:
    """What is sent there to see whether it hears."""
    return _deliveries([endpoint], TEST, uuid4(), timezone.now(), {})[0]


def _is_wanted(event: Event, encoder: Encoder) -> bool:
    return encoder.state == Encoder.State.ACTIVE and Endpoint.objects.of(event).exists()


def _note_products(event: Event, products: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(products), MOST_PRODUCTS):
        _note(event, uuid4(), timezone.now(), {"products": products[start : start + MOST_PRODUCTS]})


def _note(event: Event, message: UUID, happened_at: datetime, data: dict[str, Any]) -> None:
    """For the endpoints that were there when it happened."""
    _deliveries(Endpoint.objects.of(event).filter(created_at__lte=happened_at), event, message, happened_at, data)


def _deliveries(
    endpoints: Iterable[Endpoint], event: str, message: UUID, happened_at: datetime, data: dict[str, Any]
) -> list[Delivery]:
    told = {"type": event, "timestamp": happened_at.isoformat(), "data": data}
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return Delivery.objects.bulk_create(
        [
            Delivery(
                endpoint=endpoint, event=event, message=message, body=body, wanted_at=happened_at, due_at=happened_at
            )
            for endpoint in endpoints
        ],
        ignore_conflicts=True,
    )
