"""The import desk: start an import, see what it would do, confirm it, watch it, see what was wrong, undo it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from catalog.admin.read_only import ReadOnlyAdmin
from catalog.downloads import csv_download
from catalog.fetching import UnfetchableAddress, host_of
from catalog.importing import branding, jobs, scheduling, uploads
from catalog.importing.forms import MappingForm, StartForm
from catalog.importing.models import ImportIssue, ImportJob, ImportSource
from catalog.importing.sample import ImportGoesOn, remove_sample
from catalog.importing.tables import UnusableFile
from catalog.importing.tasks import wake_importer, wake_scheduler
from catalog.importing.undoing import look_ahead
from catalog.models import Product

ISSUES_ON_PAGE = 20
ISSUE_COLUMNS = ("line", "sku", "kind", "column", "value", "reason")


@admin.register(ImportJob)
class ImportJobAdmin(admin.ModelAdmin):
    change_list_template = "importing/changelist.html"
    delete_confirmation_template = "importing/delete.html"
    delete_selected_confirmation_template = "importing/delete_selected.html"
    list_display = (
        "title",
        "state",
        "rows",
        "created",
        "updated",
        "unchanged",
        "rejected",
        "source",
        "started_by",
        "started_at",
    )
    list_filter = ("state",)
    list_select_related = ("source", "started_by")

    def get_urls(self) -> list:
        def guarded(view):
            return self.admin_site.admin_view(view)

        return [
            path("add/", guarded(self.start_view), name="importing_importjob_add"),
            path("brands/", guarded(self.brands_view), name="importing_importjob_brands"),
            path("remove-sample/", guarded(self.remove_sample_view), name="importing_importjob_remove_sample"),
            path("<int:pk>/change/", guarded(self.job_view), name="importing_importjob_change"),
            path("<int:pk>/undo/", guarded(self.undo_view), name="importing_importjob_undo"),
            path("<int:pk>/progress/", guarded(self.progress_view), name="importing_importjob_progress"),
            path("<int:pk>/issues.csv", guarded(self.issues_view), name="importing_importjob_issues"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "sample": _sample_size(request)})

    @method_decorator(require_POST)
    def remove_sample_view(self, request: HttpRequest) -> HttpResponse:
        if not _may_remove_sample(request):
            raise PermissionDenied
        try:
            messages.success(
                request, gettext("The sample is gone: {products} products.").format(products=remove_sample())
            )
        except ImportGoesOn as error:
            messages.warning(request, str(error))
        return HttpResponseRedirect(reverse("admin:importing_importjob_changelist"))

    def brands_view(self, request: HttpRequest) -> HttpResponse:
        """Proposes brands by names; those that are agreed to are imported."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            taken = {guessed: request.POST.get(f"brand:{guessed}", "") for guessed in request.POST.getlist("take")}
            if job := branding.start(taken, request.user.pk):
                wake_importer()
                return HttpResponseRedirect(job.get_absolute_url())
            messages.warning(request, gettext("Take at least one brand."))
        return self._render(request, "brands", title=gettext("Brands by names"), proposals=branding.proposals())

    @admin.display(description=_("import"))
    def title(self, job: ImportJob) -> str:
        return f"{job.pk}: {job.file_name}"

    def get_deleted_objects(self, objs: Iterable[ImportJob], request: HttpRequest) -> tuple[list, dict, set, list]:
        """The imports alone, as what they noted of each product says nothing to a person."""
        names = [str(job) for job in objs]
        return names, {self.opts.verbose_name_plural: len(names)}, set(), []

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
        sample = _sample_size(request)
        return self._render(request, "start", form=form, title=gettext("Import a catalogue"), sample=sample)

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
            title=gettext("Import of {file_name}").format(file_name=job.file_name),
            mapping=mapping,
            issues=issues[:ISSUES_ON_PAGE],
            number_of_issues=issues.count(),
            kinds=kinds,
            kind=kind,
            may_change=self.has_change_permission(request, job),
            sample=Product.objects.of_the_sample().count(),
        )

    def _act(self, request: HttpRequest, job: ImportJob) -> HttpResponse:
        if not self.has_change_permission(request, job):
            raise PermissionDenied
        action = request.POST.get("action")
        try:
            form = MappingForm(job, request.POST) if job.preview else None
            answers = action == "confirm" and form is not None and form.has_answers()
            if action == "remap" or answers:
                if form is None or not form.is_valid():
                    return self._job_page(request, job, form)
                jobs.remap(job, form.mapping(), form.cleaned_data["currency"], form.cleaned_data["links"])
                if answers:
                    messages.warning(
                        request,
                        gettext(
                            "You changed something, so the table is read again. Look at what the import would do "
                            "now, and confirm it."
                        ),
                    )
            elif action == "confirm":
                archives = request.POST.get("missing") == "archive"
                jobs.confirm(job, "repair" in request.POST, archives, "remove_sample" in request.POST)
            elif action in ("cancel", "resume", "undo"):
                getattr(jobs, action)(job)
        except jobs.NotNow as error:
            messages.warning(request, str(error))
        wake_importer()
        return HttpResponseRedirect(job.get_absolute_url())

    @method_decorator(require_GET)
    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asks before an import is undone; the job's page does it."""
        job = self._job(request, pk)
        if not self.has_change_permission(request, job):
            raise PermissionDenied
        if job.state not in jobs.UNDOABLE:
            return HttpResponseRedirect(job.get_absolute_url())
        title = gettext("Undo the import of {file_name}?").format(file_name=job.file_name)
        return self._render(request, "undo", job=job, title=title, outlook=look_ahead(job))

    @method_decorator(require_GET)
    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The part of the job's page that moves."""
        job = self._job(request, pk)
        return render(request, "importing/_progress.html", {"job": job})

    @method_decorator(require_GET)
    def issues_view(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        job = self._job(request, pk)
        rows = job.issues.values_list(*ISSUE_COLUMNS).iterator()
        return csv_download(f"import-{job.pk}-issues", ISSUE_COLUMNS, rows)

    def _render(self, request: HttpRequest, template: str, **context: object) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.model._meta, **context}
        return render(request, f"importing/{template}.html", context)


