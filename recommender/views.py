"""Search by photo."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

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
