"""Embeds what needs it: what is still to do is a query, so that nothing can be lost and all may run twice."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import chain, starmap
from typing import NamedTuple

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
from recommender.signals import products_embedded

PLAIN = gettext_noop("The picture is of one colour and shows nothing: give the product another one.")
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
AT_ONCE = 128
"""Pictures of a transaction, so that no product is locked for long however many pictures it has."""
MOST_TRIES = 12
"""Within two days of the first, each after three times as long a wait as the one before."""


class Picture(NamedTuple):
    """A product's own picture or a further one: the product's id, the name in the media storage, and the digest."""

    product: int
    image: str
    digest: str
    changed_at: datetime | None = None
    """Since when it is the product's own one"""


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
    """Embeds what is due of the products' pictures, for each encoder at work; another process's are left to it."""
    results = [result for encoder in registry.encoders_at_work() for result in _rounds(encoder, ids)]
    return Result(sum(result.embedded for result in results), sum(result.failed for result in results))


def _rounds(encoder: Encoder, ids: list[int]) -> Iterator[Result]:
    """What became of the pictures, as many at once as may be, products' own ones first."""
    while True:
        yield (result := _embed_by(encoder, ids))
        if result.embedded + result.failed < AT_ONCE:
            return


@transaction.atomic
def _embed_by(encoder: Encoder, ids: list[int]) -> Result:
    # Imports lock products before they touch further pictures too.
    products = Product.objects.filter(pk__in=ids).select_for_update(skip_locked=True, no_key=True)
    locked = list(products.values_list("pk", flat=True))
    with EMBEDDING_SECONDS.labels("read").time():
        pictures, failures = _prepare(encoder.load(), _due_among(encoder, locked))
    if pictures:
        with EMBEDDING_SECONDS.labels("encode").time():
            embeddings = encoder.load().encode(np.stack(list(pictures.values())))
        with EMBEDDING_SECONDS.labels("store").time():
            _save_embeddings(encoder, list(pictures), embeddings)
    _save_failures(encoder, failures)
    querysets.stale(encoder.embeddings.filter(product__in=locked)).delete()
    querysets.stale(encoder.failures.filter(product__in=locked)).delete()
    _count(encoder, list(pictures), len(failures))
    _tell(encoder, pictures, failures)
    return Result(len(pictures), len(failures))


def _due_among(encoder: Encoder, products: list[int]) -> list[Picture]:
    own = querysets.due(encoder).filter(pk__in=products).order_by("pk")
    further = querysets.due_further(encoder).filter(product__in=products).order_by("product", "position")
    rows = chain(
        own.values_list("pk", "image", "image_digest", "picture_changed_at"),
        further.values_list("product", "image", "image_digest"),
    )
    found: dict[tuple[int, str], Picture] = {}
    for picture in starmap(Picture, rows):
        # A further picture may be the own one again.
        found.setdefault((picture.product, picture.digest), picture)
    return list(found.values())[:AT_ONCE]


def _tell(encoder: Encoder, embedded: Iterable[Picture], failed: Iterable[Picture]) -> None:
    told = {"embedded": embedded, "failed": failed}
    lists = {name: [(picture.product, picture.digest) for picture in pictures] for name, pictures in told.items()}
    products_embedded.send(Encoder, encoder=encoder, **lists)


def _count(encoder: Encoder, embedded: list[Picture], failed: int) -> None:
    EMBEDDED.labels(encoder.name).inc(len(embedded))
    NOT_EMBEDDED.labels(encoder.name).inc(failed)
    if encoder.state != Encoder.State.ACTIVE:
        return
    now = timezone.now()
    for picture in embedded:
        if picture.changed_at:
            SEARCHABLE_SECONDS.observe((now - picture.changed_at).total_seconds())


def _prepare(
    picture_encoder: PictureEncoder, due: list[Picture]
) -> tuple[dict[Picture, np.ndarray], dict[Picture, Fault]]:
    """(what the encoder sees of each picture that shows something, why it cannot of each other one)."""
    pictures: dict[Picture, np.ndarray] = {}
    failures: dict[Picture, Fault] = {}
    with ThreadPoolExecutor() as pool:
        for picture, outcome in zip(due, pool.map(partial(_read, picture_encoder), due), strict=True):
            if isinstance(outcome, Fault):
                failures[picture] = outcome
            else:
                pictures[picture] = outcome
    return pictures, failures


def _read(picture_encoder: PictureEncoder, due: Picture) -> np.ndarray | Fault:
    """What the encoder sees, or why it cannot."""
    try:
        picture = storage.load(due.image)
        return Fault(gettext(PLAIN)) if is_plain(picture) else picture_encoder.prepare(picture)
    except UnreadablePicture as error:
        return Fault(str(error))
    except OSError as error:
        return Fault(gettext("The picture's file cannot be read: {problem}").format(problem=error), is_of_storage=True)


def _save_embeddings(encoder: Encoder, pictures: list[Picture], embeddings: np.ndarray) -> None:
    now = timezone.now()
    Embedding.objects.bulk_create(
        [
            Embedding(
                encoder=encoder,
                product_id=picture.product,
                image_digest=picture.digest,
                vector=vector,
                created_at=now,
            )
            for picture, vector in zip(pictures, embeddings, strict=True)
        ],
        update_conflicts=True,
        unique_fields=["encoder", "product", "image_digest"],
        update_fields=["vector", "created_at"],
    )
    known = _failures_of(encoder, pictures)
    EmbeddingFailure.objects.filter(pk__in=[failure.pk for failure in known.values()]).delete()


def _failures_of(encoder: Encoder, pictures: Iterable[Picture]) -> dict[tuple[int, str], EmbeddingFailure]:
    """The failures of these pictures so far, by product and digest."""
    wanted = {(picture.product, picture.digest) for picture in pictures}
    failures = encoder.failures.filter(product__in={product for product, _ in wanted})
    found = {(failure.product_id, failure.image_digest): failure for failure in failures}
    return {key: failure for key, failure in found.items() if key in wanted}


def _save_failures(encoder: Encoder, failures: dict[Picture, Fault]) -> None:
    known = _failures_of(encoder, failures)
    EmbeddingFailure.objects.bulk_create(
        [
            _failure(encoder, picture, fault, known.get((picture.product, picture.digest)))
            for picture, fault in failures.items()
        ],
        update_conflicts=True,
        unique_fields=["encoder", "product", "image_digest"],
        update_fields=["reason", "tries", "due_at", "created_at"],
    )


def _failure(encoder: Encoder, picture: Picture, fault: Fault, before: EmbeddingFailure | None) -> EmbeddingFailure:
    now = timezone.now()
    tries = before.tries + 1 if before else 1
    is_tried_again = fault.is_of_storage and tries < MOST_TRIES
    return EmbeddingFailure(
        encoder=encoder,
        product_id=picture.product,
        image_digest=picture.digest,
        reason=fault.reason,
        tries=tries,
        due_at=now + min(FIRST_WAIT * 3 ** (tries - 1), LONGEST_WAIT) if is_tried_again else None,
        created_at=now,
    )


def waiting_ids() -> list[int]:
    """Products with pictures that wait for any encoder at work and are due.

    Those whose own picture waits come first, the oldest before the others.
    """
    encoders = registry.encoders_at_work()
    own = set[int]().union(*(querysets.due(encoder).values_list("pk", flat=True) for encoder in encoders))
    further = (querysets.due_further(encoder).values_list("product", flat=True) for encoder in encoders)
    return [*sorted(own), *sorted(set[int]().union(*further) - own)]
