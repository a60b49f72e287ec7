"""Imports: started, followed, confirmed, cancelled and undone, as at the desk."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db import transaction
from django.forms import BaseForm
from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.importing import jobs
from catalog.importing.forms import MappingForm, StartForm
from catalog.importing.models import ImportIssue, ImportJob
from catalog.importing.tasks import wake_importer
from catalog.terms import LINK_LENGTH
from fashionsite.api.access import WRITE
from fashionsite.api.asked import Asked, is_form, unusable
from fashionsite.api.paging import PageQuery, told_page
from fashionsite.api.parsers import JSONParser
from fashionsite.api.resources import Resource, once
from fashionsite.api.schema import PREFER
from fashionsite.api.waiting import wait_until

VIEW, ADD, CHANGE = (f"importing.{act}_importjob" for act in ("view", "add", "change"))


class IssuesQuery(PageQuery):
    kind = serializers.CharField(required=False, allow_blank=True, max_length=40)


class FoundIssueSerializer(serializers.Serializer):
    kind = serializers.CharField()
    count = serializers.IntegerField()


class OutcomeSerializer(serializers.Serializer):
    """What the import would come to."""

    created = serializers.IntegerField(source="counts.new")
    updated = serializers.IntegerField(source="counts.changed")
    unchanged = serializers.IntegerField(source="counts.unchanged")
    rejected = serializers.IntegerField(source="counts.rejected")
    missing = serializers.IntegerField(help_text="Products of the shop that the file does not name.")
    to_fetch = serializers.IntegerField(help_text="Pictures to be fetched from addresses.")
    issues = FoundIssueSerializer(many=True)


class ImportSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    url = serializers.SerializerMethodField()
    state = serializers.ChoiceField(ImportJob.State.choices)
    file = serializers.CharField(source="file_name")
    columns = serializers.ListField(child=serializers.CharField())
    mapping = serializers.DictField(
        child=serializers.IntegerField(), help_text="Which column fills which field, from 0 on."
    )
    total = serializers.IntegerField(allow_null=True, help_text="Rows to read.")
    rows = serializers.IntegerField(help_text="Rows read.")
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = serializers.IntegerField()
    archived = serializers.IntegerField()
    preview = OutcomeSerializer(source="preview.outcome", allow_null=True, default=None)
    pictures = serializers.DictField(
        source="pictures_to_fetch",
        child=serializers.IntegerField(),
        help_text="How many of its pictures' addresses are `waiting`, `fetched` and `failed`.",
    )
    error = serializers.CharField()
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_url(self, job: ImportJob) -> str:
        """Where it is followed."""
        return self.context["request"].build_absolute_uri(reverse("api:import", args=[job.pk]))


class ImportsSerializer(serializers.Serializer):
    next = serializers.URLField(allow_null=True)
    results = ImportSerializer(many=True)


class ImportToStart(Asked):
    """A table with its pictures, or an address of a table, or a folder on the server; one of them."""

    table = serializers.FileField(required=False)
    pictures = serializers.ListField(child=serializers.FileField(), required=False, help_text="Zips.")
    address = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    folder = serializers.CharField(required=False, allow_blank=True, max_length=500)


class AddressToImport(Asked):
    address = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    folder = serializers.CharField(required=False, allow_blank=True, max_length=500)


class Wishes(Asked):
    """What is to be done beside writing the rows."""

    repair = serializers.BooleanField(default=True, help_text="Take names whose separators were not quoted.")
    archive_missing = serializers.BooleanField(default=False, help_text="Products that the file does not name go.")
    remove_sample = serializers.BooleanField(default=False)


class Columns(Asked):
    mapping = serializers.DictField(child=serializers.IntegerField(min_value=0, max_value=999))
    currency = serializers.RegexField("^[A-Z]{3}$", required=False, help_text="Of prices that name none.")
    links = serializers.CharField(required=False, max_length=LINK_LENGTH, help_text="Where products are bought.")


class ImportIssueSerializer(serializers.Serializer):
    line = serializers.IntegerField(allow_null=True)
    sku = serializers.CharField()
    kind = serializers.CharField()
    column = serializers.CharField()
    value = serializers.CharField()
    reason = serializers.CharField()


class IssuesSerializer(serializers.Serializer):
    next = serializers.URLField(allow_null=True)
    results = ImportIssueSerializer(many=True)


class Imports(Resource):
    scopes: ClassVar = {"GET": WRITE, "POST": WRITE}
    permissions: ClassVar = {"GET": (VIEW,), "POST": (ADD,)}
    parser_classes = (MultiPartParser, JSONParser)

    @extend_schema(
        operation_id="list_imports",
        summary="The imports, the latest first",
        parameters=[PageQuery],
        responses=ImportsSerializer,
    )
    def get(self, request: Request) -> Response:
        asked = PageQuery.of(request.query_params)
        return told_page(request, ImportJob.objects.all(), asked, ImportSerializer)

    @extend_schema(
        operation_id="start_import",
        summary="Start an import, whose preview a worker makes",
        parameters=[PREFER],
        request={"multipart/form-data": ImportToStart, "application/json": AddressToImport},
        responses={201: ImportSerializer},
    )
    def post(self, request: Request) -> Response:
        given = once(request, lambda: _start(request))
        job = ImportJob.objects.get(pk=given.data["id"])
        return _followed(request, job, 201, dict(given.headers))


class ImportDetail(Resource):
    scopes: ClassVar = {"GET": WRITE}
    permissions: ClassVar = {"GET": (VIEW,)}

    @extend_schema(
        operation_id="get_import",
        summary="How far an import is, and what it would come to",
        parameters=[PREFER],
        responses=ImportSerializer,
    )
    def get(self, request: Request, pk: int) -> Response:
        return _followed(request, get_object_or_404(ImportJob, pk=pk))


class _Act(Resource):
    """Something that is done with an import."""

    scopes: ClassVar = {"POST": WRITE}
    permissions: ClassVar = {"POST": (CHANGE,)}
    problems = ("not_now",)

    def act(self, request: Request, pk: int, do: Callable[[ImportJob], None]) -> Response:
        """Raises NotNow."""
        job = get_object_or_404(ImportJob, pk=pk)
        once(request, lambda: _done(job, do))
        return _followed(request, job)


class ConfirmImport(_Act):
    @extend_schema(
        operation_id="confirm_import",
        summary="Do what the preview says",
        parameters=[PREFER],
        request=Wishes,
        responses=ImportSerializer,
    )
    def post(self, request: Request, pk: int) -> Response:
        wishes = Wishes.of(request.data)
        return self.act(request, pk, lambda job: jobs.confirm(job, **wishes.validated_data))


class MapImport(_Act):
    @extend_schema(
        operation_id="map_import",
        summary="Read the table again with other columns, currency or links",
        parameters=[PREFER],
        request=Columns,
        responses=ImportSerializer,
    )
    def post(self, request: Request, pk: int) -> Response:
        asked = Columns.of(request.data)
        return self.act(request, pk, lambda job: _remap(job, asked.validated_data))


class CancelImport(_Act):
    @extend_schema(
        operation_id="cancel_import",
        summary="End an import; what it has written stays",
        parameters=[PREFER],
        request=None,
        responses=ImportSerializer,
    )
    def post(self, request: Request, pk: int) -> Response:
        return self.act(request, pk, jobs.cancel)


class ResumeImport(_Act):
    @extend_schema(
        operation_id="resume_import",
        summary="Go on with an import that was cancelled or failed",
        parameters=[PREFER],
        request=None,
        responses=ImportSerializer,
    )
    def post(self, request: Request, pk: int) -> Response:
        return self.act(request, pk, jobs.resume)


class UndoImport(_Act):
    @extend_schema(
        operation_id="undo_import",
        summary="Give the products back what an import changed",
        parameters=[PREFER],
        request=None,
        responses=ImportSerializer,
    )
    def post(self, request: Request, pk: int) -> Response:
        return self.act(request, pk, jobs.undo)


class ImportIssues(Resource):
    scopes: ClassVar = {"GET": WRITE}
    permissions: ClassVar = {"GET": (VIEW,)}

    @extend_schema(
        operation_id="list_import_issues",
        summary="What was wrong with an import's rows and pictures",
        parameters=[IssuesQuery],
        responses=IssuesSerializer,
    )
    def get(self, request: Request, pk: int) -> Response:
        asked = IssuesQuery.of(request.query_params)
        issues = ImportIssue.objects.filter(job=get_object_or_404(ImportJob, pk=pk)).order_by("pk")
        if kind := asked.validated_data.get("kind"):
            issues = issues.filter(kind=kind)
        return told_page(request, issues, asked, ImportIssueSerializer)


def _done(job: ImportJob, do: Callable[[ImportJob], None]) -> Response:
    do(job)
    transaction.on_commit(wake_importer)
    return Response({"id": job.pk})


def _start(request: Request) -> Response:
    """Raises Problem."""
    asked = (ImportToStart if is_form(request.data) else AddressToImport).of(request.data)
    data = QueryDict(mutable=True)
    data.update({name: asked.validated_data.get(name, "") for name in ("address", "folder")})
    files = MultiValueDict({_of_the_desk(name): request.FILES.getlist(name) for name in request.FILES})
    form = StartForm(data, files)
    if not form.is_valid():
        raise unusable(**{_named(name): said for name, said in said_of(form).items()})
    job = form.start(request._request)
    transaction.on_commit(wake_importer)
    return Response({"id": job.pk}, 201)


def said_of(form: BaseForm) -> dict[str, str]:
    """What is wrong with the fields of a form of the desk's."""
    return {name: " ".join(map(str, said)) for name, said in form.errors.items()}


