"""Who asks, whether they may, and how often."""

import math
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from catalog.limits import Costly, Limit, Reads
from fashionsite.api.models import Access, Key

READ, SEARCH, WRITE = "read", "search", "write"
SCHEME = "Bearer"


class KeyAuthentication(BaseAuthentication):
    """By `Authorization: Bearer …` with a key that staff made."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, Key] | None:
        """Raises AuthenticationFailed."""
        scheme, _, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        key = Key.objects.of(text.strip())
        if key is None or key.has_expired:
            raise AuthenticationFailed(gettext("This key is not valid, or has expired."))
        own = f"{request.scheme}://{request.get_host()}"
        # Browsers name no origin where a page only reads from its own.
        is_own = request.headers.get("Sec-Fetch-Site") == "same-origin"
        if not key.is_for(own if is_own else request.headers.get("Origin"), own):
            raise AuthenticationFailed(gettext("This key is not for pages of this origin."))
        Key.objects.note_use(key, timezone.now())
        # Who counts what shoppers do is told by Django's request.
        request._request.key = key  # type: ignore[attr-defined]
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


class StaffAuthentication(SessionAuthentication):
    """Staff who are signed in, with the token against forged requests where they change something."""

    def authenticate(self, request: Request) -> tuple[AbstractUser, None] | None:
        # Without the cookie nobody needs to ask, and the answer is the same for everybody.
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return None
        found = super().authenticate(request)
        return found if found and found[0].is_staff else None


class MayUse(BasePermission):
    """Keys by their scopes, staff by their permissions, and anyone as far as the shop lets them.

    A view's `scopes` and `permissions` say by method what a key, and what staff need.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Raises NotAuthenticated."""
        method = "GET" if request.method == "HEAD" else request.method or ""
        scope = getattr(view, "scopes", {}).get(method)
        if scope is None:  # not a method of the view; who asks for it is told so
            return True
        if isinstance(request.auth, Key):
            self.message = gettext("This key has no scope to {scope}.").format(scope=scope)
            return request.auth.allows(scope)
        if request.user.is_authenticated:
            self.message = gettext("Your account has no permission for this.")
            return request.user.has_perms(getattr(view, "permissions", {}).get(method, ()))
        if Access.now().allows(scope):
            return True
        raise NotAuthenticated(gettext("Send a key of this shop: Authorization: Bearer …"))


class ApiLimit(Limit):
    """One that counts by key where there is one, or else by address; it says how much of it is left."""

    of_keys: str
    """The name in settings.LIMITS of what a key may"""

    def allow_request(self, request: Request, view: APIView) -> bool:
        if isinstance(request.auth, Key):
            self.scope, self.cache_name = self.of_keys, "limits"
            self.rate = self.get_rate()
            self.num_requests, self.duration = self.parse_rate(self.rate)
        return super().allow_request(request, view)

    def get_cache_key(self, request: Request, view: APIView | None) -> str:  # type: ignore[override]
        if isinstance(request.auth, Key):
            return f"{self.scope}:key:{request.auth.pk}"
        return super().get_cache_key(request, view)

    @property
    def policy(self) -> str:
        return f'"{self.scope}";q={self.num_requests};w={self.duration}'

    @property
    def left(self) -> str:
        if self.num_requests is None or self.duration is None:
            return ""
        oldest = self.history[-1] if self.history else self.now
        left = max(0, self.num_requests - len(self.history))
        return f'"{self.scope}";r={left};t={max(0, math.ceil(self.duration - (self.now - oldest)))}'


class ApiReads(ApiLimit, Reads):
    of_keys = "key_requests"


class ApiPhotos(ApiLimit):
    scope, of_keys = "photos", "key_photos"


class ApiFetches(ApiLimit, Costly):
    """Photos that the shop is to fetch; those of a key count as its photos alone."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        is_fetched = isinstance(request.data, dict) and bool(request.data.get("address"))
        return not is_fetched or isinstance(request.auth, Key) or super().allow_request(request, view)


def limits_of(throttles: list[Any]) -> dict[str, str]:
    """The headers that say how much of the limits is left, after they were asked."""
    counted = [one for one in throttles if isinstance(one, ApiLimit) and getattr(one, "history", None) is not None]
    if not counted:
        return {}
    return {
        "RateLimit-Policy": ", ".join(one.policy for one in counted),
        "RateLimit": ", ".join(one.left for one in counted),
    }


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = KeyAuthentication
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A key that staff made in the administration."}


class StaffScheme(OpenApiAuthenticationExtension):
    target_class = StaffAuthentication
    name = "staff"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        text = "Staff who are signed in to the administration. What writes needs the header X-CSRFToken."
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME, "description": text}
