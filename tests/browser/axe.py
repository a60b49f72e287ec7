"""WCAG 2.2 AA, as far as axe-core can tell."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# All that is well need not be told, which takes longer than to find it.
EVERYTHING = {"runOnly": TAGS, "resultTypes": ["violations"]}
OF_COLOURS = {
    "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "resultTypes": ["violations"],
}
"""What a page that was found all right in light can do wrong in dark."""


def expect_nothing_found(page: Page, context: object = None) -> None:
    """In light everything is looked at, and in dark what comes of the colours."""
    expect_nothing_found_in("light", page, context)
    expect_nothing_found_in("dark", page, context, OF_COLOURS)


def expect_nothing_found_in(scheme: str, page: Page, context: object = None, options: dict = EVERYTHING) -> None:
    page.emulate_media(color_scheme=scheme)
    # Django's links take their time from one colour to the other.
    page.evaluate("document.getAnimations().forEach((animation) => animation.finish())")
    result = AXE.run(page, context, options)
    assert result.violations_count == 0, f"{page.url} in {scheme}: {result.generate_report()}"
