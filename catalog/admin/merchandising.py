"""Where staff steer pages of results: the page as shoppers see it, and beside each product what to make of it."""

from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from catalog.admin.choosing import ChoosingAdmin
from catalog.models import Category, MerchandisingRule, Product, SimilarPanel
from catalog.querysets import MerchandisingRuleQuerySet
from catalog.steering import Act, Place, SteeredPage, found_by, steer

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    from catalog.querysets import Force

PREVIEWED = 24
FOUND = 12
ROOTS_FIRST = (F("parent__parent__name").asc(nulls_first=True), F("parent__name").asc(nulls_first=True), "name")


class PlaceForm(forms.Form):
    """Which page of results is steered, and of which day."""

    place = forms.ChoiceField(label=_("Place"), choices=Place.choices, initial=Place.SHOP)
    category = forms.ModelChoiceField(
        Category.objects.select_related("parent__parent").order_by(*ROOTS_FIRST),
        label=_("Category"),
        required=False,
        empty_label=_("choose one"),
    )
    words = forms.CharField(label=_("Words"), required=False, max_length=255)
    beside = forms.ModelChoiceField(
        Product.objects.with_categories(),
        to_field_name="sku",
        required=False,
        label=_("Similar to"),
        widget=forms.TextInput(attrs={"placeholder": _("a product's id")}),
        error_messages={"invalid_choice": _("No product has this id.")},
    )
    on = forms.DateField(required=False, label=_("As on"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        """Keeps the one target that the place asks for. Raises ValidationError where it is missing."""
        told = super().clean() or {}
        asked = MerchandisingRule.TARGETS.get(told["place"]) if "place" in told else None
        if asked and asked not in self.errors and not told.get(asked):
            self.add_error(asked, gettext("Say which one."))
        return told


def _page(form: PlaceForm) -> SteeredPage:
    """The page that the form asks for."""
    told = form.cleaned_data
    field = MerchandisingRule.TARGETS.get(Place(told["place"]))
    # The day's noon, so that a rule of that day is in force whatever its hour.
    at = timezone.make_aware(datetime.combine(told["on"], time(12))) if told["on"] else None
    return SteeredPage(told["place"], told[field] if field else None, at)


@admin.register(MerchandisingRule)
class MerchandisingRuleAdmin(ChoosingAdmin):
    """The table of all rules, with their dates; `steer/` is the page where they are made."""

    list_display = ("product", "act", "page", "starts_at", "ends_at", "is_in_force")
    list_filter = ("place", "act")
    list_select_related = ("product", "category__parent__parent", "beside")
    search_fields = ("product__sku", "product__name", "words")
    autocomplete_fields = ("product", "category", "beside")
    change_list_template = "catalog/admin/rules.html"

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(self.steer_view))
        return [path("steer/", view, name="catalog_merchandisingrule_steer"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> MerchandisingRuleQuerySet:
        return MerchandisingRule.objects.with_force()

    @admin.display(description=_("page of results"))
    def page(self, rule: MerchandisingRule) -> str:
        return rule.page

    @admin.display(boolean=True, description=_("in force"))
    def is_in_force(self, rule: "WithAnnotations[MerchandisingRule, Force]") -> bool:
        return rule.is_in_force

    def steer_view(self, request: HttpRequest) -> HttpResponse:
        """The page with its controls, or, by POST, one product steered in it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = request.GET.copy()
        asked.setdefault("place", Place.SHOP)
        form = PlaceForm(asked)
        page = _page(form) if form.is_valid() else None
        if request.method == "POST" and page:
            return self._steer(request, page)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Steer a page"),
            "form": form,
            "opts": self.opts,
        }
        if page:
            context |= _shown(page, request.GET.get("find", "").replace("\0", "").strip()[:255])
        return render(request, "catalog/admin/steer.html", context)

    def _steer(self, request: HttpRequest, page: SteeredPage) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        act = next((act for act in (*Act.values, "clear", "earlier", "later") if act in request.POST), None)
        sku = request.POST.get(act, "").replace("\0", "") if act else ""
        # A rule outlives its product's place in the shop, and can be let go all the same.
        products = Product.objects.all() if act == "clear" else Product.objects.in_the_shop()
        product = get_object_or_404(products, sku=sku)
        try:
            steer(page, product, act or "")
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect(f"{reverse('admin:catalog_merchandisingrule_steer')}?{request.GET.urlencode()}")


@admin.register(SimilarPanel)
class SimilarPanelAdmin(admin.ModelAdmin):
    """What stands beside every product, where rules of one product's panel do not say otherwise."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SimilarPanel | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is but one row, made when somebody first wants to see it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        SimilarPanel.objects.get_or_create(pk=SimilarPanel.ONLY)
        return redirect("admin:catalog_similarpanel_change", SimilarPanel.ONLY)


def _shown(page: SteeredPage, find: str) -> dict[str, Any]:
    """What the template shows of a steered page."""
    rules = list(page.rules.select_related("product__category"))
    in_force = set(page.rules.in_force(page.at).values_list("pk", flat=True))
    products = page.products
    return {
        "page": page,
        "place": page.place,
        "find": find,
        "found": _found(find) if find else [],
        "rules": {rule.product_id: rule for rule in rules},
        "products": products.for_cards()[:PREVIEWED] if products is not None else [],
        "hidden": [rule for rule in rules if rule.pk in in_force and rule.act == Act.HIDE],
        "unplaced": [rule for rule in rules if rule.pk in in_force and rule.act != Act.HIDE],
        "others": [rule for rule in rules if rule.pk not in in_force],
    }


def _found(text: str) -> list[Product]:
    """The product with that id, or what the words find."""
    products = Product.objects.in_the_shop().for_cards()
    if exact := products.filter(sku=text).first():
        return [exact]
    return list(found_by(text).for_cards()[:FOUND])
