"""The import desk: start an import, see what it would do, confirm it, watch it, see what was wrong, undo it."""

import csv
from collections.abc import Iterator

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET

from catalog.admin.read_only import ReadOnlyAdmin
from catalog.importing import jobs, uploads
from catalog.importing.reading import FIELDS
from catalog.importing.tables import UnusableFile
from catalog.models import ImportIssue, ImportJob
from catalog.tasks import wake_importer

ISSUES_ON_PAGE = 20
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
IGNORED = ""


class SeveralFilesField(forms.FileField):
    """Any number of uploads, as a list."""

    widget = type("SeveralFilesInput", (forms.ClearableFileInput,), {"allow_multiple_selected": True})

    def clean(self, data: list, initial: object = None) -> list:
        return [super(SeveralFilesField, self).clean(upload, initial) for upload in data or []]


class StartForm(forms.Form):
    """What to import: uploads, or a folder on the server where one is set up for that."""

    styles = forms.FileField(
        label="Table of products",
        required=False,
        help_text="A csv file such as styles.csv: UTF-8, UTF-16 or Windows, separated by comma, semicolon or tab.",
    )
    pictures = SeveralFilesField(
        label="Pictures",
        required=False,
        help_text="One or several zips of pictures that are named by the products' ids: 15970.jpg.",
    )
    folder = forms.CharField(
        label="Or a folder on the server", required=False, help_text="With one csv file, and the pictures or zips."
    )

    def __init__(self, *args: object, **kwargs: object):
        super().__init__(*args, **kwargs)
        if settings.IMPORT_ROOT is None:
            del self.fields["folder"]

    def clean(self) -> dict[str, object]:
        cleaned = super().clean()
        if cleaned.get("folder"):
            try:
                cleaned["found"] = uploads.find_in_folder(cleaned["folder"])
            except UnusableFile as error:
                self.add_error("folder", f"Choose another folder: {error}.")
        elif not cleaned.get("styles") and "styles" not in self.errors:
            self.add_error("styles", "Choose the table of products.")
        return cleaned

    @transaction.atomic
    def start(self, request: HttpRequest) -> ImportJob:
        """The job, whose preview is being made as soon as this is committed."""
        job = ImportJob.objects.create(state=ImportJob.State.READING, started_by=request.user)
        if found := self.cleaned_data.get("found"):
            job.styles, job.pictures = found
        else:
            uploads.keep(job, self.cleaned_data["styles"], self.cleaned_data["pictures"])
        job.save()
        return job


class MappingForm(forms.Form):
    """Which field each column of the table fills."""

    CHOICES = ((IGNORED, "– not imported –"), *((name, name.replace("_", " ")) for name in FIELDS))

    def __init__(self, job: ImportJob, *args: object, **kwargs: object):
        super().__init__(*args, **kwargs)
        self._job = job
        fields = {column: field for field, column in job.mapping.items()}
        for number, name in enumerate(job.columns):
            self.fields[f"column{number}"] = forms.ChoiceField(
                label=name,
                choices=self.CHOICES,
                required=False,
                initial=fields.get(number, IGNORED),
                help_text=", ".join(
                    cells[number][:40] for cells in job.preview["samples"] if number < len(cells) and cells[number]
                ),
            )

    def clean(self) -> dict[str, object]:
        cleaned = super().clean()
        chosen = [field for field in cleaned.values() if field]
        if "sku" not in chosen:
            raise forms.ValidationError("Choose the column that holds the products' ids (sku).")
        if repeated := {field for field in chosen if chosen.count(field) > 1}:
            raise forms.ValidationError(f"More than one column is to fill: {', '.join(sorted(repeated))}.")
        return cleaned

    def mapping(self) -> dict[str, int]:
        return {field: int(name.removeprefix("column")) for name, field in self.cleaned_data.items() if field}


