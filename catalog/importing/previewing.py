"""What an import would come to, found out without doing it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from itertools import islice

from catalog import money
from catalog.importing import jobs, uploads, variants
from catalog.importing.models import ImportJob
from catalog.importing.offers import BESIDE, OFFERED
from catalog.importing.own import Skus
from catalog.importing.owners import Owned, open_pictures
from catalog.importing.preview import Counts, Example, FoundIssues, Outcome, Preview, ShownProduct
from catalog.importing.reading import RowIssue, StyleRow, refuse_repeated
from catalog.importing.tables import COLUMNS_LIMIT, Table, printable
from catalog.importing.writing import ROWS_PER_BATCH, Plan, missing_products, plan_batch
from catalog.models import Product
from catalog.pictures import storage
from catalog.pictures.decoding import UnreadablePicture, data_address, read_picture, suffix_of

SHOWN_PRODUCTS = 20
SHOWN_EXAMPLES = 100
SHOWN_RECORDS = 3
SHOWN_CELL = 200
THUMBNAIL = 240
NOT_DETAILS = frozenset({"name", *variants.PICTURES, *OFFERED, *BESIDE})
DETECTED = (
    *("encoding", "separator", "header", "kind", "lines", "empty_lines", "survey_json"),
    *("place", "stamp", "mapping", "currency", "links", "total", "merged", "rows_previewed", "styles"),
)
State = ImportJob.State


def preview(job: ImportJob) -> None:
    """Reads all that a job is to bring in, and has it ready to be confirmed.

    Raises UnusableFile and OSError for its files, and NotNow when it was cancelled in the meantime.
    """
    if not job.styles:
        uploads.fetch_table(job)
    job.detect()
    job.rows_previewed = 0
    job.save(update_fields=DETECTED)
    pictures, owned = open_pictures(job.pictures, job.table, job.mapping, job.survey.damages)
    refused = [*pictures.refused, *owned.left_out]
    found = Preview(
        samples=_first_records(job.table),
        pictures=len(pictures),
        refused=refused[:SHOWN_EXAMPLES],
        number_refused=len(refused),
        outcome=_Tally(job, owned).outcome() if "sku" in job.mapping else None,
    )
    jobs.move(job, (State.READING,), State.READY, preview_json=found.to_json())


def _details(row: StyleRow) -> list[str | int]:
    """What to tell of a row in few words."""
    details = [value for name, value in row.values.items() if name not in NOT_DETAILS and value]
    prices = [row.values.get(name) for name in ("price", "sale_price")]
    details += [money.formatted(Decimal(price), row.values["currency"]) for price in prices if price]
    if sizes := row.values.get("sizes"):
        details.append(", ".join(label for label, _ in sizes))
    return details


def _first_records(table: Table) -> list[list[str]]:
    with table.records() as records:
        return [
            [printable(cell[:SHOWN_CELL]) for cell in record.cells[:COLUMNS_LIMIT]]
            for record in islice(records, SHOWN_RECORDS)
        ]


class _Tally:
    """Counts over all rows of a job what they would come to."""

    def __init__(self, job: ImportJob, owned: Owned):
        self._job, self._owned = job, owned
        self._skus = Skus()
        self._first_lines: dict[str, int] = {}
        self._named: set[str] = set()
        self._lost = 0
        self._counts, self._repaired, self._further, self._to_fetch = Counts(), 0, 0, 0
        self._unpublished, self._leaving, self._without_link, self._genders_of_paths = 0, 0, 0, 0
        self._repairs: list[Example] = []
        self._issues: dict[str, FoundIssues] = {}
        self._products: list[ShownProduct] = []

    def outcome(self) -> Outcome:
        reader = self._job.reader(repair=True)
        with self._job.table.records() as records:
            rows = (self._skus.as_known(reader.read(record)) for record in records)
            while batch := refuse_repeated(list(islice(rows, ROWS_PER_BATCH)), self._first_lines):
                self._named.update(row.sku for row in batch)
                self._count(plan_batch(batch, Product.objects.all(), self._owned, _Nowhere(), self._skus))
                self._note_progress()
        return Outcome(
            counts=self._counts,
            repaired=self._repaired,
            repairs=self._repairs,
            issues=list(self._issues.values()),
            without_row=len(self._owned.without_row),
            pictures_without_row=[file.name for file in self._owned.without_row[:SHOWN_EXAMPLES]],
            further=self._further,
            to_fetch=self._to_fetch,
            unpublished=self._unpublished,
            leaving=self._leaving,
            without_link=self._without_link,
            genders_of_paths=self._genders_of_paths,
            missing=missing_products(self._named).count(),
            lost=self._lost,
            products=self._products,
        )

    def _count(self, plan: Plan) -> None:
        self._counts += plan.counts
        self._to_fetch += sum(map(len, plan.addresses.values()))
        self._unpublished += sum(not row.is_published for row in plan.rows)
        self._leaving += plan.leaving
        self._without_link += sum(not row.values.get("link") for row in plan.rows)
        self._genders_of_paths += sum(row.has_gender_of_path for row in plan.rows)
        self._further += sum(len(change.after["further"]) for change in plan.changes)
        for row in filter(lambda row: row.is_repaired, plan.rows):
            self._repaired += 1
            if len(self._repairs) < SHOWN_EXAMPLES:
                self._repairs.append(Example(row.line, row.sku, str(row.values["name"])))
        for issue in plan.issues:
            self._note_issue(issue)
        self._products.extend(islice(self._shown(plan), SHOWN_PRODUCTS - len(self._products)))

    def _note_issue(self, issue: RowIssue) -> None:
        self._lost += issue.is_lost
        found = self._issues.get(issue.kind) or FoundIssues(issue.kind, 0, [])
        self._issues[issue.kind] = replace(found, count=found.count + 1)
        if len(found.examples) < SHOWN_EXAMPLES:
            found.examples.append(Example(issue.line, issue.sku, issue.reason))

    def _shown(self, plan: Plan) -> Iterator[ShownProduct]:
        outcomes = {change.product.sku: "new" if change.before is None else "changed" for change in plan.changes}
        shop = Product.objects.filter(sku__in=[row.sku for row in plan.rows[:SHOWN_PRODUCTS]]).exclude(image="")
        pictures = {product.sku: product.image_address for product in shop}
        for row in plan.rows:
            yield ShownProduct(
                sku=row.sku,
                outcome=outcomes.get(row.sku, "unchanged"),
                picture=self._thumbnail(row) or pictures.get(row.sku, ""),
                name=str(row.values.get("name", "")),
                details=_details(row),
            )

    def _thumbnail(self, row: StyleRow) -> str:
        """A data address, as nothing is to be stored yet; none where the import brings no picture."""
        for file in self._owned.of_row(row):
            with suppress(OSError, UnreadablePicture):
                return data_address(read_picture(file.read()), THUMBNAIL)
        return ""

    def _note_progress(self) -> None:
        jobs.move(self._job, (State.READING,), State.READING, rows_previewed=self._counts.rows)


class _Nowhere:
    """Keeps no picture, and looks no closer at it than it must."""

    def look_at(self, content: bytes, told: str) -> tuple[str, None]:
        return suffix_of(content, told), None

    def keep(self, content: bytes, digest: str, suffix: str) -> str:
        return storage.name_of(digest, suffix)
