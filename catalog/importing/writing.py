"""Brings rows and pictures into the database: batch by batch, each in one transaction, as often as one likes."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from catalog import images
from catalog.importing.reading import Pictures, RowIssue, StyleRow, read_styles
from catalog.models import Category, ImportIssue, ImportJob, Product
from catalog.signals import pictures_changed

ROWS_PER_BATCH = 500
ROW_VALUES = ("name", "gender", "base_colour", "season", "year", "usage")
IMAGE_VALUES = ("image", "image_digest")
WRITTEN = (*ROW_VALUES, *IMAGE_VALUES, "category", "search_words")


def import_catalog(styles: Path, pictures: Path, tick: Callable[[int], object] = lambda rows: None) -> ImportJob:
    """Imports a styles.csv with its pictures; `tick` hears of every batch how many rows it had.

    Products are matched by sku. A product keeps its picture when the import brings none for it.
    Raises UnusableFile or OSError; the batches before it stay, and the job is marked as failed.
    """
    job = ImportJob.objects.create(styles=str(styles), images=str(pictures))
    try:
        with Pictures(pictures) as source:
            categories = Categories()
            for batch in _batches(read_styles(styles)):
                _import_batch(job, batch, source, categories)
                tick(len(batch))
    except BaseException as error:
        _finish(job, ImportJob.State.FAILED, str(error) or type(error).__name__)
        raise
    _finish(job, ImportJob.State.DONE)
    return job


class Categories:
    """The category tree, looked up and grown by path; every node is asked for once."""

    def __init__(self):
        self._nodes: dict[tuple[str, ...], Category] = {}

    def at(self, *names: str) -> Category | None:
        """The deepest category of a path like ("Apparel", "Topwear", "Shirts"); empty names are left out."""
        path, node = (), None
        for name in filter(None, names):
            path = (*path, name)
            if path not in self._nodes:
                self._nodes[path] = Category.objects.get_or_create(parent=node, name=name)[0]
            node = self._nodes[path]
        return node


def _batches(rows: Iterable[StyleRow | RowIssue]) -> Iterator[list[StyleRow | RowIssue]]:
    rows = iter(rows)
    while batch := list(islice(rows, ROWS_PER_BATCH)):
        yield batch


def _finish(job: ImportJob, state: str, error: str = "") -> None:
    job.state, job.error, job.finished_at = state, error, timezone.now()
    job.save()


@transaction.atomic
def _import_batch(job: ImportJob, batch: list[StyleRow | RowIssue], source: Pictures, categories: Categories) -> None:
    rows = [row for row in batch if isinstance(row, StyleRow)]
    issues = [row for row in batch if isinstance(row, RowIssue)]
    job.rows += len(batch)
    job.rejected += len(issues)
    known = Product.objects.select_for_update().in_bulk([row.sku for row in rows], field_name="sku")
    changed = []
    for row in rows:
        product = known.get(row.sku) or Product(sku=row.sku)
        before = _values(product)
        _take_row(product, row, categories)
        if issue := _take_picture(product, row, source):
            issues.append(issue)
        if product.pk is None or _values(product) != before:
            changed.append((product, product.image_digest != before[WRITTEN.index("image_digest")]))
        job.created += product.pk is None
    job.updated += sum(product.pk is not None for product, _ in changed)
    job.unchanged += len(rows) - len(changed)
    _write(changed)
    ImportIssue.objects.bulk_create(
        ImportIssue(job=job, line=issue.line, sku=issue.sku, reason=issue.reason) for issue in issues
    )
    job.save()


def _values(product: Product) -> list:
    return [product.image.name or "" if name == "image" else getattr(product, name) for name in WRITTEN]


def _take_row(product: Product, row: StyleRow, categories: Categories) -> None:
    for name in ROW_VALUES:
        setattr(product, name, getattr(row, name))
    product.category = categories.at(row.master_category, row.sub_category, row.article_type)
    product.search_words = product.collect_search_words()


def _take_picture(product: Product, row: StyleRow, source: Pictures) -> RowIssue | None:
    if row.sku not in source:
        return None if product.image else RowIssue(row.line, row.sku, f"no picture named {row.sku} came with the file")
    try:
        content = source.read(row.sku)
    except OSError as error:
        return RowIssue(row.line, row.sku, str(error))
    product.image, product.image_digest = images.store(content, source.suffix(row.sku))
    return None


def _write(changed: list[tuple[Product, bool]]) -> None:
    now = timezone.now()
    for product, _ in changed:
        product.updated_at = now
    Product.objects.bulk_create(
        [product for product, _ in changed],
        update_conflicts=True,
        unique_fields=["sku"],
        update_fields=[*WRITTEN, "updated_at"],
    )
    if pictures := [product.pk for product, is_new_picture in changed if is_new_picture]:
        transaction.on_commit(partial(pictures_changed.send, sender=Product, product_ids=pictures))
