"""Search by photo, the wall to wander along, and what shoppers say of the panels."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from PIL import Image

from catalog.appearance import while_shown
from catalog.limits import Changes, Costly, Photos, Reads, limited
from catalog.models import Product
from catalog.signals import cards_shown
from recommender.explore import Wander
from recommender.models import Mark
from recommender.photo import store
from recommender.photo.boxes import WHOLE
from recommender.photo.looking import MOST_PHOTOS, PhotoProblem, read_address, read_upload, takes_addresses
from recommender.photo.query import EMPHASES, PhotoQuery
from recommender.photo.results import Results
from recommender.photo.searching import SECONDS_UNTIL_BACK, query_by, results_of, shows_nothing
from recommender.photo.several import Several
from recommender.registry import active_encoder
from recommender.signals import photo_searched


def _address(request: HttpRequest) -> str:
    """Of a picture that is to be fetched; empty where none is."""
    return request.POST.get("address", "").strip() if takes_addresses() else ""


# The upload changes nothing on the server, so there is nothing to forge.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@limited(Reads)
@limited(Photos, when=lambda request: request.method == "POST" or "photo" in request.GET)
@limited(Costly, when=lambda request: bool(_address(request)))
def photo_search(request: HttpRequest) -> HttpResponse:
    """The form, or what looks like the photos that are uploaded, or that the address names."""
    try:
        encoder = active_encoder()
        query = query_by(_photos(request), encoder) if request.method == "POST" else PhotoQuery.parse(request.GET)
        if not query:
            return render(request, "recommender/photo_search.html")
        results = None if shows_nothing(query) else results_of(query, encoder)
        _tell(request, results)
        page = _results_page(results) if results else _photos_page(query)
        return render(request, "recommender/photo_results.html", page)
    except PhotoProblem as problem:
        response = render(request, "recommender/photo_search.html", {"problem": problem}, status=problem.status)
        for name, value in problem.headers.items():
            response[name] = value
        return response


def _tell(request: HttpRequest, results: Results | None) -> None:
    """Tells whoever listens what came of a photo, once for each that is brought, and that cards are shown."""
    if request.method == "POST":
        found = "nothing" if results is None else "close" if results.is_anything_close else "far"
        photo_searched.send_robust(photo_search, request=request, found=found)
    if results and results.count and results.query.page == 1:
        cards_shown.send_robust(photo_search, request=request, place="photo")


def _photos(request: HttpRequest) -> list[Image.Image]:
    """The RGB pictures that came with the request. Raises PhotoProblem."""
    address = _address(request)
    uploads = request.FILES.getlist("photo")[:MOST_PHOTOS]
    if not uploads and not address:
        raise PhotoProblem(gettext("Choose a picture first."), 400)
    return [read_upload(upload) for upload in uploads] or [read_address(address)]


def _results_page(results: Results) -> dict:
    liked = Product.objects.filter(sku__in=results.query.likes).for_cards()
    return {**_photos_page(results.query), "results": results, "liked": liked, "emphases": list(EMPHASES)}


def _photos_page(query: PhotoQuery) -> dict:
    photos = Several(query)
    parts = photos.searched[0].photo.parts_to_point_at if len(photos.searched) == 1 else []
    return {
        "query": query,
        "photos": photos,
        "parts": [(part, query.address(box=part.box, seals=()), str(part.box) == str(query.box)) for part in parts],
        "whole": (WHOLE, query.address(box=WHOLE, seals=()), str(WHOLE) == str(query.box)),
    }


@require_safe
@limited(Reads)
def kept_photo(request: HttpRequest, name: str) -> HttpResponse:
    """A photo that is being searched with, for whoever knows its name, until it is forgotten."""
    try:
        photo = store.find(name)
    except store.PhotosAway:
        return HttpResponse(status=503, headers={"Retry-After": str(SECONDS_UNTIL_BACK)})
    if photo is None:
        raise Http404
    return HttpResponse(photo.content, content_type="image/jpeg", headers={"Cache-Control": "private, no-store"})


@require_safe
@while_shown("shows_wander")
@limited(Reads)
def explore(request: HttpRequest) -> HttpResponse:
    wander = Wander(request.GET)
    tiles = wander.tiles()
    if tiles:
        cards_shown.send_robust(explore, request=request, place="wander")
    return render(request, "recommender/explore.html", {"wander": wander, "tiles": tiles})


@require_POST
@while_shown("shows_marks")
@limited(Changes)
def mark(request: HttpRequest, sku: str) -> HttpResponse:
    """Notes that a product does not belong into this one's panel: its sku is the value of why, `look` or `colour`.

    A form is led back to the page; a script that stays on it asks for no HTML, and nothing but 204 is told.
    """
    product = get_object_or_404(Product, sku=sku)
    kind = next((kind for kind in Mark.Kind.values if kind in request.POST), None)
    if kind is None:
        return HttpResponseBadRequest(
            gettext("Say why by one of {kinds}, with a sku.").format(kinds=", ".join(Mark.Kind.values))
        )
    other = get_object_or_404(Product.objects.exclude(pk=product.pk), sku=request.POST[kind].replace("\0", ""))
    Mark.objects.add(product, other, kind)
    if not request.accepts("text/html"):
        return HttpResponse(status=204)
    messages.success(request, gettext("Noted. Thank you for helping us to see better."))
    return redirect(product)