@admin.register(ImportJob)
class ImportJobAdmin(admin.ModelAdmin):
    list_display = ("title", "state", "rows", "created", "updated", "unchanged", "rejected", "started_by", "started_at")
    list_filter = ("state",)
    list_select_related = ("started_by",)

    def get_urls(self) -> list:
        def guarded(view):
            return self.admin_site.admin_view(view)

        return [
            path("add/", guarded(self.start_view), name="catalog_importjob_add"),
            path("<int:pk>/change/", guarded(self.job_view), name="catalog_importjob_change"),
            path("<int:pk>/progress/", guarded(self.progress_view), name="catalog_importjob_progress"),
            path("<int:pk>/issues.csv", guarded(self.issues_view), name="catalog_importjob_issues"),
            *super().get_urls(),
        ]

    @admin.display(description="import")
    def title(self, job: ImportJob) -> str:
        return f"{job.pk}: {job.file_name}"

    def delete_model(self, request: HttpRequest, obj: ImportJob) -> None:
        uploads.discard(obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset) -> None:
        for job in queryset:
            uploads.discard(job)
        super().delete_queryset(request, queryset)

    # Django's protection against forged requests reads the whole upload, so it comes after the question who sends it.
    @method_decorator(csrf_exempt)
    def start_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._start(request)

    @method_decorator(csrf_protect)
    def _start(self, request: HttpRequest) -> HttpResponse:
        form = StartForm(request.POST, request.FILES) if request.method == "POST" else StartForm()
        if form.is_valid():
            job = form.start(request)
            wake_importer()
            return HttpResponseRedirect(job.get_absolute_url())
        return self._render(request, "start", form=form, title="Import a catalogue")

    def job_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        job = self._job(request, pk)
        if request.method == "POST":
            return self._act(request, job)
        return self._job_page(request, job, MappingForm(job) if job.state == job.State.READY else None)

    def _job(self, request: HttpRequest, pk: int) -> ImportJob:
        """Raises Http404 and PermissionDenied."""
        job = get_object_or_404(ImportJob, pk=pk)
        if not self.has_view_permission(request, job):
            raise PermissionDenied
        return job

    def _job_page(self, request: HttpRequest, job: ImportJob, mapping: MappingForm | None) -> HttpResponse:
        issues = job.issues.all()
        kinds = sorted(set(issues.order_by().values_list("kind", flat=True)))
        if kind := request.GET.get("kind"):
            issues = issues.filter(kind=kind)
        return self._render(
            request,
            "job",
            job=job,
            title=f"Import of {job.file_name}",
            mapping=mapping,
            issues=issues[:ISSUES_ON_PAGE],
            number_of_issues=issues.count(),
            kinds=kinds,
            kind=kind,
            may_change=self.has_change_permission(request, job),
        )

    def _act(self, request: HttpRequest, job: ImportJob) -> HttpResponse:
        if not self.has_change_permission(request, job):
            raise PermissionDenied
        action = request.POST.get("action")
        try:
            if action == "remap":
                form = MappingForm(job, request.POST) if job.preview else None
                if form is None or not form.is_valid():
                    return self._job_page(request, job, form)
                jobs.remap(job, form.mapping())
            elif action == "confirm":
                jobs.confirm(job, "repair" in request.POST, request.POST.get("missing") == "archive")
            elif action in ("cancel", "resume", "undo"):
                getattr(jobs, action)(job)
        except jobs.NotNow as error:
            messages.warning(request, str(error))
        wake_importer()
        return HttpResponseRedirect(job.get_absolute_url())

    @method_decorator(require_GET)
    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The part of the job's page that moves."""
        job = self._job(request, pk)
        return render(request, "catalog/admin/_progress.html", {"job": job})

    @method_decorator(require_GET)
    def issues_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        job = self._job(request, pk)
        return StreamingHttpResponse(
            _csv_lines(job),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="import-{job.pk}-issues.csv"'},
        )

    def _render(self, request: HttpRequest, template: str, **context: object) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.model._meta, **context}
        return render(request, f"catalog/admin/{template}.html", context)


@admin.register(ImportIssue)
class ImportIssueAdmin(ReadOnlyAdmin):
    list_display = ("job_link", "line", "sku", "kind", "column", "value", "reason")
    list_display_links = None
    list_filter = ("kind", "job")
    list_select_related = ("job",)
    search_fields = ("sku", "reason", "value")

    @admin.display(description="import", ordering="job")
    def job_link(self, issue: ImportIssue) -> str:
        return format_html('<a href="{}">{}</a>', issue.job.get_absolute_url(), issue.job_id)


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _csv_lines(job: ImportJob) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(("line", "sku", "kind", "column", "value", "reason"))
    for row in job.issues.values_list("line", "sku", "kind", "column", "value", "reason").iterator():
        yield writer.writerow([_harmless(cell) for cell in row])


def _harmless(cell: object) -> object:
    """Spreadsheets take a cell that begins so for a formula, and run it; an apostrophe before it makes it text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
