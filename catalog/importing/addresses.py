"""The addresses that a row names for its pictures."""

from collections.abc import Iterable

from django.utils.translation import gettext

from catalog.fetching import UnfetchableAddress, host_of
from catalog.importing.reading import RowIssue, StyleRow
from catalog.terms import MOST_FURTHER_PICTURES

KIND = "picture address"
SHOWN = 200
KEPT = 1000
HOST_LENGTH_LIMIT = 255


def not_among_files(row: StyleRow, names: Iterable[str]) -> list[RowIssue]:
    """The issues of files that a row names and that did not come with it."""
    missing = [name for name in names if "//" not in name]
    return [issue_of(row.line, row.sku, name, gettext("No file of this name came with the table.")) for name in missing]


def addresses_of(row: StyleRow) -> tuple[dict[str, str], list[RowIssue]]:
    """({address: its host} of the row's pictures, its own one first; the issues of what is none)."""
    wanted: dict[str, str] = {}
    issues = []
    for text in row.picture_addresses:
        if "//" not in text:
            issues += not_among_files(row, [text])
            continue
        address = f"https:{text}" if text.startswith("//") else text
        if len(wanted) > MOST_FURTHER_PICTURES:
            reason = gettext("is more than {most} further pictures").format(most=MOST_FURTHER_PICTURES)
            issues.append(issue_of(row.line, row.sku, text, reason))
            continue
        try:
            wanted[address] = host_of(address)[:HOST_LENGTH_LIMIT]
        except UnfetchableAddress as error:
            issues.append(issue_of(row.line, row.sku, text, str(error)))
    return wanted, issues


def issue_of(line: int, sku: str, address: str, reason: str) -> RowIssue:
    """What to tell of an address whose picture cannot be had."""
    return RowIssue(line, sku, KIND, f"{address[:SHOWN]}: {reason}", value=address[:KEPT])
