"""Embeds what needs it: what is still to do is a query, so that nothing can be lost and all may run twice."""

import io
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from itertools import chain, starmap
from typing import NamedTuple

import numpy as np
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from catalog.models import Product
from catalog.monitoring.metrics import EMBEDDED, EMBEDDING_SECONDS, NOT_EMBEDDED, SEARCHABLE_SECONDS
from catalog.outages import MOST_TRIES, wait_after
from catalog.pictures import storage
from catalog.pictures.decoding import UnreadablePicture
from catalog.pictures.facts import is_plain
from recommender import querysets, registry
from recommender.encoders import PictureEncoder
from recommender.models import Embedding, EmbeddingFailure, Encoder
from recommender.signals import products_embedded

PLAIN = gettext_noop("The picture is of one colour and shows nothing: give the product another one.")
AT_ONCE = 256
"""Pictures of a transaction, and products of a task: so many that the encoder seldom waits, and so few that no product
is locked for long, however many pictures it has."""
PICTURES_PER_PART = 32
"""While the encoder has one part, the next ones are read, and those before are stored."""
COLUMNS = ("encoder_id", "product_id", "image_digest", "vector", "created_at")
COPY = f"COPY {Embedding._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN WITH (FORMAT binary)"
COPY_BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_END = b"\xff\xff"
POSTGRES_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


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


class Part(NamedTuple):
    """Some pictures with their embeddings, float32 (n, d), and why others have none."""

    pictures: list[Picture]
    embeddings: np.ndarray
    faults: dict[Picture, Fault]


@dataclass(frozen=True)
class Result:
    """What became of a batch."""

    embedded: int
    failed: int
    left: int = 0
    """How many of its pictures were too many for one transaction"""


def embed_products(ids: list[int]) -> Result:
    """Embeds what is due of the products' pictures, for each encoder at work; another process's are left to it."""
    encoders = registry.encoders_at_work()
    # Where a few are embedded, not very much waits.
    if len(ids) >= AT_ONCE // 2:
        for encoder in encoders:
            registry.begin_fill(encoder)
    results = [result for encoder in encoders for result in _rounds(encoder, ids)]
    return Result(sum(result.embedded for result in results), sum(result.failed for result in results))


def _rounds(encoder: Encoder, ids: list[int]) -> Iterator[Result]:
    """What became of the pictures, as many at once as may be, products' own ones first."""
    while True:
        yield (result := _embed_by(encoder, ids))
        if not result.left:
            return


@transaction.atomic
def _embed_by(encoder: Encoder, ids: list[int]) -> Result:
    _need_no_flush()
    # Imports lock products before they touch further pictures too.
    products = Product.objects.filter(pk__in=ids).select_for_update(skip_locked=True, no_key=True)
    locked = list(products.values_list("pk", flat=True))
    embedded: list[Picture] = []
    failures: dict[Picture, Fault] = {}
    due = _due_among(encoder, locked)
    for pictures, embeddings, faults in _embedded(encoder.load(), due[:AT_ONCE]):
        with EMBEDDING_SECONDS.labels("store").time():
            _save_embeddings(encoder, pictures, embeddings)
        embedded += pictures
        failures |= faults
    _forget_failures(encoder, embedded)
    _save_failures(encoder, failures)
    querysets.stale(encoder.embeddings.filter(product__in=locked)).delete()
    querysets.stale(encoder.failures.filter(product__in=locked)).delete()
    _count(encoder, embedded, len(failures))
    _tell(encoder, embedded, failures)
    return Result(len(embedded), len(failures), len(due[AT_ONCE:]))


def _need_no_flush() -> None:
    """What a power cut takes of this transaction waits again, and is embedded again."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")


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
    return list(found.values())


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


def _embedded(picture_encoder: PictureEncoder, due: list[Picture]) -> Iterator[Part]:
    """The pictures part by part, while the next ones are read and encoded."""
    parts = [due[start : start + PICTURES_PER_PART] for start in range(0, len(due), PICTURES_PER_PART)]
    # One more than there are cores to encode, so that the encoder always has a part that is read.
    with ThreadPoolExecutor((os.cpu_count() or 1) + 1) as pool:
        yield from pool.map(partial(_embed_part, picture_encoder), parts)


def _embed_part(picture_encoder: PictureEncoder, due: list[Picture]) -> Part:
    prepared: dict[Picture, np.ndarray] = {}
    faults: dict[Picture, Fault] = {}
    with EMBEDDING_SECONDS.labels("read").time():
        for picture in due:
            outcome = _read(picture_encoder, picture)
            if isinstance(outcome, Fault):
                faults[picture] = outcome
            else:
                prepared[picture] = outcome
    if not prepared:
        return Part([], np.empty((0, picture_encoder.dimensions), np.float32), faults)
    with EMBEDDING_SECONDS.labels("encode").time():
        return Part(list(prepared), picture_encoder.encode(np.stack(list(prepared.values()))), faults)


def _read(picture_encoder: PictureEncoder, due: Picture) -> np.ndarray | Fault:
    """What the encoder sees, or why it cannot."""
    try:
        picture = storage.load(due.image)
        return Fault(gettext(PLAIN)) if is_plain(picture) else picture_encoder.prepare(picture)
    except UnreadablePicture as error:
        return Fault(str(error))
    except OSError as error:
        return Fault(
            gettext("The picture's file cannot be read: {problem}").format(problem=error.strerror or error),
            is_of_storage=True,
        )


def _save_embeddings(encoder: Encoder, pictures: list[Picture], embeddings: np.ndarray) -> None:
    """Writes embeddings, float32 (n, d), of pictures that have none, whose products are locked."""
    if not pictures:
        return
    rows = np.empty(len(pictures), _row_type(encoder.dimensions))
    rows["fields"] = len(COLUMNS)
    for column in COLUMNS:
        rows[column]["bytes"] = rows.dtype[column]["value"].itemsize
    rows["encoder_id"]["value"] = encoder.pk
    rows["product_id"]["value"] = [picture.product for picture in pictures]
    rows["image_digest"]["value"] = [picture.digest.encode() for picture in pictures]
    rows["vector"]["value"]["dimensions"] = encoder.dimensions
    rows["vector"]["value"]["unused"] = 0
    rows["vector"]["value"]["numbers"] = embeddings
    rows["created_at"]["value"] = (timezone.now() - POSTGRES_EPOCH) // timedelta(microseconds=1)
    with connection.cursor() as cursor:
        cursor.copy_expert(COPY, io.BytesIO(COPY_BEGIN + rows.tobytes() + COPY_END))


@cache
def _row_type(dimensions: int) -> np.dtype:
    """A row of a binary COPY into the table of embeddings. It takes half the time of rows as texts."""
    vector = [("dimensions", ">i2"), ("unused", ">i2"), ("numbers", ">f4", dimensions)]
    types = (">i8", ">i8", "S64", vector, ">i8")
    columns = [(name, [("bytes", ">i4"), ("value", type_)]) for name, type_ in zip(COLUMNS, types, strict=True)]
    return np.dtype([("fields", ">i2"), *columns])


def _forget_failures(encoder: Encoder, pictures: list[Picture]) -> None:
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
        due_at=now + wait_after(tries) if is_tried_again else None,
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
