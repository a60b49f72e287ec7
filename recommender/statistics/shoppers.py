"""Who is counted, and which words are kept."""

import re

from django.conf import settings
from django.http import HttpRequest

from catalog.words.reading import read
from recommender.statistics.models import LONGEST_WORDS

BOTS = re.compile(
    r"^$|bot|crawl|spider|slurp|scrapy|scan|monitor|preview|externalhit|headless|lighthouse|"
    r"curl|wget|python|java/|okhttp|go-http|http-?client|libwww",
    re.IGNORECASE,
)
"""What those call themselves who are no shoppers; browsers call themselves something."""
FEWEST_DIGITS_OF_A_NUMBER = 7
"""So many digits may be somebody's: of a telephone, a card, an order."""


def is_counted(request: HttpRequest) -> bool:
    """Whether a shopper asks, who has not asked to be left alone; staff are none.

    Programs are none either, but for those that ask for shoppers, with a key of the shop.
    """
    headers = request.headers
    return (
        settings.STATISTICS_DAYS > 0
        and request.method != "HEAD"
        and headers.get("DNT") != "1"
        and headers.get("Sec-GPC") != "1"
        and "prefetch" not in headers.get("Sec-Purpose", "")
        and (hasattr(request, "key") or _is_a_person(request))
    )


def _is_a_person(request: HttpRequest) -> bool:
    return not BOTS.search(request.headers.get("User-Agent", "")) and not _is_staff(request)


def _is_staff(request: HttpRequest) -> bool:
    # To ask who it is makes the page one for this person, which is kept nowhere. Without a session it is nobody.
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_staff


def kept_words(text: str) -> str:
    """The words as they are kept; "" where they may be somebody's own, or are none."""
    if "@" in text or sum(map(str.isdigit, text)) >= FEWEST_DIGITS_OF_A_NUMBER:
        return ""
    return " ".join(read(text))[:LONGEST_WORDS].strip()
