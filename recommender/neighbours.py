"""Every nearest-neighbour query, and the index that answers them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, TypeVar

import numpy as np
from django.contrib.postgres.indexes import OpClass
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import Func, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from pgvector.django import CosineDistance, HalfVectorField, HnswIndex

from catalog.databases import connection_to_read
from catalog.models import FurtherPicture, Product
from catalog.monitoring.metrics import SEARCH_SECONDS
from catalog.querysets import ProductQuerySet
from recommender.models import Embedding, Encoder, VectorCollection
from recommender.querysets import EmbeddingQuerySet
from recommender.vectors import VectorsAway, asking_milvus, engine, is_milvus_asked

CANDIDATES, MANY_CANDIDATES, FEW_CANDIDATES = 100, 300, 24
"""hnsw.ef_search: how many candidates the index keeps while it searches; many where it has many embeddings. Among a
million with groups of two dozen look-alikes a hundred are but a few groups, and of a thousand searches 11 to 24 find
nothing of their own group; with three hundred 5 to 11 do."""
MANY = 200_000
"""Embeddings"""
MOST_PASSED = 60_000
"""hnsw.max_scan_tuples: how many the index goes past for those that a filter keeps"""
LINKS, CANDIDATES_WHEN_BUILT = 16, 128
"""m and ef_construction of the index"""
LOOK_ALIKES = 500
MOST_ROWS = 3000
"""Pictures that are looked at for one search"""
MORE, MOST_ASKED = 240, 16_384
"""How many more than are wanted Milvus is asked for at first, as a filter may keep every other one; it tells no more
at once than the other"""
NARROW = 20_000
"""Where a filter keeps fewer, comparing all of them is no slower than to go on asking for more"""
MOST_WITHOUT_INDEX = 100_000
"""Embeddings of a shop that compares all of them while Milvus is away, which takes 30 ms of a core"""
DESIGNS = 40
ALL = Q()
PRESENT = """
    SELECT product_id, image_digest FROM catalog_furtherpicture
    JOIN unnest(%s::bigint[], %s::varchar[]) AS asked (product_id, image_digest) USING (product_id, image_digest)
"""
"""Which of these products have these further pictures"""
HOW_MANY = "SELECT reltuples FROM pg_class WHERE oid = 'recommender_embedding'::regclass"
"""Embeddings, as PostgreSQL reckons"""
# With a filter the index goes on until it has enough, nearly in the order of the distances: in the very order it would
# leave out what comes late. The planner takes fresh embeddings for rare, and would sort all distances instead of asking
# the index.
INDEX_SETTINGS = f"""
    SELECT set_config('hnsw.iterative_scan', 'relaxed_order', true),
    set_config('hnsw.max_scan_tuples', %(most_passed)s, true),
    set_config('hnsw.scan_mem_multiplier', '2', true), set_config('enable_sort', 'off', true),
    set_config('hnsw.ef_search', CASE WHEN ({HOW_MANY}) > %(many)s THEN %(in_many)s ELSE %(in_others)s END, true)
"""
Row = TypeVar("Row", bound=tuple)
CLOSE_SHAPE = 0.3
"""The cosine from which on two colours of one design have a close shape."""


class Distance(TypedDict):
    """What `by_distance` adds to an embedding."""

    distance: float


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    Found = WithAnnotations[Embedding, Distance]


class Near(NamedTuple):
    """A product that was found, with what is chosen by: most of what is found is not shown, and never read whole."""

    product: int
    """Its id"""
    image_digest: str
    """Of the nearest of its pictures"""
    distance: float
    own_digest: str
    """Of its own picture"""
    category_id: int | None
    design: str
    base_colour: str
    gender: str
    is_sold_out: bool

    @property
    def similarity(self) -> float:
        """The cosine."""
        return 1 - self.distance


WALKED = ("product", "image_digest", "distance", "product__image_digest")
"""What is known of every embedding that a search passes"""
DISTANCE = itemgetter(WALKED.index("distance"))
CHOSEN_BY = ("category", "design", "base_colour", "gender", "is_sold_out")
NEAR = (*WALKED, *(f"product__{name}" for name in CHOSEN_BY))
"""The columns of an embedding that a `Near` is made of"""


@dataclass(frozen=True)
class Match:
    """A product, and the cosine similarity of the nearest of its pictures to what was asked for."""

    product: Product
    similarity: float
    picture: FurtherPicture | None = None
    """The nearest one, where that is not the product's own"""

    @property
    def image_digest(self) -> str:
        """Of the nearest picture."""
        return (self.picture or self.product).image_digest

    @property
    def number(self) -> int:
        """Of the nearest picture in the product's page, from 1 on."""
        return self.picture.number if self.picture else 1


