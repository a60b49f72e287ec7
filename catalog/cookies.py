"""What a browser keeps for its shopper: signed cookies of product ids that nothing on the server knows of."""

from django.http import HttpRequest, HttpResponse

SECONDS_KEPT = 180 * 24 * 3600


class ProductCookie:
    """A list of product ids in a cookie, latest first, up to `most`."""

    def __init__(self, cookie: str, most: int):
        self._cookie, self._most = cookie, most

    def read(self, request: HttpRequest) -> list[int]:
        """The ids; none where the cookie is missing, too old or forged."""
        value = request.get_signed_cookie(self._cookie, default="", max_age=SECONDS_KEPT)
        return [int(pk) for pk in (value or "").split(".") if pk]

    def write(self, response: HttpResponse, ids: list[int]) -> None:
        value = ".".join(map(str, ids[: self._most]))
        response.set_signed_cookie(self._cookie, value, max_age=SECONDS_KEPT, httponly=True, samesite="Lax")


SEEN = ProductCookie("seen", most=24)
FAVOURITES = ProductCookie("favourites", most=60)
