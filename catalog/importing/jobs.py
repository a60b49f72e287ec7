"""The life of an import: read, previewed, confirmed, run a slice at a time, cancelled, resumed, undone.

How far a job is stands in the database and moves in the same transaction as the rows, so that whoever is killed at it
leaves nothing half done, and whoever comes next goes on exactly there.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from catalog.importing import uploads
from catalog.importing.pictures import Pictures
from catalog.importing.reading import RowIssue, StyleRow, guess_mapping, read_rows
from catalog.importing.tables import Table, UnusableFile
from catalog.importing.writing import (
    Categories,
    archive,
    plan_batch,
    undo_changes,
    write_changes,
    write_issues,
)
from catalog.models import ImportJob, Product
from catalog.pictures import storage
from catalog.pictures.decoding import UnreadablePicture, data_address, read_picture
from catalog.querysets import ProductQuerySet

ROWS_PER_BATCH = 250
SLICE_SECONDS = 2.0
SHOWN_PRODUCTS = 20
SHOWN_EXAMPLES = 100
THUMBNAIL = 240
KEPT_WITHOUT_ROW = 1000
IMPORT_LOCK = 0x696D706F7274
State = ImportJob.State
UNDOABLE = (State.DONE, State.CANCELLED, State.FAILED)


class NotNow(Exception):
    """The job is not in a state for this; the message says why."""


class _Cancelled(Exception):
    pass


def import_catalog(styles: Path, pictures: Path, tick: Callable[[int], object] = lambda rows: None) -> ImportJob:
    """Imports a catalogue without a preview, with columns of known names; `tick` hears how many rows were read.

    A worker may take part. Raises UnusableFile when the files cannot be used; the job is then marked as failed.
    """
    job = ImportJob.objects.create(styles=str(styles.resolve()), pictures=[str(pictures.resolve())])
    while job.is_at_work:
        rows = job.rows
        if not advance():
            # A worker is at it.
            time.sleep(0.2)
        job.refresh_from_db()
        tick(job.rows - rows)
    if job.state == State.FAILED:
        raise UnusableFile(job.error)
    return job


def advance(seconds: float = SLICE_SECONDS) -> bool:
    """Goes on for a while with the job whose turn it is. Returns False when there is none, or another process is at it.

    Only one process at a time imports, and it ends one job before the next, so that two imports never mix.
    """
    with _import_lock() as is_mine:
        job = ImportJob.objects.at_work().first() if is_mine else None
        if job is None:
            return False
        try:
            _go_on(job, seconds)
        except _Cancelled:
            return True
        except (OperationalError, InterfaceError):
            # The database went away: the job is where it was, and somebody goes on with it when it is back.
            raise
        except (UnusableFile, OSError) as error:
            _finish(job, State.FAILED, str(error))
        except Exception as error:
            _finish(job, State.FAILED, f"{type(error).__name__}: {error}")
            raise
        return True


def _go_on(job: ImportJob, seconds: float) -> None:
    if job.state == State.READING:
        _preview(job)
    elif job.state == State.UNDOING:
        _undo(job)
    else:
        _run_slice(job, seconds)


def confirm(job: ImportJob, repair: bool, archive_missing: bool) -> None:
    """Starts what was previewed. Raises NotNow."""
    _move(job, (State.READY,), State.QUEUED, repair=repair, archive_missing=archive_missing)


def remap(job: ImportJob, mapping: dict[str, int]) -> None:
    """Reads the file again with other columns. Raises NotNow."""
    _move(job, (State.READY, State.FAILED), State.READING, mapping=mapping, preview=None, rows=0, error="")


def cancel(job: ImportJob) -> None:
    """Ends the job within a batch; what it has written stays. Raises NotNow."""
    states = (State.READING, State.READY, State.QUEUED, State.RUNNING)
    _move(job, states, State.CANCELLED, finished_at=timezone.now())


def resume(job: ImportJob) -> None:
    """Goes on with a cancelled or failed job where it was; one that has written nothing is previewed again.

    Raises NotNow.
    """
    ended = (State.CANCELLED, State.FAILED)
    if job.run_at is None:
        _move(job, ended, State.READING, finished_at=None, error="", preview=None)
    else:
        _move(job, ended, State.QUEUED, finished_at=None, error="")


def undo(job: ImportJob) -> None:
    """Has a worker give the products back what the job changed.

    Raises NotNow when anything has touched one of them since.
    """
    if job.state in UNDOABLE:
        _check_untouched(job)
    _move(job, UNDOABLE, State.UNDOING, error="")


def _move(job: ImportJob, before: tuple[str, ...], after: str, **values: object) -> None:
    """In one step, so that of two who press a button at once only the first one is heard."""
    if not ImportJob.objects.filter(pk=job.pk, state__in=before).update(state=after, **values):
        job.refresh_from_db()
        raise NotNow(f"This import is {job.get_state_display().lower()} by now.")
    job.refresh_from_db()


def _finish(job: ImportJob, state: str, error: str = "") -> None:
    ImportJob.objects.filter(pk=job.pk).exclude(state=State.CANCELLED).update(
        state=state, error=error, finished_at=timezone.now()
    )


def _check_untouched(job: ImportJob) -> None:
    touched = job.changes.touched_since().values_list("product__sku", flat=True)
    if touched:
        raise NotNow(
            f"{len(touched)} of its products were changed since, {', '.join(touched[:5])} among them. "
            "An import can be undone while nothing has touched its products."
        )


@transaction.atomic
def _undo(job: ImportJob) -> None:
    # Whoever saves one of the products now waits until it is what it was.
    list(Product.objects.filter(changes__job=job).select_for_update(of=("self",)).values_list("pk"))
    try:
        _check_untouched(job)
    except NotNow as error:
        _finish(job, State.DONE, str(error))
        return
    undo_changes(job.changes.all())
    _finish(job, State.UNDONE)


@contextmanager
def _import_lock() -> Iterator[bool]:
    """Whether this process has the lock. It is the database connection's, so it dies with the process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [IMPORT_LOCK])
        (is_mine,) = cursor.fetchone()
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [IMPORT_LOCK])


