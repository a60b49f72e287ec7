"""Who has the index of the embeddings: PostgreSQL itself, or the Milvus that settings.VECTORS names."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from catalog.outages import Outages

if TYPE_CHECKING:
    from recommender.vectors.milvus import Milvus

MILVUS = Outages("Milvus")
_asked = ContextVar("asked", default=False)


class VectorsAway(Exception):
    """Milvus cannot be asked at the moment."""


def engine() -> "Milvus":
    """The one that settings.VECTORS names, as this process speaks to it."""
    # A connection does not survive a fork.
    return _milvus(settings.VECTORS, os.getpid())


@lru_cache(maxsize=1)
def _milvus(address: str, process: int) -> "Milvus":
    # 40 MB, which a process that asks no Milvus does without.
    from recommender.vectors.milvus import Milvus

    return Milvus(address)


@contextmanager
def asking_milvus() -> Iterator[None]:
    """Searches ask Milvus meanwhile, where there is one."""
    token = _asked.set(bool(settings.VECTORS))
    try:
        yield
    finally:
        _asked.reset(token)


def is_milvus_asked() -> bool:
    """Whether searches ask Milvus now."""
    return _asked.get()
