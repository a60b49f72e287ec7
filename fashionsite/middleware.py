"""What is refused before any page is asked, and what browsers are told beside every answer."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import has_vary_header, patch_vary_headers
from django.utils.formats import number_format
from django.utils.translation import gettext

from catalog.cookies import COOKIES
from fashionsite import bodies
from fashionsite.api.problems import is_of_the_api, problem_response
from fashionsite.language import of_the_shop

Answer = Callable[[HttpRequest], HttpResponse]

LONGEST_COOKIE = 4096 + 256
"""Letters: https://www.rfc-editor.org/rfc/rfc6265#section-6.1, and some for its name."""
CSP_REPORTS = "csp"
"""How the policy of the settings calls the address where browsers report to"""
POWERS = "camera=(self), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
"""A photo to search with may be taken; nothing else of a shopper's device is of any use here."""
SAME_FOR_EVERYBODY = frozenset(
    {
        "catalog:category",
        "catalog:products",
        "recommender:explore",
        "api:home",
        "api:docs",
        "api:schema",
        "robots",
        "sitemap_index",
        "django.contrib.sitemaps.views.sitemap",
    }
)
"""The views whose answers depend on the address alone. All others are for one person, unless they say otherwise."""


ADMINISTRATION = "/admin/"
OF_NO_LANGUAGE = ("/healthz", "/media/", "/metrics", "/readyz")
"""What begins the addresses of answers that nobody reads as a page; some must not ask the database."""


def refuse_nul(get_response: Answer) -> Answer:
    """Answers 400 where the address has a NUL character: no product's does, and PostgreSQL's text knows none."""

    def answer(request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "\0" in request.path_info or "%00" in query or "\0" in query:
            raise BadRequest("The address has a NUL character.")
        return get_response(request)

    return answer


def refuse_long_cookies(get_response: Answer) -> Answer:
    """Answers 400 where a cookie is longer than browsers keep one: to unquote it takes the square of its length."""

    def answer(request: HttpRequest) -> HttpResponse:
        if any(len(cookie) > LONGEST_COOKIE for cookie in request.META.get("HTTP_COOKIE", "").split(";")):
            raise BadRequest("A cookie is too long.")
        return get_response(request)

    return answer


def limit_browsers(get_response: Answer) -> Answer:
    """Tells browsers what of a device pages may use, and where to report what broke the content security policy."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Permissions-Policy"] = POWERS
        response["Reporting-Endpoints"] = f'{CSP_REPORTS}="{reverse("csp_report")}"'
        return response

    return answer


def keep_private(get_response: Answer) -> Answer:
    """Lets nobody keep an answer, but those that are the same for everybody.

    An answer that a cookie went into or comes with is for one person, whatever it says of itself.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.cookies or has_vary_header(response, "Cookie"):
            response["Cache-Control"] = "private, no-store"
        elif "Cache-Control" not in response:
            response["Cache-Control"] = (
                "public, max-age=0" if _is_same_for_everybody(request, response) else "private, no-store"
            )
        return response

    return answer


def _is_same_for_everybody(request: HttpRequest, response: HttpResponse) -> bool:
    found = request.resolver_match
    return response.status_code in (200, 304) and found is not None and found.view_name in SAME_FOR_EVERYBODY


def choose_language(get_response: Answer) -> Answer:
    """Has the shop's pages written in the language that staff chose for it, and the administration in its reader's."""

    def answer(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(OF_NO_LANGUAGE):
            return get_response(request)
        if request.path_info.startswith(ADMINISTRATION):
            with translation.override(translation.get_language_from_request(request)):
                response = get_response(request)
            patch_vary_headers(response, ("Accept-Language",))
            return response
        with translation.override(of_the_shop()):
            return get_response(request)

    return answer


def take_cookies_back(get_response: Answer) -> Answer:
    """Takes the cookies of what the shop does not show any more out of browsers."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for cookie in COOKIES:
            if request.COOKIES and not cookie.is_kept:
                cookie.forget(request, response)
        return response

    return answer


def refuse_large_bodies(get_response: Answer) -> Answer:
    """Answers 413 where the body is larger than its address takes, without reading it."""

    def answer(request: HttpRequest) -> HttpResponse:
        if not bodies.is_too_large(request):
            return get_response(request)
        limit = f"{number_format(bodies.limit_of(request.path_info) >> 20, force_grouping=True)} MB"
        if is_of_the_api(request):
            return problem_response(request, "too_large", gettext("This is too large; up to %s work here.") % limit)
        # Nothing of the request is read, not even who sends it.
        return render(None, "413.html", {"limit": limit, "path": request.path}, status=413)

    return answer