class _Source:
    """The job's files, open."""

    def __init__(self, job: ImportJob, stack: ExitStack):
        self.table = Table(Path(job.styles))
        self.mapping = job.mapping or guess_mapping(self.table.header)
        self.pictures = stack.enter_context(Pictures(*map(Path, job.pictures)))

    def rows(self, repair: bool) -> Iterator[StyleRow | RowIssue]:
        return read_rows(self.table, self.mapping, repair)

    def without_row(self, seen: set[str]) -> list[str]:
        """The pictures that came for none of the ids."""
        return [sku for sku in self.pictures if sku not in seen]


def _batches(rows: Iterator[StyleRow | RowIssue]) -> Iterator[tuple[list[StyleRow], list[RowIssue]]]:
    while batch := list(islice(rows, ROWS_PER_BATCH)):
        yield (
            [row for row in batch if isinstance(row, StyleRow)],
            [row for row in batch if isinstance(row, RowIssue)],
        )


def _run_slice(job: ImportJob, seconds: float) -> None:
    with ExitStack() as stack:
        source = _Source(job, stack)
        if job.state == State.QUEUED:
            _begin(job, source)
        rows = source.rows(job.repair)
        # The reader has to see the rows before, as it knows from them which id is a repeated one.
        seen = {row.sku for row in islice(rows, job.rows)}
        started, categories = time.monotonic(), Categories()
        for good, bad in _batches(rows):
            if not _write_batch(job, good, bad, source.pictures, categories):
                return
            seen.update(row.sku for row in (*good, *bad))
            if time.monotonic() - started > seconds:
                return
        without_row = source.without_row(seen)
    _end(job, seen, without_row)


@transaction.atomic
def _begin(job: ImportJob, source: _Source) -> None:
    if not _is_still(job, State.QUEUED):
        return
    if not job.rows:
        write_issues(job, (RowIssue(None, "", "refused file", f"{f.name} {f.reason}") for f in source.pictures.refused))
    job.state, job.mapping = State.RUNNING, source.mapping
    job.run_at, job.run_from = timezone.now(), job.rows
    job.total = job.total or source.table.count_lines()
    job.save()


@transaction.atomic
def _write_batch(
    job: ImportJob, rows: list[StyleRow], bad: list[RowIssue], source: Pictures, categories: Categories
) -> bool:
    """Whether the job was still to be run."""
    if not _is_still(job, State.RUNNING):
        return False
    plan = plan_batch(rows, source, storage.store)
    write_changes(job, plan.changes, categories)
    write_issues(job, [*bad, *plan.issues])
    created = sum(change.before is None for change in plan.changes)
    job.rows += len(rows) + len(bad)
    job.created += created
    job.updated += len(plan.changes) - created
    job.unchanged += plan.unchanged
    job.rejected += len(bad)
    job.save()
    return True


@transaction.atomic
def _end(job: ImportJob, seen: set[str], without_row: list[str]) -> None:
    if not _is_still(job, State.RUNNING):
        return
    reason = "a picture came for this id, but no row"
    write_issues(job, (RowIssue(None, sku[:64], "no row", reason) for sku in without_row[:KEPT_WITHOUT_ROW]))
    if job.archive_missing:
        missing = list(_missing(seen).select_for_update(of=("self",)))
        archive(job, missing)
        job.archived = len(missing)
    job.state, job.total, job.finished_at = State.DONE, job.rows, timezone.now()
    job.save()
    transaction.on_commit(partial(uploads.discard, job))


