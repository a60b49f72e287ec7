"""The shop's pages, and the pictures in them."""

import errno
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import cache, partial, wraps
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

from django.core.files.storage import default_storage
from django.core.paginator import Page, Paginator
from django.db.models import prefetch_related_objects
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from catalog import appearance
from catalog.appearance import while_shown
from catalog.attributes import ATTRIBUTES, BRAND
from catalog.caching import kept_text
from catalog.cookies import FAVOURITES, SEEN
from catalog.facets import Selection
from catalog.limits import Changes, Costly, Reads, limited
from catalog.models import Appearance, CatalogVersion, Category, FurtherPicture, Product
from catalog.monitoring.metrics import SEARCH_SECONDS
from catalog.pictures import renditions
from catalog.pictures.decoding import UnreadablePicture, is_shown_by_browsers
from catalog.revalidation import etag_of, state_of_pages, still_known
from catalog.sharing import about_the_shop, structured_data
from catalog.signals import cards_shown, favourite_added, product_viewed, words_searched
from catalog.suggestions import SECONDS_KEPT as SECONDS_OF_SUGGESTIONS
from catalog.suggestions import suggest

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

logger = logging.getLogger(__name__)
Kept = TypeVar("Kept", bound=HttpResponseBase)
PRODUCTS_PER_PAGE = 48
PRODUCTS_ON_HOME = 24
YEAR_IN_SECONDS = 365 * 24 * 3600
SECONDS_KEPT = 300
"""A part of a page as it is written, where nothing on it changes"""
NO_FILE = {errno.ENOENT, errno.EISDIR, errno.ENOTDIR, errno.ENAMETOOLONG}
"""What storages say of a name that no file has"""
SECONDS_TO_RETRY = 10


class AsOf(TypedDict):
    as_of: datetime | None
    """When the catalogue had last changed"""


@require_safe
@limited(Reads)
def home(request: HttpRequest) -> HttpResponse:
    selection = Selection(QueryDict())
    products = selection.products().with_picture().for_cards()[:PRODUCTS_ON_HOME]
    if products:
        cards_shown.send_robust(home, request=request, place="new")
    context = {"products": products, "selection": selection, "about": about_the_shop(request, appearance.current())}
    return render(request, "catalog/home.html", context)


@require_safe
@limited(Reads)
def product_list(request: HttpRequest, path: str = "") -> HttpResponseBase:
    """All products, or those of the category at that path, narrowed by the query.

    What pictures show goes into the pages of words, so that these are never told to be as they were.
    """
    category = Category.objects.at_path(path) if path else None
    if path and category is None:
        raise Http404
    selection = Selection(request.GET, category)
    if selection.words:
        words_searched.send_robust(product_list, request=request, selection=selection)
    if selection.count and request.GET.get("page", "1") == "1":
        cards_shown.send_robust(product_list, request=request, place="words" if selection.words else "browse")
    if selection.words:
        return _with_products(request, selection, _products(request, selection))
    content = f"{selection.key} {selection.sort}"
    etag = etag_of(request, content)
    if known := still_known(request, etag):
        return known
    key = f"products:{state_of_pages(repr((request.get_full_path(), content)))}"
    response = _with_products(request, selection, kept_text(key, partial(_products, request, selection), SECONDS_KEPT))
    if etag:
        response["ETag"] = etag
    return response


def _with_products(request: HttpRequest, selection: Selection, products: str) -> HttpResponse:
    return render(request, "catalog/product_list.html", {"selection": selection, "products": products})


def _products(request: HttpRequest, selection: Selection) -> SafeString:
    """The part of the page that has the products and what narrows them: the same for everybody."""
    with SEARCH_SECONDS.labels("words" if selection.words else "browse").time():
        page = _page(selection, request.GET.get("page"))
    context = {"selection": selection, "page": page, "lacking": selection.lacking(page)}
    return render_to_string("catalog/_products.html", context, request)