def similar_to_product(product: Product, count: int) -> list[Match]:
    """The products that look most like this one, best first, one of each picture; none while it is not searchable."""
    own = embedding_of(product)
    return matches(near_product(own, count)) if own else []


def near_product(own: Embedding, count: int, only: Q = ALL) -> list[Near]:
    """The same of an embedded product, unread. `only` narrows the embeddings that are asked."""
    return _one_of_each_picture(around(own, count, only))[:count]


def similar_to_vector(encoder: Encoder, vector: np.ndarray, count: int) -> list[Match]:
    """The products whose pictures are nearest to an embedding by this encoder, best first, one of each picture."""
    return matches(_one_of_each_picture(similar_to_vectors(encoder, [vector], count)[0])[:count])


def similar_to_vectors(encoder: Encoder, vectors: list[np.ndarray], count: int) -> list[list[Near]]:
    """For each embedding by this encoder the products with the so many pictures that are nearest to it, best first."""
    with index_settings():
        return [nearest(encoder, encoder.embeddings.all(), vector, count) for vector in vectors]


def embeddings_of(ids: list[int]) -> dict[int, Embedding]:
    """The active encoder's embeddings, with the encoder, of those of the products that can be found, by id."""
    rows = Embedding.objects.in_the_shop().filter(encoder__state=Encoder.State.ACTIVE, product__in=ids)
    return {row.product_id: row for row in rows.select_related("encoder", "product")}


def embeddings_of_skus(skus: tuple[str, ...]) -> dict[str, Embedding]:
    """The active encoder's embeddings of those of the products that can be found, by sku, in that order."""
    rows = Embedding.objects.in_the_shop().filter(encoder__state=Encoder.State.ACTIVE, product__sku__in=skus)
    known = {row.product.sku: row for row in rows.select_related("encoder", "product")}
    return {sku: known[sku] for sku in skus if sku in known}


def embedding_of_picture(sku: str, number: int) -> Embedding | None:
    """The active encoder's embedding of a product's further picture of that number; None where that cannot be found."""
    picture = FurtherPicture.objects.filter(product__sku=sku, position=number - 1).first()
    if picture is None:
        return None
    rows = Embedding.objects.filter(encoder__state=Encoder.State.ACTIVE, product=picture.product_id)
    return rows.filter(image_digest=picture.image_digest, product__archived_at=None).first()


def embedding_of(product: Product) -> Embedding | None:
    """The active encoder's embedding of the product's own picture, with the encoder; None while there is none."""
    own = Embedding.objects.fresh().filter(encoder__state=Encoder.State.ACTIVE, product=product)
    return own.select_related("encoder").first()


@SEARCH_SECONDS.labels("similar").time()
def around(own: Embedding, count: int, only: Q = ALL) -> list[Near]:
    """The products with the so many pictures nearest to an embedded product, best first.

    Without the product, all others that have its picture as their own, and that picture of whatever product. `only`
    narrows the embeddings that are asked.
    """
    with index_settings():
        return nearest(own.encoder, others_than(own).filter(only), own.vector, count)


def others_than(own: Embedding) -> EmbeddingQuerySet:
    """Its encoder's embeddings, without those of its product and of the same picture."""
    others = own.encoder.embeddings.exclude(image_digest=own.image_digest)
    return others.exclude(product__image_digest=own.image_digest)