def _of_the_desk(name: str) -> str:
    """As the desk's form calls a field of the API."""
    return "styles" if name == "table" else name


def _named(field: str) -> str:
    """The other way."""
    return "table" if field == "styles" else field


def _remap(job: ImportJob, told: dict[str, Any]) -> None:
    """Raises NotNow and Problem."""
    if job.preview is None:
        raise jobs.NotNow(gettext("There is no preview yet."))
    columns = {f"column{column}": field for field, column in told["mapping"].items()}
    form = MappingForm(job, {**columns, "currency": told.get("currency", ""), "links": told.get("links", "")})
    if not form.is_valid():
        raise unusable(**said_of(form))
    jobs.remap(job, form.mapping(), form.cleaned_data["currency"], form.cleaned_data["links"])


def _followed(request: Request, job: ImportJob, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """How the import is, once nothing moves any more, where the request prefers to wait for that."""
    waited = wait_until(request, lambda: not ImportJob.objects.get(pk=job.pk).is_moving)
    job.refresh_from_db()
    told = _told(job, request)
    location = {"Location": told["url"]} if status == 201 else {}
    return Response(told, status, headers={**(headers or {}), **location, **waited})


def _told(job: ImportJob, request: Request) -> dict[str, Any]:
    return dict(ImportSerializer(job, context={"request": request}).data)
