"""A Milvus: collections of vectors by the ids of their embeddings, each with an index that finds the nearest."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from urllib.parse import unquote, urlsplit

import grpc
import numpy as np
from pymilvus import DataType, MilvusClient, MilvusException

from recommender.vectors import MILVUS, VectorsAway

LINKS, CANDIDATES_WHEN_BUILT, CANDIDATES = 16, 128, 300
"""M, efConstruction and ef, as the index of a large shop in PostgreSQL has them"""
SECONDS_TO_SEARCH, SECONDS_TO_WRITE = 2, 60
UNREACHABLE, NOT_LOADED = 2, 101
"""Codes of a MilvusException"""


class Milvus:
    """The one at an address as settings.VECTORS has it. Every method raises VectorsAway."""

    def __init__(self, address: str):
        self._address = address.removeprefix("milvus+")

    def version(self) -> str:
        with self._connection() as client:
            return client.get_server_version(timeout=SECONDS_TO_SEARCH)

    def has(self, collection: str) -> bool:
        with self._connection() as client:
            return client.has_collection(collection, timeout=SECONDS_TO_WRITE)

    def make(self, collection: str, dimensions: int) -> None:
        """Makes the collection where there is none."""
        with self._connection() as client:
            if client.has_collection(collection, timeout=SECONDS_TO_WRITE):
                return
            schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
            schema.add_field("id", DataType.INT64, is_primary=True)
            schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimensions)
            index = client.prepare_index_params()
            built = {"M": LINKS, "efConstruction": CANDIDATES_WHEN_BUILT}
            index.add_index("vector", index_type="HNSW", metric_type="COSINE", params=built)
            client.create_collection(collection, schema=schema, index_params=index, timeout=SECONDS_TO_WRITE)

    def drop(self, collection: str) -> None:
        """Nothing happens where there is none."""
        with self._connection() as client:
            client.drop_collection(collection, timeout=SECONDS_TO_WRITE)

    def write(self, collection: str, ids: Sequence[int], vectors: np.ndarray) -> None:
        """Writes the vectors, float32 (n, d), in place of what is there by these ids."""
        rows = [{"id": id_, "vector": vector} for id_, vector in zip(ids, vectors, strict=True)]
        with self._connection() as client:
            client.upsert(collection, rows, timeout=SECONDS_TO_WRITE)

    def delete(self, collection: str, ids: Sequence[int]) -> None:
        """What is not there is not missed."""
        with self._connection() as client:
            client.delete(collection, ids=list(ids), timeout=SECONDS_TO_WRITE)

    def settle(self, collection: str) -> None:
        """Has all that was written come into the index, which is worth it after many vectors."""
        with self._connection() as client:
            client.flush(collection, timeout=SECONDS_TO_WRITE)

    def nearest(self, collection: str, vectors: np.ndarray, count: int) -> list[list[tuple[int, float]]]:
        """For each vector of float32 (n, d) up to `count` ids with their cosine distances, the nearest first."""
        with self._connection() as client:
            try:
                found = self._search(client, collection, vectors, count)
            except MilvusException as error:
                if error.code != NOT_LOADED:
                    raise
                # Milvus Lite forgets with each start what was loaded.
                client.load_collection(collection, timeout=SECONDS_TO_SEARCH)
                found = self._search(client, collection, vectors, count)
        return [[(hit["id"], 1 - hit["distance"]) for hit in hits] for hits in found]

    def _search(self, client: MilvusClient, collection: str, vectors: np.ndarray, count: int) -> list[list[dict]]:
        return client.search(
            collection,
            data=list(np.asarray(vectors, np.float32)),
            limit=count,
            output_fields=["id"],
            search_params={"metric_type": "COSINE", "params": {"ef": max(CANDIDATES, count)}},
            timeout=SECONDS_TO_SEARCH,
        )

    @contextmanager
    def _connection(self) -> Iterator[MilvusClient]:
        if MILVUS.is_away:
            raise VectorsAway("Milvus was away a moment ago")
        try:
            yield self._client
        except (MilvusException, grpc.RpcError) as error:
            if isinstance(error, grpc.RpcError) or error.code == UNREACHABLE:
                MILVUS.begin(error)
            raise VectorsAway(str(error).splitlines()[0]) from error
        MILVUS.end()

    @cached_property
    def _client(self) -> MilvusClient:
        address = urlsplit(self._address)
        if address.scheme == "file":
            return MilvusClient(unquote(address.path), timeout=SECONDS_TO_SEARCH)
        login, _, host = address.netloc.rpartition("@")
        return MilvusClient(
            f"{address.scheme}://{host}",
            token=unquote(login),
            db_name=unquote(address.path.strip("/")),
            timeout=SECONDS_TO_SEARCH,
        )
