"""The pages about the API that people read."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import render
from django.urls import is_valid_path
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from catalog.appearance import current
from catalog.caching import kept
from catalog.limits import Reads, limited
from fashionsite.api.problems import CODES

SECONDS_KEPT = 3600


@require_safe
@limited(Reads)
def home(request: HttpRequest) -> HttpResponse:
    """What the API is, where it is described, and what its problems mean."""
    problems = [(code, status, title) for code, (status, title) in CODES.items()]
    return render(request, "api/home.html", {"problems": problems})


@require_safe
@limited(Reads)
def docs(request: HttpRequest) -> HttpResponse:
    """The schema, with every operation to be tried."""
    return render(request, "api/docs.html")


# Whatever it is, it is read where it is sent again.
@csrf_exempt
def with_slash(request: HttpRequest) -> HttpResponse:
    """Leads on, by the same method and with the same body, to where the address should have ended. Raises Http404."""
    if not is_valid_path(f"{request.path_info}/"):
        raise Http404
    path, _, query = request.get_full_path().partition("?")
    return HttpResponsePermanentRedirect(f"{path}/?{query}".rstrip("?"), preserve_request=True)


@require_safe
@limited(Reads)
def schema(request: HttpRequest) -> JsonResponse:
    """OpenAPI 3.1. It takes half a second to make, and is the same until the shop is called otherwise."""
    key = f"schema:{get_language()}:{hash(current().name)}"
    return JsonResponse(kept(key, described, SECONDS_KEPT))


def described() -> dict:
    """The schema of the API, without the host that answers."""
    return SchemaGenerator().get_schema(request=None, public=True)
