"""Two elements for pages of other sites, and what is framed where a page allows no scripts."""

import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext, pgettext
from django.views.decorators.cache import cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import conditional_page, require_safe

from catalog.limits import Reads, limited
from catalog.signals import cards_shown
from fashionsite.api.access import READ
from fashionsite.api.models import Key
from fashionsite.api.products import similar_to
from recommender import neighbours
from recommender.cards import percent
from recommender.neighbours import Match

SECONDS_KEPT = 3600
FILE = settings.BASE_DIR / "static" / "js" / "widget.js"


@require_safe
@limited(Reads)
@cache_control(public=True, max_age=SECONDS_KEPT)
@conditional_page
def script(request: HttpRequest) -> HttpResponse:
    """The elements' module, with its words; at an address that stays."""
    return HttpResponse(_written(translation.get_language()), content_type="text/javascript; charset=utf-8")


@lru_cache
def _written(language: str) -> str:
    """With the words of that language before all others."""
    languages = sorted(dict(settings.LANGUAGES), key=lambda code: code != language)
    words = json.dumps({code: _words(code) for code in languages}, ensure_ascii=False)
    return f"const WORDS = {words};\n{FILE.read_text()}"


def _words(language: str) -> dict[str, str]:
    with translation.override(language):
        return {
            "similar": gettext("Visually similar"),
            "no_picture": gettext("No picture yet"),
            "from": pgettext("before the lowest price", "from"),
            "before": pgettext("a price", "before"),
            "sale": pgettext("a price", "now"),
            "sold_out": gettext("Sold out"),
            "choose": gettext("Search with a photo"),
            "ways": gettext("Choose one, drop it here, or paste it anywhere on this page."),
            "kept": gettext("Your photo is sent to the search, kept for half an hour at most, and then deleted."),
            "looking": gettext("Looking at your photo…"),
            "results": gettext("What looks like your photo"),
            "found": gettext("Products that look like your photo: {number}"),
            "far": gettext("Nothing looks much like it. The nearest products: {number}"),
            "nothing": gettext("This photo shows no product that the shop knows."),
            "away": gettext("The search does not answer just now. Try again in a moment."),
        }


@require_safe
@limited(Reads)
@xframe_options_exempt
def embedded(request: HttpRequest, sku: str) -> HttpResponse:
    """What looks like a product, to be framed by pages of the key's origins. Raises PermissionDenied and Http404."""
    key = _key_of_pages(request.GET.get("key", ""))
    Key.objects.note_use(key, timezone.now())
    cards = [_card(match) for match in neighbours.matches(similar_to(sku, None))]
    if cards:
        cards_shown.send_robust(embedded, request=request, place="similar-elsewhere")
    response = render(request, "api/embedded.html", {"cards": cards, "title": gettext("Visually similar")})
    response._csp_replace = {"frame-ancestors": key.origins}  # type: ignore[attr-defined]  # of django-csp
    return response


def _key_of_pages(text: str) -> Key:
    """Raises PermissionDenied."""
    key = Key.objects.of(text)
    if key is None or key.has_expired or not key.origins or not key.allows(READ):
        raise PermissionDenied(
            gettext("This takes a key that may read, and has the origins of the pages that show it.")
        )
    return key


def _card(match: Match) -> dict[str, Any]:
    """It leads to where the product is bought, if that is another shop."""
    product = match.product
    return {
        "product": product,
        "picture": match.picture,
        "address": product.link or product.get_absolute_url(),
        "similarity": percent(match.similarity),
    }
