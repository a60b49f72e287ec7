"""The pages of errors that no view has answered, and what programs are told instead."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext
from django.views import defaults

from fashionsite.api.problems import SECONDS_TO_RETRY, is_of_the_api, problem_response


def handle_error(request: HttpRequest) -> HttpResponseBase:
    """503 with Retry-After while the database is away or out of space; else 500."""
    is_away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    if is_of_the_api(request):
        said = gettext("The database is away for a moment.") if is_away else gettext("The shop has noted it.")
        headers = {"Retry-After": str(SECONDS_TO_RETRY)} if is_away else {}
        return problem_response(request, "unavailable" if is_away else "error", said, headers)
    if not is_away:
        return defaults.server_error(request)
    response = render(None, "503.html", status=503)
    response["Retry-After"] = str(SECONDS_TO_RETRY)
    return response


def handle_missing(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_of_the_api(request):
        return problem_response(request, "not_found", gettext("There is nothing at this address."))
    return defaults.page_not_found(request, exception)


def handle_malformed(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if is_of_the_api(request):
        return problem_response(request, "malformed", str(exception))
    return defaults.bad_request(request, exception)
