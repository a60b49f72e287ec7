"""What every request leaves behind: an id that all its lines carry, a line of its own, and its part in the figures."""

import logging
import re
import secrets
from collections.abc import Callable
from time import perf_counter

from django.conf import settings
from django.core.signals import request_finished
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch

from catalog.monitoring.identity import request_id
from catalog.monitoring.metrics import REQUEST_SECONDS, REQUESTS

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")
LONGEST_PATH = 500
NAMING_A_PHOTO = frozenset({"recommender:kept_photo"})
"""Views whose addresses are as good as the photo that a shopper brought."""
HARMLESS = ("page", "sort", "category")
"""Parameters that say nothing of who asks. What shoppers type and bring is none of them."""

access = logging.getLogger("access")


def watch(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Gives each request an id, which its answer names too, counts and times it, and writes its line."""

    def answer(request: HttpRequest) -> HttpResponse:
        began = perf_counter()
        id_ = _id_of(request)
        request_id.set(id_)
        response = get_response(request)
        _note(request, response.status_code, perf_counter() - began)
        response[HEADER] = id_
        return response

    return answer


@receiver(request_finished)
def forget(**_: object) -> None:
    """Not before: Django writes of what was not found, and streams, when the middleware is through."""
    request_id.set("")


def _id_of(request: HttpRequest) -> str:
    """The proxy's, where there is a proxy and it gives one; never one that a browser made up."""
    given = request.headers.get(HEADER, "") if settings.SECURE_PROXY_SSL_HEADER else ""
    return given if WELL_FORMED.fullmatch(given) else secrets.token_hex(16)


def _note(request: HttpRequest, status: int, seconds: float) -> None:
    match: ResolverMatch | None = getattr(request, "resolver_match", None)
    view = _view(match)
    REQUESTS.labels(view, f"{status // 100}xx").inc()
    REQUEST_SECONDS.labels(view).observe(seconds)
    if access.isEnabledFor(logging.INFO):
        path = f"/{match.route}" if match and view in NAMING_A_PHOTO else request.path[:LONGEST_PATH]
        fields = {"method": request.method, "path": path, "view": view, "status": status}
        shown = {name: request.GET[name][:LONGEST_PATH] for name in HARMLESS if name in request.GET}
        access.info("request", extra={**fields, "asked": shown, "ms": round(1000 * seconds, 1)})


def _view(match: ResolverMatch | None) -> str:
    """The name of the view; the administration's hundreds are one, and so is all that leads nowhere."""
    if match is None:
        return "none"
    return "admin" if "admin" in match.app_names else match.view_name
