"""How the API describes itself: OpenAPI 3.1, with the problems that every operation may answer."""

from collections.abc import Iterator
from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer
from rest_framework import serializers

from catalog.appearance import current
from fashionsite.api.access import READ, SEARCH, WRITE
from fashionsite.api.examples import ANSWERED, ASKED
from fashionsite.api.models import GivenAnswer
from fashionsite.api.problems import CODES, CONTENT_TYPE

ALWAYS = ("invalid", "unauthenticated", "forbidden", "not_acceptable", "too_many_requests", "unavailable")
WITH_BODY = ("malformed", "too_large", "unsupported_media_type", "unusable")
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": GivenAnswer.LONGEST, "pattern": "^[ -~]*$"},
    OpenApiParameter.HEADER,
    description="Up to 255 characters: a request that comes again with it within a day is answered as before.",
)


PREFER = OpenApiParameter(
    "Prefer",
    str,
    OpenApiParameter.HEADER,
    description="`wait=10` answers when the work is done, or after so many seconds, 30 at the most.",
)


TEXT = r"^[^\u0000]*$"
"""PostgreSQL's text knows no NUL."""
SAYS_SOMETHING = r"^[^\u0000]*[^\s\u0000\u001c-\u001f\u0085][^\u0000]*$"
"""More than what Python takes for spaces"""


class ErrorSerializer(serializers.Serializer):
    pointer = serializers.CharField(help_text="Where in the request, like /products/0/price.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer):
    """What went wrong, as RFC 9457 has it."""

    type = serializers.URLField(help_text="Where it is explained.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What a person can do about it.")
    code = serializers.ChoiceField(sorted(CODES), help_text="What a program tests.")
    errors = ErrorSerializer(many=True, required=False)  # type: ignore[assignment]  # a field of that name


class Described(AutoSchema):
    """Adds to every operation the problems that it may answer, each with an example."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        name = operation["operationId"]
        operation["x-scope"] = self._scope
        for status, answer in operation["responses"].items():
            if status[0] == "2" and "content" in answer:
                answer["content"]["application/json"]["examples"] = {name: {"value": ANSWERED[name]}}
        if name in ASKED:
            operation["requestBody"]["content"]["application/json"]["examples"] = {name: {"value": ASKED[name]}}
        return operation

    @property
    def _scope(self) -> str:
        """What a key needs."""
        return str(getattr(self.view, "scopes", {}).get(self.method))

    def get_auth(self) -> list[dict[str, list[str]]]:
        """Reading and searching go without, too, unless staff have closed them."""
        return [*super().get_auth(), *([{}] if self._scope in (READ, SEARCH) else [])]

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def get_override_parameters(self) -> list[Any]:
        parameters = super().get_override_parameters()
        is_repeatable = self.method == "POST" and self._scope == WRITE
        return [*parameters, IDEMPOTENCY] if is_repeatable else parameters

    def _get_request_for_media_type(self, serializer: Any, direction: Any = "request") -> tuple[Any, bool]:
        """Where there are several kinds of a body, one of them has to come."""
        schema, is_required = super()._get_request_for_media_type(serializer, direction)
        return schema, is_required or isinstance(serializer, PolymorphicProxySerializer)

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        if self.method == "GET":
            bodies.setdefault("304", {"description": "The client has it, as its If-None-Match says."})
        for status, codes in self._problems().items():
            bodies.setdefault(str(status), self._problem(codes))
        return dict(sorted(bodies.items()))

    def _problems(self) -> dict[int, list[str]]:
        """The codes of each status that the operation may answer."""
        codes = [*ALWAYS]
        if "{" in self.path or "cursor" in {one["name"] for one in self._get_parameters()}:
            codes.append("not_found")
        if self.method not in ("GET", "DELETE"):
            codes += WITH_BODY
            codes += getattr(self.view, "problems", ())
            if self._scope == WRITE:
                codes.append("key_used_before")
        found: dict[int, list[str]] = {}
        for code in codes:
            found.setdefault(CODES[code][0], []).append(code)
        return found

    def _problem(self, codes: list[str]) -> dict[str, Any]:
        component: ResolvedComponent = self.resolve_serializer(ProblemSerializer, "response")
        examples = {code: {"value": _example(code)} for code in codes}
        title = "; ".join(str(CODES[code][1]) for code in codes)
        return {
            "description": f"{title}.",
            "content": {CONTENT_TYPE: {"schema": component.ref, "examples": examples}},
        }


def _example(code: str) -> dict[str, Any]:
    status, title = CODES[code]
    example = {
        "type": f"https://shop.example.com/api/#{code}",
        "title": str(title),
        "status": status,
        "detail": f"{title}.",
        "code": code,
    }
    if code == "invalid":
        example["errors"] = [{"pointer": "/limit", "code": "max_value", "detail": "No more than 100."}]
    return example


def say_what_texts_are(result: dict, **_: object) -> dict:
    """A text has no NUL, one that has to say something is more than spaces, and no file is empty."""
    for described in _texts(result):
        if described.get("format") == "binary":
            described["minLength"] = 1
        if not {"pattern", "format", "enum"} & described.keys():
            described["pattern"] = SAYS_SOMETHING if described.get("minLength") == 1 else TEXT
    return result


def _texts(node: Any) -> Iterator[dict]:
    """All that the schema describes as a text."""
    if isinstance(node, dict):
        if node.get("type") == "string":
            yield node
        for inner in node.values():
            yield from _texts(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _texts(inner)


def say_that_fields_are_all(result: dict, **_: object) -> dict:
    """What a request has beside the fields is refused."""
    for operation in (operation for path in result["paths"].values() for operation in path.values()):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            _close(content["schema"], result["components"]["schemas"])
    return result


def _close(described: dict, components: dict[str, dict]) -> None:
    """An object of the request, and those in it."""
    if reference := described.get("$ref"):
        described = components[reference.rpartition("/")[2]]
    if "properties" in described:
        described["additionalProperties"] = False
    inner = [*described.get("properties", {}).values(), *described.get("allOf", ()), *described.get("oneOf", ())]
    for one in [*inner, *([described["items"]] if "items" in described else [])]:
        _close(one, components)


def name_the_shop(result: dict, **_: object) -> dict:
    """The schema is called by the shop, as whoever reads it may use those of several."""
    result["info"]["title"] = f"{current().name}: {result['info']['title']}"
    return result
