"""What all addresses of the API share: who may ask, caches, and requests that may come twice."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import QueryDict
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from catalog.revalidation import state_of_pages
from fashionsite.api.access import READ, ApiReads, KeyAuthentication, MayUse, StaffAuthentication, limits_of
from fashionsite.api.models import GivenAnswer, Key
from fashionsite.api.problems import Problem
from fashionsite.api.schema import Described

IDEMPOTENCY_KEY = "Idempotency-Key"


class Resource(APIView):
    """A thing with an address. `scopes` say by method what a key needs, `permissions` what staff need beside."""

    # What browsers ask before they send something is answered before a view is asked.
    http_method_names = ("get", "post", "put", "patch", "delete", "head")
    scopes: ClassVar[Mapping[str, str]] = {"GET": READ}
    permissions: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    authentication_classes = (KeyAuthentication, StaffAuthentication)
    permission_classes = (MayUse,)
    throttle_classes: tuple[type[BaseThrottle], ...] = (ApiReads,)
    schema = Described()

    def get_throttles(self) -> list[BaseThrottle]:
        self._throttles = super().get_throttles()
        return self._throttles

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in limits_of(getattr(self, "_throttles", [])).items():
            response[name] = value
        is_answer = request.method in ("GET", "HEAD") and response.status_code == 200
        is_for_all = is_answer and request.auth is None and not request.user.is_authenticated
        response["Cache-Control"] = "public, max-age=0" if is_for_all else "private, no-cache"
        patch_vary_headers(response, ["Authorization"])
        if is_answer and "ETag" not in response:
            response.add_post_render_callback(lambda rendered: _as_known(request, rendered))
        return response

    def unless_known(self, request: Request, version: str, answer: Callable[[], Response]) -> HttpResponseBase:
        """The answer, or 304 without making it where the client has it: another `version` tells of another answer."""
        etag = f'"{state_of_pages(f"{request.build_absolute_uri()} {version}")}"'
        known = get_conditional_response(request._request, etag=etag)
        if known is not None:
            return Response(status=known.status_code, headers={"ETag": etag})
        response = answer()
        response["ETag"] = etag
        return response


def _as_known(request: Request, rendered: Response) -> HttpResponseBase:
    """304 where the client has the very same answer."""
    etag = f'"{hashlib.sha256(rendered.content).hexdigest()[:32]}"'
    rendered["ETag"] = etag
    return get_conditional_response(request._request, etag=etag, response=rendered) or rendered


@transaction.atomic
def once(request: Request, act: Callable[[], Response], shown_once: str = "") -> Response:
    """Does what is asked, or where the same request came with its Idempotency-Key before, answers as then.

    All in one transaction, so that of two at once the second waits for the first. The field of the answer that is
    `shown_once` is null in what is answered again. Raises Problem.
    """
    key = request.headers.get(IDEMPOTENCY_KEY, "")
    if not key:
        return act()
    if len(key) > GivenAnswer.LONGEST or not key.isprintable():
        raise Problem("invalid", gettext("An Idempotency-Key has up to 255 printable characters."))
    GivenAnswer.objects.forget_old(timezone.now())
    digest = _digest_of(request)
    given, is_new = GivenAnswer.objects.get_or_create(owner=_owner(request), key=key, defaults={"digest": digest})
    if given.digest != digest:
        raise Problem("key_used_before", gettext("Use another Idempotency-Key for another request."))
    if not is_new:
        return Response(given.content, given.status, headers={"Idempotency-Replayed": "true"})
    response = act()
    given.status, given.content = response.status_code, response.data | ({shown_once: None} if shown_once else {})
    given.save()
    return response


def _owner(request: Request) -> str:
    return f"key:{request.auth.pk}" if isinstance(request.auth, Key) else f"user:{request.user.pk}"


def _digest_of(request: Request) -> str:
    """Of a request's method, address and content; of uploads their names and sizes."""
    data = request.data
    told = data.lists() if isinstance(data, QueryDict) else data
    content = json.dumps(list(told) if isinstance(data, QueryDict) else told, sort_keys=True, default=_named)
    asked = f"{request.method} {request.get_full_path()} {content}"
    return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()


def _named(value: object) -> object:
    return [value.name, value.size] if isinstance(value, UploadedFile) else str(value)
