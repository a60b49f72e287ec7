"""How many bytes the body of a request may have: known by its address, before it comes."""

from django.conf import settings
from django.http import HttpRequest

PHOTO_SEARCHES = ("/search/photo/", "/api/v1/search/photo/", "/api/v1/embed/")
BATCHES = "/api/v1/products/"
PRODUCTS_OF_STAFF = "/admin/catalog/product/"
IMPORTS = ("/admin/importing/importjob/add/", "/api/v1/imports/")


def limit_of(path: str) -> int:
    if is_read_by_its_view(path):
        return settings.IMPORT_BODY_LIMIT
    # Staff give products their pictures.
    if path in PHOTO_SEARCHES or path.startswith(PRODUCTS_OF_STAFF):
        return settings.PHOTO_BODY_LIMIT
    if path == BATCHES:
        return settings.BATCH_BODY_LIMIT
    return settings.BODY_LIMIT


def is_read_by_its_view(path: str) -> bool:
    """Whether the body is not buffered, as the view first asks who sends it, and it may have several GB."""
    return path in IMPORTS


def is_too_large(request: HttpRequest) -> bool:
    return int(request.META.get("CONTENT_LENGTH") or 0) > limit_of(request.path_info)
