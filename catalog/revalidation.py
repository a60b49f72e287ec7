"""What a browser has already: a page that is still as it was costs no more than to say so."""

import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language

from catalog import appearance

WRITTEN_BY = (
    "catalog/**/*.py",
    "recommender/**/*.py",
    "fashionsite/**/*.py",
    "templates/**/*.html",
    "requirements*.txt",
)
SPOKEN_BY = "locale/*/LC_MESSAGES/*.mo"
ASKED_BY = ("User-Agent", "DNT", "Sec-GPC", "Sec-Purpose")
"""What else of a request goes into a page that is not for one person: whether its clicks are counted"""
SET_BY = ("MEDIA_URL", "PHOTO_FROM_ADDRESS", "SOLD_OUT", "STATISTICS_DAYS", "TIME_ZONE")
"""The settings that go into pages"""
OF_ONE_PERSON = (settings.SESSION_COOKIE_NAME, "messages")
"""The cookies that make it a page for one person, which is kept nowhere"""


def etag_of(request: HttpRequest, content: str) -> str:
    """Another text for every other page that the address may give; "" where the page is not to be kept.

    `content` is another for whatever the catalogue shows on it.
    """
    if settings.DEBUG or any(cookie in request.COOKIES for cookie in OF_ONE_PERSON):
        return ""
    asked = [request.headers.get(name, "") for name in ASKED_BY]
    return f'W/"{state_of_pages(repr((request.build_absolute_uri(), content, asked)))}"'


def state_of_pages(content: str) -> str:
    """Another text for another content or language, and whenever the shop writes or looks otherwise than before."""
    told = repr((content, get_language(), appearance.current().state, program()))
    return salted_hmac("etag", told, algorithm="sha256").hexdigest()[:32]


def still_known(request: HttpRequest, etag: str) -> HttpResponseBase | None:
    """The answer 304 to whoever has that page; None where it is to be written."""
    known = get_conditional_response(request, etag=etag) if etag else None
    if known:
        # https://www.rfc-editor.org/rfc/rfc9110#section-15.4.5
        known["ETag"] = etag
    return known


def key_of_program(key: str, prefix: str, version: int) -> str:
    """The key in a cache that outlives updates of the shop: what one version keeps, the next may not understand."""
    return f"{prefix}:{program()}:{key}"


@lru_cache(maxsize=1)
def program() -> str:
    """Another text after every update of the shop."""
    digest = hashlib.sha256(repr([getattr(settings, name) for name in SET_BY]).encode())
    files = [file for pattern in WRITTEN_BY for file in sorted(settings.BASE_DIR.glob(pattern))]
    files += [file for folder in settings.LOCALE_PATHS for file in sorted(Path(folder).parent.glob(SPOKEN_BY))]
    for file in [*files, Path(settings.STATIC_ROOT, "staticfiles.json")]:
        digest.update(file.read_bytes() if file.exists() else b"")
    return digest.hexdigest()
