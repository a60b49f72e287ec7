"""All hostile things there are."""

from tests.hostile import addresses, archives, feeds, photos, tables, workbooks
from tests.hostile.workbooks import ordinary_workbook

__all__ = ["CASES", "ordinary_workbook"]

CASES = [*tables.CASES, *workbooks.CASES, *feeds.CASES, *archives.CASES, *photos.CASES, *addresses.CASES]
