"""Search by photo, the wall to wander along, and what shoppers say of the panels."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.models import Product
from recommender.explore import Wander
from recommender.models import Mark
from recommender.photo_search import PhotoProblem, search_by_photo

RESULTS = 24


# The upload changes nothing on the server, so there is nothing to forge.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def photo_search(request: HttpRequest) -> HttpResponse:
    context = {"limit": settings.PHOTO_BYTES_LIMIT}
    status = 200
    if request.method == "POST":
        try:
            found = search_by_photo(request.FILES.get("photo"), RESULTS)
            context |= {"matches": found.matches, "preview": found.preview}
        except PhotoProblem as problem:
            context["problem"], status = str(problem), problem.status
    return render(request, "recommender/photo_search.html", context, status=status)


@require_safe
def explore(request: HttpRequest) -> HttpResponse:
    wander = Wander(request.GET)
    return render(request, "recommender/explore.html", {"wander": wander, "tiles": wander.tiles()})


@require_POST
def mark(request: HttpRequest, sku: str) -> HttpResponse:
    """Notes that the product `other` does not belong into this one's panel; `kind` says why."""
    product = get_object_or_404(Product, sku=sku)
    other = get_object_or_404(Product.objects.exclude(pk=product.pk), sku=request.POST.get("other", ""))
    kind = request.POST.get("kind")
    if kind not in Mark.Kind:
        return HttpResponseBadRequest(f"kind must be one of {', '.join(Mark.Kind.values)}")
    Mark.objects.add(product, other, kind)
    messages.success(request, "Noted. Thank you for helping us to see better.")
    return redirect(product)
