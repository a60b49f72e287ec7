"""What staff see of what shoppers do."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from catalog.admin.read_only import ReadOnlyAdmin
from catalog.downloads import csv_download
from recommender.statistics.models import SearchedWords
from recommender.statistics.querysets import FEWEST_SEARCHES
from recommender.statistics.report import TABLES, Report

PERIODS = (7, 30, 90)
DAYS = 30


@admin.register(SearchedWords)
class StatisticsAdmin(ReadOnlyAdmin):
    """One page, in the place of the list of all rows; whoever may view searched words may view all of it."""

    def get_urls(self) -> list:
        def guarded(view):
            return self.admin_site.admin_view(require_safe(view))

        return [
            path("", guarded(self.changelist_view), name="statistics_searchedwords_changelist"),
            path("<slug:table>.csv", guarded(self.download), name="statistics_searchedwords_download"),
        ]

    def has_delete_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("What shoppers do"),
            "report": self._report(request),
            "periods": PERIODS,
            "fewest": FEWEST_SEARCHES,
            "may_add_synonyms": request.user.has_perm("catalog.add_synonym"),
        }
        return render(request, "statistics/report.html", context)

    def download(self, request: HttpRequest, table: str) -> HttpResponseBase:
        if table not in TABLES:
            raise Http404
        report = self._report(request)
        columns, rows = TABLES[table]
        return csv_download(f"{table}-{report.today}", columns, rows(report))

    def _report(self, request: HttpRequest) -> Report:
        """Of the period that the address names. Raises PermissionDenied."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        asked = request.GET.get("days", "")
        return Report(next((days for days in PERIODS if str(days) == asked), DAYS))