def _missing(seen: set[str]) -> ProductQuerySet:
    """The products in the shop that the file does not name, not even in a row that was refused."""
    return Product.objects.with_categories().in_the_shop().exclude(sku__in=list(seen))


def _is_still(job: ImportJob, state: str) -> bool:
    """Whether nobody has cancelled the job; it is locked until the end of the transaction."""
    return ImportJob.objects.select_for_update().filter(pk=job.pk, state=state).exists()


def _preview(job: ImportJob) -> None:
    """Finds out what the job would do, without doing it."""
    with ExitStack() as stack:
        source = _Source(job, stack)
        preview = {
            "encoding": source.table.dialect.encoding,
            "separator": source.table.dialect.separator,
            "header": source.table.header,
            "samples": [record.cells for record in islice(source.table.records(), 3)],
            "refused": [[refused.name, refused.reason] for refused in source.pictures.refused[:SHOWN_EXAMPLES]],
            "pictures": len(source.pictures),
        }
        ImportJob.objects.filter(pk=job.pk).update(total=source.table.count_lines())
        if "sku" in source.mapping:
            preview |= _Outcome(job, source).counted()
    ImportJob.objects.filter(pk=job.pk, state=State.READING).update(
        state=State.READY, preview=preview, mapping=source.mapping
    )


class _Outcome:
    """What a job would come to, counted over all of its rows."""

    def __init__(self, job: ImportJob, source: _Source):
        self._job, self._source = job, source
        self._counts, self._repaired = Counter(new=0, changed=0, unchanged=0, rejected=0), Counter()
        self._issues: dict[str, dict] = {}
        self._examples: list[dict] = []
        self._products: list[dict] = []

    def counted(self) -> dict[str, object]:
        seen = set()
        for good, bad in _batches(self._source.rows(repair=True)):
            self._count(good, bad)
            seen.update(row.sku for row in (*good, *bad))
            self._note_progress()
        without_row = self._source.without_row(seen)
        return {
            "counts": self._counts,
            "repaired": self._repaired,
            "examples": self._examples,
            "issues": self._issues,
            "without_row": len(without_row),
            "pictures_without_row": without_row[:SHOWN_EXAMPLES],
            "missing": _missing(seen).count(),
            "products": self._products,
        }

    def _count(self, rows: list[StyleRow], bad: list[RowIssue]) -> None:
        plan = plan_batch(rows, self._source.pictures, self._look_at_picture)
        changes = {change.product.sku: change for change in plan.changes}
        for row in rows:
            change = changes.get(row.sku)
            outcome = "unchanged" if change is None else "new" if change.before is None else "changed"
            self._counts[outcome] += 1
            if row.is_repaired:
                self._repaired[outcome] += 1
                self._note_repair(row)
            if len(self._products) < SHOWN_PRODUCTS:
                self._show(row, outcome)
        self._counts["rejected"] += len(bad)
        for issue in (*bad, *plan.issues):
            kind = self._issues.setdefault(issue.kind, {"count": 0, "examples": []})
            kind["count"] += 1
            if len(kind["examples"]) < SHOWN_EXAMPLES:
                kind["examples"].append([issue.line, issue.sku, issue.reason])

    def _note_repair(self, row: StyleRow) -> None:
        if len(self._examples) < SHOWN_EXAMPLES:
            self._examples.append({"line": row.line, "sku": row.sku, "name": row.values["name"]})

    def _look_at_picture(self, content: bytes, suffix: str) -> tuple[str, str]:
        digest = storage.digest_of(content)
        return storage.name_of(digest, suffix), digest

    def _show(self, row: StyleRow, outcome: str) -> None:
        self._products.append(
            {
                "sku": row.sku,
                "outcome": outcome,
                "picture": self._thumbnail(row.sku),
                "name": row.values.get("name", ""),
                "details": [value for name, value in row.values.items() if name != "name" and value],
            }
        )

    def _thumbnail(self, sku: str) -> str:
        """A data address, as nothing is to be stored yet; none where the import brings no picture."""
        if sku not in self._source.pictures:
            return ""
        try:
            return data_address(read_picture(self._source.pictures.read(sku)), THUMBNAIL)
        except (OSError, UnreadablePicture):
            return ""

    def _note_progress(self) -> None:
        read = {"read": self._counts.total()}
        if not ImportJob.objects.filter(pk=self._job.pk, state=State.READING).update(preview=read):
            raise _Cancelled
