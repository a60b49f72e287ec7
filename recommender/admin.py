"""What staff see of the embeddings: how many products are searchable, waiting and failed, and why."""

from typing import TYPE_CHECKING, TypedDict

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from catalog.admin.products import ProductAdmin
from catalog.admin.read_only import ReadOnlyAdmin
from catalog.handing_over import hand_over
from catalog.models import FurtherPicture, Product
from recommender import querysets, tasks
from recommender.measuring import quality
from recommender.models import Embedding, EmbeddingFailure, Encoder, Mark, QualityReport
from recommender.registry import active_encoder, start_filling

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    from recommender.querysets import SearchState

MARKS_SHOWN = 24


@admin.register(Encoder)
class EncoderAdmin(ReadOnlyAdmin):
    list_display = ("name", "state", "searchable", "waiting", "failed", "dimensions", "short_digest", "created_at")

    actions = ("switch",)
    change_list_template = "recommender/admin/encoders.html"

    def has_delete_permission(self, request: HttpRequest, obj: Encoder | None = None) -> bool:
        return False

    @admin.action(
        description=_("Embed everything with the selected encoder, then switch to it"), permissions=["switch"]
    )
    def switch(self, request: HttpRequest, encoders: QuerySet) -> None:
        if encoders.count() != 1:
            self.message_user(request, gettext("Choose the one encoder to switch to."), messages.WARNING)
            return
        start_filling(encoders.get())
        self.message_user(
            request, gettext("The workers embed every picture with it; searches go on with the active one.")
        )

    def has_switch_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("recommender.change_encoder")

    @admin.display(description=_("digest"))
    def short_digest(self, encoder: Encoder) -> str:
        return encoder.digest[:12]

    @admin.display(description=_("searchable"))
    def searchable(self, encoder: Encoder) -> int:
        return querysets.searchable(encoder).count()

    @admin.display(description=_("waiting"))
    def waiting(self, encoder: Encoder) -> int:
        return querysets.waiting(encoder).count()

    @admin.display(description=_("failed"))
    def failed(self, encoder: Encoder) -> int:
        return querysets.failed(encoder).count()

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """The list, below how the work of the active encoder goes."""
        encoder = active_encoder()
        desk = {
            "encoder": encoder,
            "searchable": querysets.searchable(encoder).count(),
            "waiting": querysets.waiting(encoder).count(),
            "postponed": querysets.postponed(encoder).count(),
            "failed": querysets.failed(encoder).count(),
            "speed": Embedding.objects.per_second(),
            "delays": encoder.embeddings.delays_of_the_last_hour(),
        }
        return super().changelist_view(
            request, {**(extra_context or {}), "desk": desk, "title": gettext("Embedding desk")}
        )


class FailedFile(TypedDict):
    """What the list of failures adds to one."""

    file: str
    """Name in the media storage"""


@admin.register(EmbeddingFailure)
class EmbeddingFailureAdmin(ReadOnlyAdmin):
    list_display_links = ("product",)
    list_display = ("picture", "product", "reason", "tries", "due_at", "encoder", "created_at")
    list_select_related = ("product", "encoder")
    list_filter = ("encoder", ("due_at", admin.EmptyFieldListFilter))
    search_fields = ("product__sku", "reason")
    actions = ("try_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[EmbeddingFailure]:
        """With the file's name, which is that of the product's own picture or of a further one."""
        further = FurtherPicture.objects.filter(product=OuterRef("product"), image_digest=OuterRef("image_digest"))
        name = Coalesce(Subquery(further.values("image")[:1]), F("product__image"))
        return super().get_queryset(request).annotate(file=name)

    @admin.display(description=_("picture"))
    def picture(self, failure: "WithAnnotations[EmbeddingFailure, FailedFile]") -> str:
        return format_html('<a href="{}">{}</a>', default_storage.url(failure.file), gettext("file"))

    @admin.action(description=_("Try the selected pictures again"), permissions=["delete"])
    def try_again(self, request: HttpRequest, failures: QuerySet) -> None:
        number = failures.delete()[0]
        said = ngettext(
            "{number} picture waits for the worker again.", "{number} pictures wait for the worker again.", number
        )
        self.message_user(request, said.format(number=number))


@admin.register(Mark)
class MarkAdmin(ReadOnlyAdmin):
    list_display = ("kind", "times", "product", "other", "last_at")
    list_select_related = ("product", "other")
    list_filter = ("kind",)
    search_fields = ("product__sku", "other__sku")


@admin.register(QualityReport)
class QualityReportAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "encoder", "products", "gender", "category", "colour")
    list_select_related = ("encoder",)
    change_list_template = "recommender/admin/quality.html"

    def get_urls(self) -> list:
        measure = self.admin_site.admin_view(require_POST(self.measure))
        return [path("measure/", measure, name="recommender_qualityreport_measure"), *super().get_urls()]

    def measure(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if hand_over(tasks.measure_quality):
            said = gettext("A worker compares products with the first five beside each; reload in a minute.")
            self.message_user(request, said)
        else:
            self.message_user(
                request, gettext("The workers cannot be reached. Please try again in a minute."), messages.ERROR
            )
        return redirect("admin:recommender_qualityreport_changelist")

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """The latest report with the panels that agree least, and what shoppers marked most."""
        report = QualityReport.objects.select_related("encoder").first()
        desk = {
            "report": report,
            "panels": quality.panels(report) if report else [],
            "marks": Mark.objects.select_related("product__category", "other__category")[:MARKS_SHOWN],
        }
        return super().changelist_view(
            request, {**(extra_context or {}), **desk, "title": gettext("Quality of the panels")}
        )


class SearchableProductAdmin(ProductAdmin):
    """The catalogue's own, with where each product's embedding is."""

    list_display = [*ProductAdmin.list_display[:3], "search_state", *ProductAdmin.list_display[3:]]
    readonly_fields = ["search_state", *ProductAdmin.readonly_fields]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        return querysets.with_search_state(super().get_queryset(request), active_encoder())

    @admin.display(description=_("search"))
    def search_state(self, product: "WithAnnotations[Product, SearchState]") -> str:
        if product.pk is None or not product.image_digest:
            return gettext("no picture")
        if product.failure:
            return f"{gettext('failed') if product.is_failure_final else gettext('waiting')}: {product.failure}"
        if not product.is_embedded:
            return gettext("queued")
        return gettext("archived") if product.archived_at else gettext("searchable")


admin.site.unregister(Product)
admin.site.register(Product, SearchableProductAdmin)
