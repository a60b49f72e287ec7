"""Products that a program sends: each batch is an import, done at once, which staff see and undo as any other."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from catalog.attributes import CATEGORY_LEVELS, NAMES
from catalog.importing import uploads
from catalog.importing.models import ImportJob
from catalog.importing.offers import Written
from catalog.importing.owners import Owned
from catalog.importing.pictures import Pictures
from catalog.importing.reading import RowIssue, RowReader, StyleRow, refuse_repeated
from catalog.importing.running import carry_out
from catalog.importing.survey import Survey
from catalog.importing.tables import Record
from catalog.importing.variants import NUMBERED
from catalog.importing.writing import Categories, Plan, write_issues
from catalog.locking import Lock, one_at_a_time
from catalog.money import POINT

MOST = 100
"""Products of a batch"""
FILE = "products.json"
"""What the desk calls the file of such an import"""
AS_TOLD = (
    *("name", *NAMES, "price", "old_price", "sale_price", "sale_starts_at", "sale_ends_at", "currency"),
    *("availability", "stock", "condition", "link", "description"),
)
"""What a table has one column each of"""
SOLD = ("price", "old_price", "sale_price", "sale_starts_at", "sale_ends_at", "currency", "availability", "stock")
"""What each size has as its product has it, where it does not say it itself"""
PICTURES = ("picture_addresses", *NUMBERED)

Told = Mapping[str, Any]
"""What a program tells of a product: `sku`, and by its name what is to be written; what is left out stays.

Beside AS_TOLD these are `category` (names from the top), `images` (addresses, or names of files), `sizes` (each with
its `label`, and what of SOLD is its own) and `is_published`.
"""


@dataclass(frozen=True)
class Outcome:
    """What became of one product: `created`, `updated`, `unchanged` or `rejected`, and what is wrong with it."""

    sku: str
    outcome: str
    issues: list[RowIssue]


@dataclass(frozen=True)
class Batch:
    job: ImportJob
    outcomes: list[Outcome]


@transaction.atomic
def write(products: Sequence[Told], pictures: Sequence[UploadedFile], started_by: int | None) -> Batch:
    """Writes the products with those of the pictures that they name, or that are called by their ids."""
    # Two batches with the same products would wait for each other without end.
    one_at_a_time(Lock.WRITE_BATCH)
    job = ImportJob.objects.create(
        state=ImportJob.State.DONE, styles=FILE, started_by_id=started_by, run_at=timezone.now()
    )
    rows = refuse_repeated([_row(number, product) for number, product in enumerate(products, 1)], {})
    uploads.discard(job)
    uploads.keep_pictures(job, pictures)
    with Pictures(*(Path(picture).parent for picture in job.pictures)) as found:
        taken = [row for row in rows if isinstance(row, StyleRow)]
        owned = Owned(
            found.files, [row.sku for row in taken], named=[name for row in taken for name in row.picture_addresses]
        )
        plan = carry_out(job, rows, owned, Categories(), skus=None)
        write_issues(job, _of_nobody(owned))
    job.pictures, job.total, job.finished_at = [], job.rows, timezone.now()
    job.save()
    transaction.on_commit(partial(uploads.discard, job))
    return Batch(job, [_outcome(row, plan) for row in rows])


def _row(number: int, product: Told) -> StyleRow | RowIssue:
    """The product as the row of a table with just these columns says it."""
    cells = dict(_cells(product))
    header = list(cells)
    survey = Survey(written=Written(POINT, settings.CURRENCY))
    reader = RowReader(header, ",", {name: place for place, name in enumerate(header)}, repair=False, survey=survey)
    return reader.read(Record(number, list(cells.values()), variants=_variants(number, product, cells)))


def _cells(product: Told) -> Iterator[tuple[str, str]]:
    yield "sku", product["sku"]
    yield from ((name, _text(product[name])) for name in AS_TOLD if name in product)
    if "category" in product:
        names = [*product["category"], *[""] * len(CATEGORY_LEVELS)]
        yield from zip(CATEGORY_LEVELS, names, strict=False)
    if "images" in product:
        yield from zip(PICTURES, product["images"], strict=False)
    if "sizes" in product:
        yield "size", ""
    if "is_published" in product:
        yield "published", _text(product["is_published"])


def _variants(number: int, product: Told, cells: Mapping[str, str]) -> list[tuple[int, dict[str, str]]]:
    """Its sizes, as a table has a row for each."""
    shared = {name: cells[name] for name in SOLD if name in cells}
    return [
        (number, {**shared, **{name: _text(size[name]) for name in SOLD if name in size}, "size": size["label"]})
        for size in product.get("sizes", ())
    ]


def _text(value: object) -> str:
    """As a cell has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)


def _of_nobody(owned: Owned) -> Iterator[RowIssue]:
    for file in owned.without_row:
        said = gettext("{file}: no product of this batch names this picture").format(file=file.name)
        yield RowIssue(None, "", "no row", said)


def _outcome(row: StyleRow | RowIssue, plan: Plan) -> Outcome:
    if isinstance(row, RowIssue):
        return Outcome(row.sku, "rejected", [row])
    change = next((change for change in plan.changes if change.product.sku == row.sku), None)
    outcome = "unchanged" if change is None else "created" if change.before is None else "updated"
    return Outcome(row.sku, outcome, [issue for issue in plan.issues if issue.line == row.line])
