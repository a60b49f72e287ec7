"""How often one address may ask for what costs or changes something: the only place where requests are counted.

Limits are such that no person meets them. Who does gets 429, and in `Retry-After` how many seconds to wait.
"""

import ipaddress
import math
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

NETWORK_BITS = 64
"""Of an IPv6 address: what one household, or one server, has to itself."""

View = Callable[..., HttpResponseBase]


class Limit(SimpleRateThrottle):
    """So many requests of one kind from one address; settings.LIMITS says how many."""

    scope: str
    cache_name = "limits"

    @property
    def cache(self) -> BaseCache:  # type: ignore[override]
        return caches[self.cache_name]

    def get_rate(self) -> str | None:
        return settings.LIMITS[self.scope]

    def get_cache_key(self, request: "Request | HttpRequest", view: "APIView | None") -> str:
        return f"{self.scope}:{client_address(request)}"


class Reads(Limit):
    """Pages and answers over REST. They are so many that each process counts its own, in its memory."""

    scope = "reads"
    cache_name = "default"


class Changes(Limit):
    """What is noted, in the database or in the browser."""

    scope = "changes"


class Photos(Limit):
    """Photos that are looked at, whether for the page or over REST."""

    scope = "photos"


class Costly(Limit):
    """What takes seconds of a core, or asks another server."""

    scope = "costly"


class Clicks(Limit):
    """What browsers tell of clicks on cards."""

    scope = "clicks"


class Reports(Limit):
    """What browsers have written into the log."""

    scope = "reports"


def limited(limit: type[Limit], when: Callable[[HttpRequest], bool] = lambda request: True) -> Callable[[View], View]:
    """Decorates a page that answers only so many requests, of those for which `when` holds."""

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
            counted = limit()
            # A throttle asks a request of Django's for nothing that it lacks, and its view for nothing.
            if when(request) and not counted.allow_request(request, None):  # type: ignore[arg-type]
                return _too_many(request, math.ceil(counted.wait() or 1))
            return view(request, *arguments, **named)

        return answer

    return decorate


def _too_many(request: HttpRequest, seconds: int) -> HttpResponseBase:
    response = render(request, "429.html", {"seconds": seconds}, status=429)
    response["Retry-After"] = str(seconds)
    return response


def client_address(request: "Request | HttpRequest") -> str:
    """Who asks, by the word of the proxy where there is one, and never by the client's own; of IPv6 the network."""
    told = BaseThrottle().get_ident(request)  # type: ignore[arg-type]
    try:
        address = ipaddress.ip_address(told)
    except ValueError:  # a server that listens at a socket of Unix knows none
        return told
    if address.version == 4:
        return told
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), NETWORK_BITS), strict=False).network_address)
