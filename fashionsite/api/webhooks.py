"""Where programs want to be told what happens: docs/webhooks.md."""

from typing import ClassVar

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from fashionsite.api.access import WRITE
from fashionsite.api.asked import Asked
from fashionsite.api.paging import PageQuery, told_page
from fashionsite.api.problems import Problem
from fashionsite.api.resources import Resource, once
from fashionsite.webhooks import events, tasks
from fashionsite.webhooks.models import Endpoint, Event

VIEW, ADD, CHANGE, DELETE = (f"webhooks.{act}_endpoint" for act in ("view", "add", "change", "delete"))


@extend_schema_field(
    {"type": "array", "items": {"type": "string", "enum": Event.values}, "minItems": 1, "uniqueItems": True}
)
class EventsField(serializers.ListField):
    child = serializers.ChoiceField(Event.choices)

    def to_internal_value(self, data: list[str]) -> list[str]:
        events: list[str] = super().to_internal_value(data)
        if len(set(events)) < len(events):
            raise serializers.ValidationError(gettext("Name each event once."))
        return events


class EndpointToWrite(Asked):
    address = serializers.CharField(max_length=500)
    events = EventsField(min_length=1, help_text="What it is told.")


class EndpointSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    address = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField())
    is_active = serializers.BooleanField(help_text="False once it answered 410, or staff turned it off.")


class NewEndpointSerializer(EndpointSerializer):
    secret = serializers.CharField(
        allow_null=True,
        help_text="What messages are signed with. It is told this once: where the request is repeated it is null.",
    )


class EndpointsSerializer(serializers.Serializer):
    next = serializers.URLField(allow_null=True)
    results = EndpointSerializer(many=True)


class Endpoints(Resource):
    scopes: ClassVar = {"GET": WRITE, "POST": WRITE}
    permissions: ClassVar = {"GET": (VIEW,), "POST": (ADD,)}
    problems = ("exists",)

    @extend_schema(
        operation_id="list_webhooks",
        summary="The addresses that are told what happens",
        parameters=[PageQuery],
        responses=EndpointsSerializer,
    )
    def get(self, request: Request) -> Response:
        asked = PageQuery.of(request.query_params)
        return told_page(request, Endpoint.objects.order_by("pk"), asked, EndpointSerializer)

    @extend_schema(
        operation_id="add_webhook",
        summary="Have an address told what happens",
        request=EndpointToWrite,
        responses={201: NewEndpointSerializer},
    )
    def post(self, request: Request) -> Response:
        return once(request, lambda: _added(request), shown_once="secret")


def _added(request: Request) -> Response:
    """Raises ValidationError."""
    endpoint = Endpoint(**EndpointToWrite.of(request.data).validated_data)
    endpoint.take_new_secret()
    endpoint.full_clean()
    endpoint.save()
    return Response(NewEndpointSerializer(endpoint).data, 201)


class EndpointDetail(Resource):
    scopes: ClassVar = {"DELETE": WRITE}
    permissions: ClassVar = {"DELETE": (DELETE,)}

    @extend_schema(operation_id="delete_webhook", summary="Tell an address nothing more", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        get_object_or_404(Endpoint, pk=pk).delete()
        return Response(status=204)


class TestSerializer(serializers.Serializer):
    message = serializers.CharField(help_text="The `webhook-id` that it has.")


class TestOfEndpoint(Resource):
    scopes: ClassVar = {"POST": WRITE}
    permissions: ClassVar = {"POST": (CHANGE,)}
    problems = ("not_now",)

    @extend_schema(
        operation_id="test_webhook",
        summary="Send a message to an address to see whether it hears",
        request=None,
        responses={202: TestSerializer},
    )
    def post(self, request: Request, pk: int) -> Response:
        endpoint = get_object_or_404(Endpoint, pk=pk)
        return once(request, lambda: _tested(endpoint))


def _tested(endpoint: Endpoint) -> Response:
    """Raises Problem."""
    if not endpoint.is_active:
        raise Problem("not_now", gettext("This endpoint is switched off: staff have to switch it on."))
    delivery = events.note_test(endpoint)
    transaction.on_commit(tasks.wake)
    return Response({"message": delivery.message_id}, 202)