def in_other_colours(own: Embedding, product: Product) -> list[Near]:
    """The product's design in other colours, the closest shape first, one of each colour."""
    among = own.encoder.embeddings.filter(product__category=product.category_id, product__design=product.design)
    others = among.exclude(product__base_colour__in=["", product.base_colour])
    best: dict[str, Near] = {}
    for near in nearest(own.encoder, others, own.vector, DESIGNS):
        if near.similarity >= CLOSE_SHAPE:
            best.setdefault(near.base_colour, near)
    return list(best.values())


def closeness(encoder: Encoder, vectors: np.ndarray) -> np.ndarray:
    """float32 (n,): for each of the vectors (n, d) its cosine to the nearest embedding; -1 where there is none.

    One statement for all of them, as a statement for each takes twice as long.
    """
    with index_settings(FEW_CANDIDATES):
        if collection := _collection_to_ask(encoder):
            try:
                return _closeness_by_milvus(encoder, collection, vectors)
            except VectorsAway:
                if not _is_small():
                    raise
        return _closeness_by_postgres(encoder, vectors)


def _closeness_by_milvus(encoder: Encoder, collection: str, vectors: np.ndarray) -> np.ndarray:
    found = engine().nearest(collection, vectors, FEW_CANDIDATES)
    ids = {id_ for nearest_ones in found for id_, _ in nearest_ones}
    present = set(encoder.embeddings.filter(pk__in=ids).values_list("pk", flat=True))
    cosines = [next((1 - distance for id_, distance in hits if id_ in present), -1) for hits in found]
    return np.array(cosines, np.float32)


def _closeness_by_postgres(encoder: Encoder, vectors: np.ndarray) -> np.ndarray:
    asked = Func(template="asked.vector::halfvec", output_field=HalfVectorField())
    nearest_one = by_distance(encoder, encoder.embeddings.all(), asked).values("distance")[:1]
    lateral, parameters = nearest_one.query.sql_with_params()
    sql = f"""
        SELECT 1 - coalesce(nearest.distance, 2) FROM unnest(%s::vector[]) WITH ORDINALITY AS asked (vector, number)
        LEFT JOIN LATERAL ({lateral}) AS nearest ON true ORDER BY number
    """  # noqa: S608 – Django wrote it
    with _connection().cursor() as cursor:
        cursor.execute(sql, [[str(vector.tolist()) for vector in vectors], *parameters])
        return np.array(cursor.fetchall(), np.float32).reshape(-1)


@SEARCH_SECONDS.labels("looks").time()
def look_alikes(encoder: Encoder, vector: np.ndarray, columns: tuple[str, ...]) -> list[tuple]:
    """Of the up to 500 products nearest to a vector (d,), best first: (id, digest of the nearest picture, distance,
    digest of the own picture, *columns)."""
    rows = by_distance(encoder, encoder.embeddings.on_offer(), vector).values_list(*WALKED, *columns)
    with index_settings(LOOK_ALIKES):
        return _nearest_of_each(encoder, rows, vector, LOOK_ALIKES, itemgetter(0))


@contextmanager
def index_settings(candidates: int | None = None) -> Iterator[None]:
    """What a transaction of `nearest` queries needs from PostgreSQL, where Milvus does not answer them.

    The candidates are as many as the number of embeddings asks for, where they are not told.
    """
    told: dict[str, str | int] = {
        "most_passed": str(MOST_PASSED),
        "many": MANY,
        "in_many": str(candidates or MANY_CANDIDATES),
        "in_others": str(candidates or CANDIDATES),
    }
    with transaction.atomic((connection := _connection()).alias), asking_milvus():
        with connection.cursor() as cursor:
            cursor.execute(INDEX_SETTINGS, told)
        yield


@contextmanager
def exact_search() -> Iterator[None]:
    """A transaction whose `nearest` queries compare all vectors, whatever the planner would choose."""
    with transaction.atomic((connection := _connection()).alias):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_indexscan = off")
        yield


