"""The issues of an import as a csv file that a spreadsheet opens without harm."""

import csv
from collections.abc import Iterator

from catalog.importing.models import ImportJob

COLUMNS = ("line", "sku", "kind", "column", "value", "reason")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(job: ImportJob) -> Iterator[str]:
    """The issues of a job, each a line, below a line that names the columns."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for row in job.issues.values_list(*COLUMNS).iterator():
        yield writer.writerow([_harmless(cell) for cell in row])


def _harmless(cell: object) -> object:
    """Spreadsheets take a cell that begins so for a formula, and run it; an apostrophe before it makes it text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
