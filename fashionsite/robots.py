"""What search machines may read."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from catalog import appearance

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


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    sitemap = request.build_absolute_uri(reverse("sitemap_index"))
    text = OPEN.format(sitemap=sitemap) if appearance.current().is_indexed else CLOSED
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
