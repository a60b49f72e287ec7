"""What a browser keeps for its shopper: signed cookies of product ids that nothing on the server knows of."""

from django.http import HttpRequest, HttpResponse

from catalog import appearance

SECONDS_KEPT = 180 * 24 * 3600


class ProductCookie:
    """A list of product ids in a cookie, latest first, up to `most`.

    There is none while `shown_by`, a field or property of Appearance, says so.
    """

    def __init__(self, cookie: str, most: int, shown_by: str):
        self._cookie, self.most, self._shown_by = cookie, most, shown_by

    @property
    def is_kept(self) -> bool:
        return bool(getattr(appearance.current(), self._shown_by))

    def read(self, request: HttpRequest) -> list[int]:
        """The ids; none where the cookie is missing, too old or forged."""
        if not self.is_kept:
            return []
        value = request.get_signed_cookie(self._cookie, default="", max_age=SECONDS_KEPT)
        return [int(pk) for pk in (value or "").split(".") if pk]

    def write(self, response: HttpResponse, ids: list[int]) -> None:
        if not self.is_kept:
            return
        value = ".".join(map(str, ids[: self.most]))
        response.set_signed_cookie(self._cookie, value, max_age=SECONDS_KEPT, httponly=True, samesite="Lax")

    def forget(self, request: HttpRequest, response: HttpResponse) -> None:
        """Takes the cookie out of a browser that has it."""
        if self._cookie in request.COOKIES:
            response.delete_cookie(self._cookie, samesite="Lax")


SEEN = ProductCookie("seen", most=24, shown_by="remembers_seen")
FAVOURITES = ProductCookie("favourites", most=60, shown_by="shows_favourites")
COOKIES = (SEEN, FAVOURITES)
