"""What search machines may read, and where it is."""

from collections.abc import Callable

from django.contrib.sitemaps import views as sitemaps
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog import appearance
from catalog.caching import kept
from catalog.limits import Reads, limited
from catalog.models import CatalogVersion
from catalog.sharing import SITEMAPS

OPEN = """User-agent: *
Disallow: /admin/
Disallow: /api/
Disallow: /favourites/
Disallow: /suggestions/
Disallow: /*?
Allow: /*?page=
Disallow: /*?page=*&
Allow: /sitemap-

Sitemap: {sitemap}
"""
"""The longest rule that fits counts. Addresses with parameters are searches, filters and wanderings without end; pages
of a list are none, and lead to all products."""
CLOSED = """User-agent: *
Disallow: /
"""
SECONDS_KEPT = 24 * 3600
"""Of a page of the sitemap, while the catalogue stays as it is."""
LONGEST_NUMBER = 6


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    sitemap = request.build_absolute_uri(reverse("sitemap_index"))
    text = OPEN.format(sitemap=sitemap) if appearance.current().is_indexed else CLOSED
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
@limited(Reads)
def sitemap_index(request: HttpRequest) -> HttpResponse:
    return _kept(request, "index", lambda: sitemaps.index(request, SITEMAPS))


@require_safe
@limited(Reads)
def sitemap(request: HttpRequest, section: str) -> HttpResponse:
    """A page of a section, written once for each state of the catalogue."""
    asked = request.GET.get("p", "1")
    page = int(asked) if asked.isdecimal() and len(asked) < LONGEST_NUMBER else 0
    if section not in SITEMAPS or not page:
        raise Http404
    return _kept(request, f"{section}:{page}", lambda: sitemaps.sitemap(request, SITEMAPS, section, "sitemap.xml"))


def _kept(request: HttpRequest, name: str, write: Callable[[], TemplateResponse]) -> HttpResponse:
    here = f"{request.scheme}://{request.get_host()}"
    content = kept(f"sitemap:{name}:{here}:{CatalogVersion.now()}", lambda: write().render().content, SECONDS_KEPT)
    return HttpResponse(content, content_type="application/xml")
