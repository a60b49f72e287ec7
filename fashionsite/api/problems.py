"""What is answered instead: problems as RFC 9457 has them, each with a `code` that a program can test."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    NON_FIELD_ERRORS,
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.http import Http404, HttpRequest, JsonResponse, UnreadablePostError
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, ngettext
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

from catalog.importing.jobs import NotNow
from catalog.importing.tables import UnusableFile
from recommender.photo.looking import PhotoProblem

CONTENT_TYPE = "application/problem+json"
SECONDS_TO_RETRY = 10
CODES = {
    "malformed": (400, gettext_lazy("The request cannot be read")),
    "invalid": (400, gettext_lazy("Something in the request is not as it must be")),
    "unauthenticated": (401, gettext_lazy("A key is needed, or the one that came is not valid")),
    "forbidden": (403, gettext_lazy("Whoever asks may not do this")),
    "not_found": (404, gettext_lazy("There is no such thing")),
    "method_not_allowed": (405, gettext_lazy("This cannot be done here")),
    "not_acceptable": (406, gettext_lazy("The answer cannot be written that way")),
    "not_now": (409, gettext_lazy("What is asked for does not go with how things are by now")),
    "exists": (409, gettext_lazy("There is one of these already")),
    "gone": (410, gettext_lazy("This is not kept any more")),
    "too_large": (413, gettext_lazy("The request is too large")),
    "unsupported_media_type": (415, gettext_lazy("The request is in a form that is not understood here")),
    "unusable": (422, gettext_lazy("The request is well formed, and what it brings cannot be used")),
    "key_used_before": (422, gettext_lazy("This Idempotency-Key came with another request before")),
    "too_many_requests": (429, gettext_lazy("Too many requests")),
    "error": (500, gettext_lazy("An error of the shop's")),
    "unavailable": (503, gettext_lazy("The shop is busy or not whole for a moment")),
}
"""(status, title) by code; titles are for people."""
OF_DJANGO: dict[tuple[type[Exception], ...], str] = {
    (NotNow,): "not_now",
    (UnusableFile,): "unusable",
    (Http404,): "not_found",
    (PermissionDenied,): "forbidden",
    (ValidationError,): "unusable",
    (RequestDataTooBig,): "too_large",
    (SuspiciousOperation, BadRequest, UnreadablePostError): "malformed",
}
"""What the rooms below and Django raise; the first that fits counts"""
TAKEN = ("unique", "unique_together")
"""The codes by which Django says that a row is there already"""
BY_STATUS = {status: code for code, (status, _) in reversed(CODES.items())} | {400: "invalid"}


class Problem(Exception):
    """What a view answers instead: a code of CODES, and what a person can do about it."""

    def __init__(
        self,
        code: str,
        detail: str,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
    ):
        super().__init__(_sayable(detail))
        self.code, self.headers = code, headers or {}
        self.errors = [{name: _sayable(text) for name, text in error.items()} for error in errors]


def answer_problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's exception handler. None for what fails all pages alike, and has its line in the log."""
    problem = _unread(context["view"]) if isinstance(error, exceptions.UnsupportedMediaType) else _known(error)
    if problem is None:
        return None
    set_rollback()
    request = context["request"]
    body = described(request, problem.code, str(problem))
    if problem.errors:
        body["errors"] = problem.errors
    response = Response(body, body["status"], headers=dict(problem.headers), content_type=CONTENT_TYPE)
    # Who accepts nothing that there is gets what there is.
    response.exception = True
    return response


def problem_response(
    request: HttpRequest, code: str, detail: str, headers: Mapping[str, str] | None = None
) -> JsonResponse:
    """The same where no view of the API was asked."""
    body = described(request, code, detail)
    return JsonResponse(body, status=body["status"], headers=dict(headers or {}), content_type=CONTENT_TYPE)


