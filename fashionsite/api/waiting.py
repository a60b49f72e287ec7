"""How far products are on their way into search, and waiting until they are there."""

import re
import threading
import time
from collections.abc import Callable

from rest_framework.request import Request

from catalog.importing.models import PictureAddress
from catalog.models import Product
from recommender import querysets
from recommender.registry import active_encoder

MOST_SECONDS = 30
SECONDS_BETWEEN_LOOKS = 0.1
PREFER = "Prefer"
APPLIED = "Preference-Applied"
_turns = threading.BoundedSemaphore(2)
"""Who waits holds a thread, and pages need theirs: a process has four."""


def wait_until(request: Request, is_done: Callable[[], bool]) -> dict[str, str]:
    """Waits until it is done, or as long as the request prefers to; returns the headers.

    Where others wait already nobody waits.
    """
    seconds = _preferred(request)
    if not seconds or not _turns.acquire(blocking=False):
        return {}
    try:
        until = time.monotonic() + seconds
        while not is_done() and time.monotonic() < until:
            time.sleep(SECONDS_BETWEEN_LOOKS)
    finally:
        _turns.release()
    return {APPLIED: f"wait={seconds}"}


def are_searchable(skus: list[str]) -> bool:
    """Whether all of their pictures are embedded that can be."""
    return "waiting" not in states(skus).values()


def states(skus: list[str]) -> dict[str, str]:
    """By its sku whether each product is `searchable`, is `waiting` to be, has `failed` to, or has `no_picture`."""
    rows = querysets.with_search_state(Product.objects.filter(sku__in=skus), active_encoder())
    expected = set(
        PictureAddress.objects.waiting().filter(product__sku__in=skus).values_list("product__sku", flat=True)
    )
    columns = rows.values_list("sku", "image_digest", "is_embedded", "is_failure_final")  # type: ignore[misc]
    return {sku: _state(bool(digest), done, failed, sku in expected) for sku, digest, done, failed in columns}


def _state(has_picture: bool, is_embedded: bool, has_failed: bool, is_expected: bool) -> str:
    if is_expected:
        return "waiting"
    if not has_picture:
        return "no_picture"
    if is_embedded:
        return "searchable"
    return "failed" if has_failed else "waiting"


def _preferred(request: Request) -> int:
    """How many seconds the request prefers to wait, as RFC 7240 has it; 0 where it does not say."""
    found = re.search(r"(?:^|,)\s*wait\s*=\s*\"?(\d{1,6})", request.headers.get(PREFER, ""))
    return min(int(found[1]), MOST_SECONDS) if found else 0
