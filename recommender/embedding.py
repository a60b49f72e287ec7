"""Embeds what needs it: what is still to do is a query, so that nothing can be lost and all may run twice."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from catalog.models import Product
from recommender import querysets
from recommender.encoders import PictureEncoder, load_encoder
from recommender.models import Embedding, EmbeddingFailure, Encoder
from recommender.photos import UnreadablePicture, read_picture

PRODUCTS_PER_BATCH = 64
REGISTRATION_LOCK = 0x656E636F


@dataclass(frozen=True)
class Result:
    """What became of a batch."""

    embedded: int
    failed: int


def current_encoder() -> Encoder:
    """The row of the configured encoder, registered with its index at the first call; active when none was."""
    loaded = load_encoder(settings.ENCODER)
    encoder = Encoder.objects.filter(name=loaded.name, digest=loaded.digest).first()
    return encoder or _register(loaded)


@transaction.atomic
def _register(loaded: PictureEncoder) -> Encoder:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [REGISTRATION_LOCK])
        encoder, _ = Encoder.objects.get_or_create(
            name=loaded.name,
            digest=loaded.digest,
            defaults={"dimensions": loaded.dimensions, "is_active": Encoder.objects.active() is None},
        )
        # One table holds vectors of every length, so each encoder has an index of its own over its length.
        cursor.execute(
            f"CREATE INDEX IF NOT EXISTS embedding_hnsw_{encoder.pk} ON recommender_embedding "
            f"USING hnsw ((vector::halfvec({encoder.dimensions})) halfvec_cosine_ops) "
            f"WITH (m = 16, ef_construction = 128) WHERE encoder_id = {encoder.pk}"
        )
    return encoder


@transaction.atomic
def embed_products(ids: list[int]) -> Result:
    """Embeds those of the products that still wait, as one batch; another process's products are left to it."""
    encoder = current_encoder()
    products = list(
        querysets.waiting(encoder).filter(pk__in=ids).select_for_update(skip_locked=True, of=("self",), no_key=True)
    )
    pictures, failures = _prepare(products)
    if pictures:
        vectors = load_encoder(settings.ENCODER).encode(np.stack(list(pictures.values())))
        _save_embeddings(encoder, list(pictures), vectors)
    _save_failures(encoder, failures)
    return Result(len(pictures), len(failures))


def _prepare(products: list[Product]) -> tuple[dict[Product, np.ndarray], dict[Product, str]]:
    """(what the encoder sees of each readable picture, why each other one cannot be read)."""
    pictures, failures = {}, {}
    with ThreadPoolExecutor() as pool:
        for product, outcome in zip(products, pool.map(_read, products), strict=True):
            (failures if isinstance(outcome, str) else pictures)[product] = outcome
    return pictures, failures


def _read(product: Product) -> np.ndarray | str:
    try:
        with product.image.open("rb") as stream:
            return load_encoder(settings.ENCODER).prepare(read_picture(stream.read()))
    except UnreadablePicture as error:
        return str(error)
    except OSError as error:
        return f"The picture's file cannot be read: {error}"


def _save_embeddings(encoder: Encoder, products: list[Product], vectors: np.ndarray) -> None:
    now = timezone.now()
    Embedding.objects.bulk_create(
        [
            Embedding(
                encoder=encoder, product=product, image_digest=product.image_digest, vector=vector, created_at=now
            )
            for product, vector in zip(products, vectors, strict=True)
        ],
        update_conflicts=True,
        unique_fields=["encoder", "product"],
        update_fields=["image_digest", "vector", "created_at"],
    )
    EmbeddingFailure.objects.filter(encoder=encoder, product__in=products).delete()


def _save_failures(encoder: Encoder, failures: dict[Product, str]) -> None:
    now = timezone.now()
    EmbeddingFailure.objects.bulk_create(
        [
            EmbeddingFailure(
                encoder=encoder, product=product, image_digest=product.image_digest, reason=reason, created_at=now
            )
            for product, reason in failures.items()
        ],
        update_conflicts=True,
        unique_fields=["encoder", "product"],
        update_fields=["image_digest", "reason", "created_at"],
    )
    Embedding.objects.filter(encoder=encoder, product__in=failures).delete()


def waiting_ids() -> list[int]:
    """Products that wait for the current encoder, oldest first."""
    return list(querysets.waiting(current_encoder()).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def activate_when_complete() -> None:
    """Makes the current encoder the active one as soon as nothing waits for it, and drops the ones before it."""
    encoder = current_encoder()
    if encoder.is_active or querysets.waiting(encoder).exists():
        return
    others = Encoder.objects.exclude(pk=encoder.pk)
    indexes = [f"embedding_hnsw_{other.pk}" for other in others.select_for_update()]
    others.delete()
    Encoder.objects.filter(pk=encoder.pk).update(is_active=True)
    with connection.cursor() as cursor:
        for index in indexes:
            cursor.execute(f"DROP INDEX IF EXISTS {index}")
