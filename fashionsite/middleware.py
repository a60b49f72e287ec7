"""What is refused before any page is asked, and who asks."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from fashionsite import bodies


def client_address(request: HttpRequest) -> str:
    """The proxy's word, where there is a proxy, and never the client's own."""
    return BaseThrottle().get_ident(Request(request))


def refuse_nul(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answers 400 where the address has a NUL character: no product's does, and PostgreSQL's text knows none."""

    def answer(request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "\0" in request.path_info or "%00" in query or "\0" in query:
            raise BadRequest("The address has a NUL character.")
        return get_response(request)

    return answer


def refuse_large_bodies(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answers 413 where the body is larger than its address takes, without reading it."""

    def answer(request: HttpRequest) -> HttpResponse:
        if not bodies.is_too_large(request):
            return get_response(request)
        limit = f"{bodies.limit_of(request.path_info) >> 20:,} MB"
        if request.path_info.startswith("/api/"):
            return JsonResponse({"detail": f"This is too large; up to {limit} work here."}, status=413)
        # Nothing of the request is read, not even who sends it.
        return render(None, "413.html", {"limit": limit, "path": request.path}, status=413)

    return answer