def _may_remove_sample(request: HttpRequest) -> bool:
    return request.user.has_perm("catalog.delete_product")


def _sample_size(request: HttpRequest) -> int:
    """How many products of the sample there are to be removed by whoever asks."""
    return Product.objects.of_the_sample().count() if _may_remove_sample(request) else 0


class ImportSourceForm(forms.ModelForm):
    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if settings.IMPORT_ROOT is None and "folder" in self.fields:
            needed = gettext(
                "Folders need the setting IMPORT_ROOT, which names the one that they lie in; it is not set here."
            )
            self.fields["folder"].help_text = needed

    def clean_folder(self) -> str:
        folder = self.cleaned_data["folder"]
        try:
            if folder:
                uploads.find_folder(folder)
        except UnusableFile as error:
            raise forms.ValidationError(gettext("Choose another folder: {error}.").format(error=error)) from error
        return folder

    def clean_address(self) -> str:
        address = self.cleaned_data["address"]
        try:
            if address:
                host_of(address)
        except UnfetchableAddress as error:
            raise forms.ValidationError(str(error)) from error
        return address


@admin.register(ImportSource)
class ImportSourceAdmin(admin.ModelAdmin):
    form = ImportSourceForm
    change_form_template = "importing/source.html"
    list_display = ("name", "note", "last_import", "due_at", "is_on", "every", "place")
    list_filter = ("is_on",)
    readonly_fields = ("due_at", "looked_at", "note", "last_import")
    view_on_site = False
    actions = ("run_now",)

    def save_model(self, request: HttpRequest, obj: ImportSource, form: forms.ModelForm, change: bool) -> None:
        if form.changed_data:
            obj.plan(timezone.now())
        super().save_model(request, obj, form, change)

    def response_change(self, request: HttpRequest, obj: ImportSource) -> HttpResponse:
        if "_run_now" not in request.POST:
            return super().response_change(request, obj)
        self.run_now(request, ImportSource.objects.filter(pk=obj.pk))
        return HttpResponseRedirect(request.path)

    @admin.action(description=_("Run now"), permissions=["change"])
    def run_now(self, request: HttpRequest, sources: QuerySet[ImportSource]) -> None:
        for source in sources:
            scheduling.run_now(source)
        wake_scheduler()
        messages.success(
            request, gettext("A worker looks at it now; new files in a folder are imported after a minute.")
        )

    @admin.display(description=_("folder or address"))
    def place(self, source: ImportSource) -> str:
        return source.folder or source.address

    @admin.display(description=_("last import"))
    def last_import(self, source: ImportSource) -> str:
        job = source.jobs.first()
        if job is None:
            return "–"
        return format_html('<a href="{}">{}, {}</a>', job.get_absolute_url(), job.pk, job.get_state_display().lower())


@admin.register(ImportIssue)
class ImportIssueAdmin(ReadOnlyAdmin):
    list_display = ("job_link", "line", "sku", "kind", "column", "value", "reason")
    list_display_links = None
    list_filter = ("kind", "job")
    list_select_related = ("job",)
    search_fields = ("sku", "reason", "value")

    @admin.display(description=_("import"), ordering="job")
    def job_link(self, issue: ImportIssue) -> str:
        return format_html('<a href="{}">{}</a>', issue.job.get_absolute_url(), issue.job_id)
