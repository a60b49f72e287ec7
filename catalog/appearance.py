"""How the shop looks and what it shows, as staff made it theirs; every page asks for it.

Each process keeps the row in its memory, so that a page pays no query for it. Another process sees a change some
seconds later.
"""

import logging
import time
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.db import Error, transaction
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from catalog.contrast import nearest_against, text_on
from catalog.models import Appearance

logger = logging.getLogger(__name__)
SECONDS_KEPT = 10.0
INK = ("#16181d", "#f1f0ee")
"""The accent of a shop that has none of its own, on light and on dark pages."""
GROUNDS = ("#ffffff", "#121316")
"""What pages lie on, as static/css/base.css has it."""

View = Callable[..., HttpResponseBase]


class Kept:
    """The appearance as this process read it last."""

    def __init__(self) -> None:
        self._appearance = Appearance()
        self._until = 0.0

    def get(self) -> Appearance:
        """That of the database, or while the database is away the last that was read."""
        if time.monotonic() >= self._until:
            try:
                self.keep(_read())
            except Error as error:
                # The page says itself that the database is away; it does so in the shop's colours.
                logger.warning("The shop's appearance cannot be read: %s", error)
                self.keep(self._appearance)
        return self._appearance

    def keep(self, appearance: Appearance) -> None:
        self._appearance, self._until = appearance, time.monotonic() + SECONDS_KEPT

    def forget(self, **_: object) -> None:
        """Once now, for who asks within the transaction, and once when others see it too."""
        self._until = 0.0
        transaction.on_commit(partial(setattr, self, "_until", 0.0))


KEPT = Kept()


def current() -> Appearance:
    """The shop's appearance, with its links and without its logo."""
    return KEPT.get()


def _read() -> Appearance:
    found = Appearance.objects.prefetch_related("links").defer("logo").first()
    return found or Appearance()


def accents(appearance: Appearance) -> tuple[str, str] | None:
    """The accent on light and on dark pages; None where the shop has none of its own."""
    if not appearance.accent:
        return None
    return appearance.accent, appearance.accent_in_dark or nearest_against(GROUNDS[1], appearance.accent)


def style_sheet(light: str, dark: str) -> str:
    """The custom properties of static/css/base.css in these accents, each with the text that is read on it."""
    rules = [f":root{{--accent:{accent};--on-accent:{text_on(accent)}}}" for accent in (light, dark)]
    return f"{rules[0]}\n@media (prefers-color-scheme: dark){{{rules[1]}}}\n"


def while_shown(name: str) -> Callable[[View], View]:
    """Decorates a page that is there while that field of Appearance is on."""

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
            if not getattr(current(), name):
                raise Http404
            return view(request, *arguments, **named)

        return answer

    return decorate