def _page(selection: Selection, number: str | None) -> Page:
    """The products of one page, fetched."""
    page = Paginator(range(selection.reach), PRODUCTS_PER_PAGE).get_page(number)
    last = page.end_index()
    products = selection.products(last).for_cards()
    return Page(list(products[(page.number - 1) * PRODUCTS_PER_PAGE : last]), page.number, page.paginator)


@require_safe
@limited(Reads)
@cache_control(public=True, max_age=SECONDS_OF_SUGGESTIONS)
def suggestions(request: HttpRequest) -> HttpResponse:
    """What the search field offers for what is typed so far: a piece of a page."""
    path = request.GET.get("category")
    category = Category.objects.at_path(path) if path else None
    return render(request, "catalog/_suggestions.html", {"suggestions": suggest(request.GET.get("q", ""), category)})


@require_safe
@limited(Reads)
@limited(Costly, when=lambda request: "explain" in request.GET)
def product(request: HttpRequest, sku: str) -> HttpResponse:
    # In one query: what is written of a product must not be kept as of a later version.
    version = CatalogVersion.objects.values("changed_at")[:1]
    products = Product.objects.with_categories().with_description().annotate(as_of=version)
    product: WithAnnotations[Product, AsOf] = get_object_or_404(products, sku=sku)
    if product.archived_at:
        return render(request, "catalog/archived.html", {"product": product}, status=404)
    product_viewed.send_robust(Product, request=request, product=product)
    seen = [pk for pk in SEEN.read(request) if pk != product.pk]
    context = {
        "product": product,
        "seen": seen if appearance.current().shows_seen else [],
        **_written(request, product, repr(product.as_of)),
    }
    response = render(request, "catalog/product.html", context)
    SEEN.write(response, [product.pk, *seen])
    return response


def _written(request: HttpRequest, product: Product, version: str) -> dict[str, SafeString]:
    """The parts of its page that are the same for all who have the product as a favourite, and for all others."""
    is_favourite = product.pk in FAVOURITES.read(request)
    state = state_of_pages(repr((request.build_absolute_uri("/"), get_language(), version)))
    shop, until = appearance.current(), min(product.price_changes(timezone.now()), default=None)

    @cache
    def context() -> dict[str, Any]:
        prefetch_related_objects([product], "further_pictures")
        return {
            "product": product,
            "pictures": product.pictures,
            "offered_sizes": product.sizes.all(),
            "data": structured_data(request, product, shop),
            "is_favourite": is_favourite,
            "shop": shop,
        }

    def write(part: str) -> SafeString:
        return render_to_string(f"catalog/_product_{part}.html", context(), request)

    return {
        part: kept_text(f"{part}:{product.pk}:{is_favourite}:{state}", partial(write, part), SECONDS_KEPT, until)
        for part in ("sharing", "article")
    }


@require_safe
@while_shown("shows_favourites")
@limited(Reads)
def favourites(request: HttpRequest) -> HttpResponse:
    """The shopper's favourites side by side."""
    ids = FAVOURITES.read(request)
    found = Product.objects.in_the_shop().with_categories().in_bulk(ids)
    products = [found[pk] for pk in ids if pk in found]
    # Not every shop knows brands.
    has_brands = any(product.brand for product in products)
    attributes = [attribute for attribute in ATTRIBUTES if has_brands or attribute.name != BRAND]
    return render(request, "catalog/favourites.html", {"products": products, "attributes": attributes})


@require_POST
@while_shown("shows_favourites")
@limited(Changes)
def toggle_favourite(request: HttpRequest, sku: str) -> HttpResponse:
    """Takes the product in or out, and leads back to where the shopper was."""
    product = get_object_or_404(Product, sku=sku)
    ids = FAVOURITES.read(request)
    kept = [pk for pk in ids if pk != product.pk]
    is_new = len(kept) == len(ids)
    if is_new:
        favourite_added.send_robust(Product, request=request, product=product)
    response = redirect("catalog:favourites" if "from_list" in request.POST else product)
    FAVOURITES.write(response, [product.pk, *kept] if is_new else kept)
    return response