def described(request: Any, code: str, detail: str) -> dict[str, Any]:
    """The body of a problem."""
    status, title = CODES[code]
    about = f"{request.build_absolute_uri(reverse('api:home'))}#{code}"
    return {"type": about, "title": str(title), "status": status, "detail": detail, "code": code}


def is_of_the_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def _sayable(text: str) -> str:
    """Without halves of characters, which JSON may bring and UTF-8 cannot say."""
    return text.encode("utf-8", "replace").decode()


def _unread(view: APIView) -> Problem:
    """What is answered to a body of a kind that the view does not read."""
    kinds = ", ".join(parser.media_type for parser in view.get_parsers())
    said = gettext("Say in the header Content-Type what comes; this is read here: {kinds}.")
    return Problem("unsupported_media_type", said.format(kinds=kinds))


def _known(error: Exception) -> Problem | None:
    if isinstance(error, Problem):
        return error
    if isinstance(error, PhotoProblem):
        return Problem("unusable" if error.status == 400 else BY_STATUS[error.status], str(error), error.headers)
    if isinstance(error, exceptions.APIException):
        return _of_the_framework(error)
    code = next((code for kinds, code in OF_DJANGO.items() if isinstance(error, kinds)), None)
    if code is None:
        return None
    if isinstance(error, ValidationError):
        return _of_a_row(error)
    if isinstance(error, RequestDataTooBig):
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE >> 20
        return Problem(code, gettext("Beside files, up to {limit} MB work here.").format(limit=limit))
    return Problem(code, str(error) or str(CODES[code][1]))


def _of_a_row(error: ValidationError) -> Problem:
    """What a model says of a row that was to be written."""
    code = "exists" if all(one.code in TAKEN for one in _single(error)) else "unusable"
    title = str(CODES[code][1])
    by_field = error.message_dict if hasattr(error, "error_dict") else {}
    errors = [
        # Django speaks of the labels of a form.
        {"pointer": f"/{name}", "code": code, "detail": f"{title}." if code == "exists" else " ".join(said)}
        for name, said in by_field.items()
        if name != NON_FIELD_ERRORS
    ]
    said = f"{title}." if code == "exists" else " ".join(error.messages) or title
    return Problem(code, said, errors=errors)


def _single(error: ValidationError) -> list[ValidationError]:
    found = chain.from_iterable(error.error_dict.values()) if hasattr(error, "error_dict") else error.error_list
    return list(found)


def _of_the_framework(error: exceptions.APIException) -> Problem:
    headers = {}
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if isinstance(error, exceptions.Throttled):
        seconds = int(getattr(error, "wait", None) or 1)
        headers["Retry-After"] = str(seconds)
        said = ngettext("Ask again in {seconds} second.", "Ask again in {seconds} seconds.", seconds)
        return Problem("too_many_requests", said.format(seconds=seconds), headers)
    if isinstance(error, exceptions.ParseError):
        return Problem("malformed", str(error.detail))
    if isinstance(error, exceptions.ValidationError):
        found = list(errors_of(error.get_full_details(), ""))
        said = " ".join(f"{one['pointer']}: {one['detail']}".lstrip(": ") for one in found)
        return Problem("invalid", said[:2000], errors=found)
    return Problem(BY_STATUS[error.status_code], str(error.detail), headers)


def errors_of(details: Any, pointer: str) -> Iterator[dict[str, str]]:
    """What is wrong, and where in the request: {pointer, code, detail}."""
    if isinstance(details, dict) and not details.keys() ^ {"message", "code"}:
        yield {"pointer": pointer, "code": str(details["code"]), "detail": str(details["message"])}
        return
    parts = details.items() if isinstance(details, dict) else enumerate(details)
    for name, part in parts:
        is_message = isinstance(details, list) and isinstance(part, dict) and not part.keys() ^ {"message", "code"}
        inner = pointer if is_message or name == "non_field_errors" else f"{pointer}/{name}"
        yield from errors_of(part, inner)