def _connection() -> BaseDatabaseWrapper:
    """The one of the queries of embeddings: what is set for them has to be set there."""
    return connection_to_read(Embedding._meta.label)


def nearest(encoder: Encoder, among: EmbeddingQuerySet, vector: np.ndarray, count: int) -> list[Near]:
    """The products of those of the encoder's embeddings that are nearest to a vector (d,), best first.

    Each is there by the nearest of its pictures, and they are as many as it takes to have `count` different pictures,
    as one picture may be that of many of them. Within `index_settings` the index is asked; without, the distances are
    sorted, which is faster among a few.
    """
    rows = by_distance(encoder, among.on_offer(), vector).values_list(*NEAR)
    return [Near(*row) for row in _nearest_of_each(encoder, rows, vector, count, itemgetter(1))]


def _nearest_of_each(
    encoder: Encoder,
    ordered: "QuerySet[Any, Row]",
    vector: np.ndarray,
    count: int,
    told_apart_by: Callable[[Row], object],
) -> list[Row]:
    """The first row of each product by a picture that it has now, in the order of the rows, which begin with WALKED.

    There are so many that `count` of them can be told apart.
    """
    first: dict[int, Row] = {}
    different: set[object] = set()
    # Outside of a transaction a cursor would have all rows that there may be made at once.
    connection = _connection()
    with transaction.atomic(connection.alias, savepoint=False), connection.chunked_cursor() as cursor:
        for rows in _walk(cursor, encoder, ordered, vector, count):
            for row in _of_present_pictures([row for row in rows if row[0] not in first]):
                if len(different) < count and row[0] not in first:
                    first[row[0]] = row
                    different.add(told_apart_by(row))
            if len(different) >= count:
                break
    return sorted(first.values(), key=DISTANCE)


def _walk(
    cursor: CursorWrapper, encoder: Encoder, ordered: "QuerySet[Any, Row]", vector: np.ndarray, count: int
) -> Iterator[list[Row]]:
    """The rows in the order of the distances, some at a time, from whichever index is asked. Raises VectorsAway."""
    if collection := _collection_to_ask(encoder):
        try:
            yield from _walk_by_milvus(cursor, collection, ordered, vector, count)
            return
        except VectorsAway:
            if not _is_small():
                raise
    yield from _walk_by_postgres(cursor, ordered, count)


def _walk_by_postgres(cursor: CursorWrapper, ordered: "QuerySet[Any, Row]", count: int) -> Iterator[list[Row]]:
    """The rows are read one after the other from where the index is, as nobody knows how many pictures of one product
    come before the next product: asking anew for more costs all of it again."""
    # As a model's rows they would take twice the time.
    walk = ordered[:MOST_ROWS].query.get_compiler(connection=_connection(), elide_empty=False)
    cursor.execute(*walk.as_sql())
    while rows := cursor.fetchmany(count):
        yield rows


def _walk_by_milvus(
    cursor: CursorWrapper, collection: str, ordered: "QuerySet[Any, Row]", vector: np.ndarray, count: int
) -> Iterator[list[Row]]:
    """Milvus tells ids, and of these the table has the rows that there are and that are wanted.

    It is asked anew for four times as many, as long as that is worth it.
    """
    unordered = ordered.order_by()
    passed: set[int] = set()
    kept, asked = 0, count + MORE
    while kept < MOST_ROWS:
        (nearest_ones,) = engine().nearest(collection, np.asarray(vector)[None], asked)
        ids = [id_ for id_, _ in nearest_ones if id_ not in passed]
        rows = sorted(unordered.filter(pk__in=ids), key=DISTANCE)
        yield rows
        passed.update(ids)
        kept += len(rows)
        if len(nearest_ones) < asked or asked == MOST_ASKED:
            return
        if unordered.values("pk")[:NARROW].count() < NARROW:
            yield from _walk_by_postgres(cursor, ordered, count)
            return
        asked = min(4 * asked, MOST_ASKED)


