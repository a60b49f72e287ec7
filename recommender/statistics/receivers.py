"""What the pages tell is counted here."""

from django.http import HttpRequest
from django.utils import timezone

from catalog.facets import Selection
from catalog.models import Product
from recommender.statistics.models import Happening, ProductCount, SearchedWords
from recommender.statistics.shoppers import is_counted, kept_words
from recommender.statistics.tally import TALLY

Answer = SearchedWords.Answer
Kind = Happening.Kind
FURTHEST = 100
"""The position that stands for all further ones too."""


def count_words(request: HttpRequest, selection: Selection, **_) -> None:
    """A search whose address has the words alone, or how many products a program wants.

    One that is narrowed, sorted or turned over is the same search.
    """
    if is_counted(request) and set(request.GET) - {"limit"} == {"q"}:
        words = kept_words(selection.words)
        TALLY.add(SearchedWords, timezone.localdate(), words, answer_of(selection))


def answer_of(selection: Selection) -> str:
    """Of what was searched in a category alone it counts whether the whole shop has anything."""
    if not selection.count:
        return Answer.ALL if selection.way_out and selection.way_out.count else Answer.NOTHING
    is_part = selection.understood.left_out or selection.count == selection.count_of_most
    return Answer.PART if is_part else Answer.ALL


def count_shown(request: HttpRequest, place: str, **_) -> None:
    if is_counted(request):
        count_happening(Kind.SHOWN, place)


def count_photo(request: HttpRequest, found: str, **_) -> None:
    if is_counted(request):
        count_happening(Kind.PHOTO, detail=found)


def count_view(request: HttpRequest, product: Product, **_) -> None:
    if is_counted(request):
        TALLY.add(ProductCount, timezone.localdate(), product.pk, ProductCount.Kind.VIEWED)


def count_favourite(request: HttpRequest, product: Product, **_) -> None:
    if is_counted(request):
        TALLY.add(ProductCount, timezone.localdate(), product.pk, ProductCount.Kind.FAVOURED)


def count_click(request: HttpRequest, place: str, position: int, similarity: int | None, is_first: bool) -> None:
    """A click on a card: its position in the place, from 1 on or 0 where it is not known; its similarity in percent."""
    if is_counted(request):
        tens = "" if similarity is None else str(similarity // 10 * 10)
        count_happening(Kind.CLICKED, place, min(position, FURTHEST), tens)
        if is_first:
            count_happening(Kind.FOLLOWED, place)


def count_happening(kind: Kind, place: str = "", position: int = 0, detail: str = "") -> None:
    TALLY.add(Happening, timezone.localdate(), kind, place, position, detail)
