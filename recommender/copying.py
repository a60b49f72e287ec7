"""Copies embeddings to Milvus. The table is the truth: what is missing there, and what is too much, are queries."""

from collections.abc import Iterable, Iterator

import numpy as np
from django.db import transaction
from django.db.models import Exists, OuterRef

from catalog.locking import Lock, one_at_a_time
from recommender.models import CopiedVector, Embedding, Encoder, VectorCollection
from recommender.querysets import EmbeddingQuerySet
from recommender.vectors import engine

AT_ONCE = 1000


def follow() -> Iterator[int]:
    """Makes Milvus have what the table has, of every encoder at work; yields how many were copied after each batch.

    Whoever begins it again goes on. Raises VectorsAway.
    """
    for encoder in Encoder.objects.at_work():
        collection = _collection_of(encoder)
        yield from _fill(collection)
        _complete(collection)
        _sweep(collection)
    drop(VectorCollection.objects.filter(encoder__state=Encoder.State.IDLE))


def copy_those_of(products: list[int]) -> None:
    """Copies at once what is new of these products. Raises VectorsAway."""
    for collection in VectorCollection.objects.exclude(encoder__state=Encoder.State.IDLE):
        _copy(collection, uncopied(collection.encoder).filter(product__in=products))


def uncopied(encoder: Encoder) -> EmbeddingQuerySet:
    """The encoder's embeddings that are not known to be in Milvus."""
    return encoder.embeddings.exclude(Exists(CopiedVector.objects.filter(embedding_id=OuterRef("pk"))))


def is_complete(encoder: Encoder) -> bool:
    """Whether searches can ask Milvus."""
    return VectorCollection.objects.filter(encoder=encoder, is_complete=True).exists()


def is_whole(encoder: Encoder) -> bool:
    """Whether Milvus has every embedding now."""
    return is_complete(encoder) and not uncopied(encoder).exists()


def drop(collections: Iterable[VectorCollection]) -> None:
    """Takes them out of Milvus. Until they are filled anew PostgreSQL answers. Raises VectorsAway."""
    for collection in collections:
        engine().drop(collection.name)
        collection.delete()


def _collection_of(encoder: Encoder) -> VectorCollection:
    collection, _ = VectorCollection.objects.get_or_create(encoder=encoder)
    if not engine().has(collection.name):
        # Somebody dropped it, or it is another Milvus: nothing is copied that was.
        collection.delete()
        collection, _ = VectorCollection.objects.get_or_create(encoder=encoder)
        engine().make(collection.name, encoder.dimensions)
    return collection


def _fill(collection: VectorCollection) -> Iterator[int]:
    last = 0
    while True:
        with transaction.atomic():
            one_at_a_time(Lock.COPY_VECTORS)
            ids = _copy(collection, uncopied(collection.encoder).filter(pk__gt=last).order_by("pk")[:AT_ONCE])
        if not ids:
            return
        last = ids[-1]
        yield len(ids)


def _copy(collection: VectorCollection, embeddings: EmbeddingQuerySet) -> list[int]:
    """Copies them and returns their ids."""
    rows = list(embeddings.values_list("pk", "vector"))
    if not rows:
        return []
    ids, vectors = zip(*rows, strict=True)
    # What is written and then not noted is written again.
    engine().write(collection.name, ids, np.array(vectors, np.float32))
    noted = [CopiedVector(embedding_id=id_, collection=collection) for id_ in ids]
    CopiedVector.objects.bulk_create(noted, ignore_conflicts=True)
    return list(ids)


def _complete(collection: VectorCollection) -> None:
    if not collection.is_complete:
        engine().settle(collection.name)
        VectorCollection.objects.filter(pk=collection.pk).update(is_complete=True)


def _sweep(collection: VectorCollection) -> None:
    """Takes away what the table has no more."""
    gone = collection.copied.exclude(Exists(Embedding.objects.filter(pk=OuterRef("embedding_id"))))
    while ids := list(gone.values_list("embedding_id", flat=True)[:AT_ONCE]):
        engine().delete(collection.name, ids)
        collection.copied.filter(embedding_id__in=ids).delete()