@require_safe
def accents(request: HttpRequest, light: str, dark: str) -> HttpResponse:
    """The style sheet of two accents. Its address says all of it, so that a browser may keep it for good."""
    text = appearance.style_sheet(f"#{light}", f"#{dark}")
    return _kept_for_good(HttpResponse(text, content_type="text/css; charset=utf-8"))


@require_safe
def logo(request: HttpRequest, digest: str) -> HttpResponse:
    """The shop's logo, which is called by its digest."""
    shop = get_object_or_404(Appearance.objects.exclude(logo=None), logo_digest=digest)
    return _kept_for_good(HttpResponse(shop.logo, content_type="image/png"))


@require_safe
@cache_control(public=True, max_age=SECONDS_OF_SUGGESTIONS)
def favicon(request: HttpRequest) -> HttpResponse:
    """Where programs look for the shop's icon that read no page."""
    shop = appearance.current()
    return redirect(reverse("catalog:logo", args=[shop.logo_digest]) if shop.has_square_logo else static("icon.svg"))


@require_safe
@limited(Reads)
@cache_control(public=True, max_age=SECONDS_OF_SUGGESTIONS)
def manifest(request: HttpRequest) -> JsonResponse:
    """What a device that keeps the shop among its apps is told of it."""
    shop = appearance.current()
    icon = {"src": static("icon.svg"), "type": "image/svg+xml", "sizes": "any"}
    if shop.has_square_logo:
        size = f"{shop.logo_width}x{shop.logo_height}"
        icon = {"src": reverse("catalog:logo", args=[shop.logo_digest]), "type": "image/png", "sizes": size}
    told = {
        "name": shop.name,
        "short_name": shop.name,
        "start_url": reverse("catalog:home"),
        "display": "browser",
        "background_color": appearance.GROUNDS[0],
        "theme_color": (appearance.accents(shop) or appearance.INK)[0],
        "icons": [icon],
    }
    return JsonResponse(told, content_type="application/manifest+json")


def _storage_may_fail(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """404 where the storage has no such file, and 503 for a while where it is at fault."""

    @wraps(view)
    def wrapped(request: HttpRequest, **named: Any) -> HttpResponseBase:
        try:
            return view(request, **named)
        except OSError as error:
            if error.errno in NO_FILE:
                raise Http404 from error
            logger.warning("The storage of pictures is at fault: %s", error)
            return HttpResponse(status=503, headers={"Retry-After": str(SECONDS_TO_RETRY)})

    return wrapped


@require_safe
@_storage_may_fail
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """A stored picture. Its name is the digest of its content, so that a browser may keep it for good.

    One that browsers do not show leads to its largest rendition.
    """
    if is_shown_by_browsers(path):
        return _sent(path)
    pictured = _pictured(PurePosixPath(path).stem) if default_storage.exists(path) else None
    if pictured is None:
        raise Http404
    return redirect(pictured.largest_image_address)


@require_safe
@_storage_may_fail
def rendition(request: HttpRequest, width: int, digest: str) -> HttpResponseBase:
    """A picture in another size, made now where no worker has made it yet."""
    name = renditions.name_of(digest, width)
    with suppress(FileNotFoundError):
        return _sent(name)
    pictured = _pictured(digest)
    if pictured is None or width not in renditions.widths_for(pictured.image_width, str(pictured.image)):
        raise Http404
    try:
        renditions.make(str(pictured.image), digest, [width])
    except (UnreadablePicture, OSError) as error:
        raise Http404(str(error)) from error
    return _sent(name)


def _sent(name: str) -> FileResponse:
    """The file of that name in the media storage. Raises OSError."""
    return _kept_for_good(FileResponse(default_storage.open(name)))


def _pictured(digest: str) -> Product | FurtherPicture | None:
    """What shows the picture of that digest, if it can be decoded."""
    found = (
        model.objects.filter(image_digest=digest, image_width__isnull=False) for model in (Product, FurtherPicture)
    )
    return next((pictured for some in found if (pictured := some.first())), None)


def _kept_for_good(response: Kept) -> Kept:
    response["Cache-Control"] = f"public, max-age={YEAR_IN_SECONDS}, immutable"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