def _collection_to_ask(encoder: Encoder) -> str | None:
    """Milvus' name of what it has of the encoder; None where PostgreSQL is asked."""
    if not is_milvus_asked():
        return None
    complete = VectorCollection.objects.filter(encoder=encoder, is_complete=True)
    return complete.values_list("name", flat=True).first()


def _is_small() -> bool:
    """Whether the shop can do without an index for a while."""
    with _connection().cursor() as cursor:
        cursor.execute(HOW_MANY)
        return cursor.fetchone()[0] <= MOST_WITHOUT_INDEX


def _of_present_pictures(rows: list[Row]) -> list[Row]:
    """Those whose picture its product has now. Most are of own pictures, and only for the others anybody is asked."""
    further = {(product, digest) for product, digest, _, own, *_ in rows if digest != own}
    if not further:
        return rows
    with _connection().cursor() as cursor:
        cursor.execute(PRESENT, [list(asked) for asked in zip(*further, strict=True)])
        present = set(cursor.fetchall())
    return [row for row in rows if row[1] == row[3] or (row[0], row[1]) in present]


def vectors_of(encoder: Encoder, found: Sequence[Near]) -> np.ndarray:
    """float32 (n, d): the encoder's embeddings by which the products were found."""
    rows = encoder.embeddings.filter(
        product__in=[near.product for near in found], image_digest__in=[near.image_digest for near in found]
    )
    vectors = {(product, digest): own for product, digest, own in rows.values_list("product", "image_digest", "vector")}
    asked = [vectors[near.product, near.image_digest] for near in found]
    return np.array(asked, np.float32).reshape(-1, encoder.dimensions)


def by_distance(encoder: Encoder, among: EmbeddingQuerySet, vector: np.ndarray | Combinable) -> "QuerySet[Found]":
    """Those of the encoder's embeddings, each with its cosine `distance` to a vector (d,), the nearest first."""
    return among.annotate(distance=CosineDistance(_halves(encoder), vector)).order_by("distance")


def index_of(encoder: Encoder) -> HnswIndex:
    """One table holds vectors of every length, so each encoder has an index of its own over its length."""
    return cosine_index(_halves(encoder), f"embedding_hnsw_{encoder.pk}", Q(encoder=encoder.pk))


def cosine_index(halves: str | Cast, name: str, condition: Q | None = None) -> HnswIndex:
    """The kind of index that the shop asks, over a column or an expression of halfvecs."""
    expression = OpClass(halves, "halfvec_cosine_ops")
    return HnswIndex(expression, name=name, condition=condition, m=LINKS, ef_construction=CANDIDATES_WHEN_BUILT)


def _halves(encoder: Encoder) -> Cast:
    return Cast("vector", HalfVectorField(dimensions=encoder.dimensions))


def _one_of_each_picture(found: list[Near]) -> list[Near]:
    first = {near.image_digest: near for near in reversed(found)}
    return sorted(first.values(), key=attrgetter("distance"))


def matches(found: Sequence[Near], read: ProductQuerySet | None = None) -> list[Match]:
    """What was found, read: the products, and the further pictures by which some of them were found.

    `read` are all products with what is read of them; what a card shows where it is left out.
    """
    among = Product.objects.for_cards() if read is None else read
    products = among.in_bulk([near.product for near in found])
    known = [near for near in found if near.product in products]
    further = further_pictures((products[near.product], near.image_digest) for near in known)
    return [Match(products[near.product], near.similarity, further.get(near.product)) for near in known]


def further_pictures(found: Iterable[tuple[Product, str]]) -> dict[int, FurtherPicture]:
    """By the ids of products that were found by a further picture, as its digest tells, that picture."""
    products = {(product.pk, digest): product for product, digest in found if digest != product.image_digest}
    if not products:
        return {}
    ids, digests = zip(*products, strict=True)
    pictures = FurtherPicture.objects.filter(product__in=ids, image_digest__in=digests)
    return {
        picture.product_id: picture for picture in pictures if (picture.product_id, picture.image_digest) in products
    }
