"""Embeds what needs it: what is still to do is a query, so that nothing can be lost and all may run twice."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import numpy as np
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from catalog.models import Product
from catalog.monitoring.metrics import EMBEDDED, EMBEDDING_SECONDS, NOT_EMBEDDED, SEARCHABLE_SECONDS
from catalog.pictures import storage
from catalog.pictures.decoding import UnreadablePicture
from catalog.pictures.facts import is_plain
from recommender import querysets, registry
from recommender.encoders import PictureEncoder
from recommender.models import Embedding, EmbeddingFailure, Encoder

PLAIN = gettext_noop("The picture is of one colour and shows nothing: give the product another one.")
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
MOST_TRIES = 12
"""Within two days of the first, each after three times as long a wait as the one before."""


@dataclass(frozen=True)
class Fault:
    """Why a picture cannot be embedded, and whether that is the fault of its storage, which may be well again soon."""

    reason: str
    is_of_storage: bool = False


@dataclass(frozen=True)
class Result:
    """What became of a batch."""

    embedded: int
    failed: int


def embed_products(ids: list[int]) -> Result:
    """Embeds those of the products that are due, for each encoder at work; another process's are left to it."""
    results = [_embed_by(encoder, ids) for encoder in registry.encoders_at_work()]
    return Result(sum(result.embedded for result in results), sum(result.failed for result in results))


@transaction.atomic
def _embed_by(encoder: Encoder, ids: list[int]) -> Result:
    products = list(
        querysets.due(encoder).filter(pk__in=ids).select_for_update(skip_locked=True, of=("self",), no_key=True)
    )
    with EMBEDDING_SECONDS.labels("read").time():
        pictures, failures = _prepare(encoder.load(), products)
    if pictures:
        with EMBEDDING_SECONDS.labels("encode").time():
            embeddings = encoder.load().encode(np.stack(list(pictures.values())))
        with EMBEDDING_SECONDS.labels("store").time():
            _save_embeddings(encoder, list(pictures), embeddings)
    _save_failures(encoder, failures)
    _count(encoder, list(pictures), len(failures))
    return Result(len(pictures), len(failures))


def _count(encoder: Encoder, embedded: list[Product], failed: int) -> None:
    EMBEDDED.labels(encoder.name).inc(len(embedded))
    NOT_EMBEDDED.labels(encoder.name).inc(failed)
    if encoder.state != Encoder.State.ACTIVE:
        return
    now = timezone.now()
    for product in embedded:
        if product.picture_changed_at:
            SEARCHABLE_SECONDS.observe((now - product.picture_changed_at).total_seconds())


def _prepare(
    picture_encoder: PictureEncoder, products: list[Product]
) -> tuple[dict[Product, np.ndarray], dict[Product, Fault]]:
    """(what the encoder sees of each picture that shows something, why it cannot of each other one)."""
    pictures: dict[Product, np.ndarray] = {}
    failures: dict[Product, Fault] = {}
    with ThreadPoolExecutor() as pool:
        for product, outcome in zip(products, pool.map(partial(_read, picture_encoder), products), strict=True):
            if isinstance(outcome, Fault):
                failures[product] = outcome
            else:
                pictures[product] = outcome
    return pictures, failures


def _read(picture_encoder: PictureEncoder, product: Product) -> np.ndarray | Fault:
    """What the encoder sees, or why it cannot."""
    try:
        picture = storage.load(str(product.image))
        return Fault(gettext(PLAIN)) if is_plain(picture) else picture_encoder.prepare(picture)
    except UnreadablePicture as error:
        return Fault(str(error))
    except OSError as error:
        return Fault(gettext("The picture's file cannot be read: {problem}").format(problem=error), is_of_storage=True)


def _save_embeddings(encoder: Encoder, products: list[Product], embeddings: np.ndarray) -> None:
    now = timezone.now()
    Embedding.objects.bulk_create(
        [
            Embedding(
                encoder=encoder, product=product, image_digest=product.image_digest, vector=vector, created_at=now
            )
            for product, vector in zip(products, embeddings, strict=True)
        ],
        update_conflicts=True,
        unique_fields=["encoder", "product"],
        update_fields=["image_digest", "vector", "created_at"],
    )
    EmbeddingFailure.objects.filter(encoder=encoder, product__in=products).delete()


def _save_failures(encoder: Encoder, failures: dict[Product, Fault]) -> None:
    known = {failure.product_id: failure for failure in encoder.failures.filter(product__in=failures)}
    EmbeddingFailure.objects.bulk_create(
        [_failure(encoder, product, fault, known.get(product.pk)) for product, fault in failures.items()],
        update_conflicts=True,
        unique_fields=["encoder", "product"],
        update_fields=["image_digest", "reason", "tries", "due_at", "created_at"],
    )
    Embedding.objects.filter(encoder=encoder, product__in=failures).delete()


def _failure(encoder: Encoder, product: Product, fault: Fault, before: EmbeddingFailure | None) -> EmbeddingFailure:
    now = timezone.now()
    tries = before.tries + 1 if before and before.image_digest == product.image_digest else 1
    is_tried_again = fault.is_of_storage and tries < MOST_TRIES
    return EmbeddingFailure(
        encoder=encoder,
        product=product,
        image_digest=product.image_digest,
        reason=fault.reason,
        tries=tries,
        due_at=now + min(FIRST_WAIT * 3 ** (tries - 1), LONGEST_WAIT) if is_tried_again else None,
        created_at=now,
    )


def waiting_ids() -> list[int]:
    """Products that wait for any encoder at work and are due, oldest first."""
    waiting = [querysets.due(encoder).values_list("pk", flat=True) for encoder in registry.encoders_at_work()]
    return sorted(set().union(*waiting))
