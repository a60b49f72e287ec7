"""The administration, and the merchant's home in it: what happened last, and what wants somebody."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.models import AbstractUser, AnonymousUser
from django.core.exceptions import ValidationError
from django.db.models import Field
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext, gettext_lazy

from catalog import appearance
from catalog.caching import kept
from catalog.importing.models import ImportJob, ImportSource, PictureAddress
from fashionsite import health
from recommender import querysets
from recommender.models import Encoder, QualityReport
from recommender.statistics.report import Report

if TYPE_CHECKING:
    from django.http.request import _ImmutableQueryDict

DAYS = 7
WORDS_SHOWN = 5
SECONDS_KEPT = 60
"""Counting what waits among 40,000 products takes some 60 ms."""
PARTS = {
    "database": gettext_lazy("database"),
    "broker": gettext_lazy("queue"),
    "encoder": gettext_lazy("encoder"),
    "free_bytes": gettext_lazy("disk"),
}
"""The checks that are asked, and what a merchant calls what they check."""
TREND = timedelta(days=DAYS)


class SelectingIds(ModelAdmin):
    """Selects nothing by what is no id: Django's own asks the database for it, and fails."""

    def response_action(self, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse | None:
        posted = request.POST.copy()
        selected = [one for one in posted.getlist(ACTION_CHECKBOX_NAME) if _may_be(one, self.opts.pk)]
        posted.setlist(ACTION_CHECKBOX_NAME, selected)
        request.POST = cast("_ImmutableQueryDict", posted)
        return super().response_action(request, *arguments, **named)


def _may_be(value: str, key: Field) -> bool:
    """Whether a key may have that value; whether a row has it is for the database to say."""
    try:
        key.clean(value, None)
    except ValidationError:
        return False
    return True


class ShopAdminSite(AdminSite):
    index_template = "admin/home.html"

    def register(self, model_or_iterable: Any, admin_class: type[ModelAdmin] | None = None, **options: Any) -> None:
        chosen = admin_class or ModelAdmin
        selecting = type(chosen.__name__, (SelectingIds, chosen), {"__module__": chosen.__module__})
        super().register(model_or_iterable, selecting, **options)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """The administration is called by the shop."""
        called = gettext("{shop} administration").format(shop=appearance.current().name)
        return {**super().each_context(request), "site_header": called, "site_title": called}

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().index(request, {**(extra_context or {}), "home": home_of(request.user)})


@dataclass(frozen=True)
class Quality:
    """The latest report, and by how much its figure is another than a week before; None where there was none."""

    report: QualityReport
    change: float | None


@dataclass(frozen=True)
class Pictures:
    """How many products wait to be embedded or cannot be, and how many pictures are still to be fetched or failed."""

    waiting: int
    failed: int
    to_fetch: int
    not_fetched: int


def home_of(user: AbstractUser | AnonymousUser) -> dict[str, object]:
    """What the user may see, by the name of the part."""
    parts = {
        "importing.view_importjob": ("job", _last_job),
        "importing.view_importsource": ("failing", ImportSource.objects.failing),
        "recommender.view_embeddingfailure": ("pictures", _pictures),
        "recommender.view_qualityreport": ("quality", _quality),
        "statistics.view_searchedwords": ("in_vain", _in_vain),
    }
    seen = {name: look() for permission, (name, look) in parts.items() if user.has_perm(permission)}
    said, missing = health.look(PARTS)
    states = [(check, name, said[check], check not in missing) for check, name in PARTS.items()]
    return {**seen, "parts": states, "free_bytes": min(health.free_bytes().values())}


def _last_job() -> ImportJob | None:
    return ImportJob.objects.select_related("source").first()


def _pictures() -> Pictures:
    return kept("home:pictures", _count_pictures, SECONDS_KEPT)


def _count_pictures() -> Pictures:
    encoder = Encoder.objects.active()
    addresses = PictureAddress.objects
    return Pictures(
        waiting=querysets.waiting(encoder).count() if encoder else 0,
        failed=querysets.failed(encoder).count() if encoder else 0,
        to_fetch=addresses.waiting().count(),
        not_fetched=addresses.filter(state=PictureAddress.State.FAILED).count(),
    )


def _quality() -> Quality | None:
    report = QualityReport.objects.select_related("encoder").first()
    if report is None:
        return None
    before = QualityReport.objects.filter(encoder=report.encoder, created_at__lte=report.created_at - TREND).first()
    return Quality(report, report.category - before.category if before else None)


def _in_vain() -> list[tuple[str, int, bool]]:
    return Report(DAYS).in_vain[:WORDS_SHOWN]
