"""The pages of errors that no view has answered, and what programs are told instead."""

import sys

from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.views import defaults

from fashionsite.api.problems import SECONDS_TO_RETRY, is_of_the_api, problem_response
from recommender.vectors import VectorsAway


def handle_error(request: HttpRequest) -> HttpResponseBase:
    """503 with Retry-After while the database is away or out of space, or who finds what looks alike; else 500.

    409 where two have written what only one can: forms look before, and the constraints of the database have the word.
    """
    error = sys.exc_info()[1]
    if isinstance(error, IntegrityError):
        return _answer_conflict(request)
    is_away = isinstance(error, OperationalError | InterfaceError | VectorsAway)
    if is_of_the_api(request):
        said = _said_of(error)
        headers = {"Retry-After": str(SECONDS_TO_RETRY)} if is_away else {}
        return problem_response(request, "unavailable" if is_away else "error", said, headers)
    if not is_away:
        return defaults.server_error(request)
    response = render(None, "503.html", status=503)
    response["Retry-After"] = str(SECONDS_TO_RETRY)
    return response


def _answer_conflict(request: HttpRequest) -> HttpResponseBase:
    if is_of_the_api(request):
        said = gettext("Something else has changed this in the same moment. Look at how it is now, or send this again.")
        return problem_response(request, "not_now", said)
    return render(None, "409.html", status=409)


def _said_of(error: BaseException | None) -> str:
    if isinstance(error, VectorsAway):
        return gettext("The search by looks is away for a moment.")
    if isinstance(error, OperationalError | InterfaceError):
        return gettext("The database is away for a moment.")
    return gettext("The shop has noted it.")


def handle_missing(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_of_the_api(request):
        return problem_response(request, "not_found", gettext("There is nothing at this address."))
    return defaults.page_not_found(request, exception)


def handle_malformed(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_of_the_api(request):
        return problem_response(request, "malformed", str(exception))
    return defaults.bad_request(request, exception)
