"""What the shop keeps of a shopper: the page that says it, and the button that makes this browser forget."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from catalog import cookies
from catalog.limits import Changes, Reads, limited
from recommender.photo import store
from recommender.statistics.tasks import DAYS_OF_RARE_WORDS


@require_safe
@limited(Reads)
def privacy(request: HttpRequest) -> HttpResponse:
    """Every number on it is the one that the code goes by."""
    facts = {
        "cookie_days": cookies.SECONDS_KEPT // (24 * 3600),
        "most_seen": cookies.SEEN.most,
        "most_favourites": cookies.FAVOURITES.most,
        "photo_minutes": store.SECONDS_KEPT // 60,
        "statistics_days": settings.STATISTICS_DAYS,
        "rare_words_days": DAYS_OF_RARE_WORDS,
        "takes_addresses": settings.PHOTO_FROM_ADDRESS,
        "reports_errors": bool(settings.SENTRY_DSN),
    }
    return render(request, "privacy.html", facts)


@require_POST
@limited(Changes)
def forget(request: HttpRequest) -> HttpResponse:
    """Takes all that the shop has left in this browser out of it."""
    response = redirect("privacy")
    for cookie in cookies.COOKIES:
        cookie.forget(request, response)
    messages.success(request, gettext("Forgotten: this browser has no favourites and nothing recently seen any more."))
    return response
