"""The page of an error that no view has answered."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import server_error

SECONDS_TO_RETRY = 10


def handle_error(request: HttpRequest) -> HttpResponse:
    """503 with Retry-After while the database is away or out of space; else 500."""
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return server_error(request)
    response = render(None, "503.html", status=503)
    response["Retry-After"] = str(SECONDS_TO_RETRY)
    return response
