"""A shop grown to any size by copies of its own products, to measure what it does when it is large.

The copies share their pictures' files with the products that they are of, and have them for pictures of their own, as
many products of one picture are one card. They are made in the database alone.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connection, models, transaction

from catalog.models import FurtherPicture, Product, ProductDescription, ProductSize
from recommender import registry
from recommender.models import Embedding, Encoder

NOISE = 0.3
"""How long the noise on a vector of length one is: a copy looks as near to its product as another of its kind, 0.96"""
OWN_DIGEST = (
    "CASE WHEN {digest} = '' THEN '' ELSE encode(sha256(convert_to({digest} || %(number)s, 'UTF8')), 'hex') END"
)
"""Of a copy's picture"""
CHANGED = {
    "image_digest": OWN_DIGEST.format(digest="image_digest"),
    "sku": "sku || '-' || %(number)s",
    "name": "name || ' ' || %(number)s",
    "design": "design || ' ' || %(number)s",
    "created_at": "now()",
    "updated_at": "now()",
}
"""What of a product is another in its copy of that number"""
OF_A_PRODUCT = (ProductDescription, ProductSize, FurtherPicture)
COPIED = """
FROM {table} AS kept
JOIN catalog_product AS original ON original.id = kept.product_id AND original.id <= %(last)s
JOIN catalog_product AS copy ON copy.sku = original.sku || '-' || %(number)s
"""


class NothingToCopy(Exception):
    """The shop has no product."""


def grow(products: int, *, with_embeddings: bool) -> Iterator[int]:
    """Copies the shop's products until there are so many; yields how many there are after each round.

    Raises NothingToCopy.
    """
    size = Product.objects.count()
    last = Product.objects.aggregate(last=models.Max("pk"))["last"]
    if not size:
        raise NothingToCopy
    originals, number = size, 0
    while size < products:
        number += 1
        with transaction.atomic():
            size += _copy(number, last, min(originals, products - size), with_embeddings)
        yield size


def tidy() -> None:
    """Has the planner know what there is now, and pages of tables that need not be looked at."""
    with connection.cursor() as cursor:
        for model in (Product, *OF_A_PRODUCT, Embedding):
            cursor.execute(f"VACUUM (ANALYZE) {model._meta.db_table}")


def drop_indexes() -> None:
    """Of the embeddings: to make one anew takes a fifth of what each new vector's place in it takes."""
    for encoder in Encoder.objects.at_work():
        registry.remove_index(encoder)


def make_indexes(memory: str) -> None:
    """With so much memory, like 2GB, in which the whole index is to lie while it is made."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('maintenance_work_mem', %s, true)", [memory])
        for encoder in Encoder.objects.at_work():
            registry.create_index(encoder)


def _copy(number: int, last: int, most: int, with_embeddings: bool) -> int:
    """Makes the copy of that number of so many of the products with ids up to `last`; returns how many were made."""
    told: dict[str, Any] = {"number": str(number), "last": last, "most": most}
    columns = _columns(Product)
    values = [CHANGED.get(column, column) for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO catalog_product ({', '.join(columns)}) SELECT {', '.join(values)} "  # noqa: S608
            "FROM catalog_product WHERE id <= %(last)s ORDER BY id LIMIT %(most)s",
            told,
        )
        made = cursor.rowcount
        for model in OF_A_PRODUCT:
            _copy_rows(model, {}, told)
        if with_embeddings:
            _copy_rows(Embedding, {"vector": _noisy()}, told)
    return made


def _copy_rows(model: type[models.Model], changed: dict[str, str], told: dict[str, Any]) -> None:
    table, columns = model._meta.db_table, _columns(model)
    changed = {"product_id": "copy.id", "image_digest": OWN_DIGEST.format(digest="kept.image_digest"), **changed}
    values = [changed.get(column, f"kept.{column}") for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} {COPIED.format(table=table)}",
            told,
        )


def _noisy() -> str:
    """The vector of another one near by; each row has noise of its own, as the series is of the row's length."""
    # Even noise from -0.5 to 0.5 is sqrt(d / 12) long.
    scale = f"{NOISE} * sqrt(12.0 / vector_dims(kept.vector))"
    noise = f"(random() - 0.5) * {scale} FROM generate_series(1, vector_dims(kept.vector))"
    return f"l2_normalize(kept.vector + ARRAY(SELECT {noise})::vector)"


def _columns(model: type[models.Model]) -> list[str]:
    """The columns that a row is written by."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    return [str(field.column) for field in fields if not isinstance(field, models.BigAutoField)]
