"""The products that a browser has looked at: a signed cookie of their ids that nothing else knows of."""

from django.http import HttpRequest, HttpResponse

COOKIE = "seen"
MOST = 24
SECONDS_KEPT = 30 * 24 * 3600


def read_seen(request: HttpRequest) -> list[int]:
    """The ids, latest first; none where the cookie is missing, too old or forged."""
    value = request.get_signed_cookie(COOKIE, default="", max_age=SECONDS_KEPT)
    return [int(pk) for pk in value.split(".") if pk]


def keep_seen(response: HttpResponse, ids: list[int]) -> None:
    value = ".".join(map(str, ids[:MOST]))
    response.set_signed_cookie(COOKIE, value, max_age=SECONDS_KEPT, httponly=True, samesite="Lax")
