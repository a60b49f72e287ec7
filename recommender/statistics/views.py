"""Clicks, as a page's script tells them."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from catalog.limits import Clicks, limited
from recommender.statistics.places import PLACES
from recommender.statistics.receivers import count_click

MOST_BYTES = 500


class ClickForm(forms.Form):
    place = forms.ChoiceField(choices=PLACES.items())
    position = forms.IntegerField(min_value=0)
    similarity = forms.IntegerField(min_value=0, max_value=100, required=False)
    """In percent"""
    is_first = forms.BooleanField(required=False)


# It counts, whoever asks; there is nothing to forge that could not be sent without a browser.
@csrf_exempt
@require_POST
@limited(Clicks)
def click(request: HttpRequest) -> HttpResponse:
    """Counts a click on a card: its place, its position there, and how similar it is. Nothing is answered or set."""
    if request.headers.get("Origin", "").partition("://")[2] != request.get_host():
        return _refusal("Clicks are counted for the shop's own pages alone.", 403)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return _refusal(f"A click takes no more than {MOST_BYTES} bytes.", 413)
    form = ClickForm(request.POST)
    if not form.is_valid():
        return _refusal(form.errors.as_text(), 400)
    count_click(request, **form.cleaned_data)
    return HttpResponse(status=204)


def _refusal(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
