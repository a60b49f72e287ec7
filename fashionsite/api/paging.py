"""Pages by cursors: a cursor says behind which row the next page begins, so that none is missed or told twice."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypeVar

from django.core import signing
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import OrderBy
from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from fashionsite.api.asked import Asked

Row = TypeVar("Row", bound=models.Model)
MOST = 100
USUAL = 24
OF_A_PAGE = ("cursor", "limit")
"""The parameters that make no other list"""


class PageQuery(Asked):
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=USUAL)
    cursor = serializers.CharField(required=False, allow_blank=True, max_length=2000)


def told_page(
    request: Request, rows: "models.QuerySet[Row]", asked: PageQuery, serializer: type[serializers.Serializer]
) -> Response:
    """The page that is asked for of the rows, as the serializer tells them. Raises NotFound as `page_of` does."""
    found, following = page_of(request._request, rows, asked.validated_data["limit"])
    return Response({"next": following, "results": serializer(found, many=True, context={"request": request}).data})


def page_of(request: HttpRequest, rows: "models.QuerySet[Row]", limit: int) -> tuple[list[Row], str | None]:
    """(So many rows behind the address's cursor, in their order, a total one; the next page's address or None).

    Raises NotFound where the cursor is none of this list.
    """
    order = [_as_order(one) for one in rows.query.order_by or rows.model._meta.ordering or ()]
    names = [f"cursor_{number}" for number in range(len(order))]
    told = rows.annotate(**dict(zip(names, (one.expression for one in order), strict=True)))
    if cursor := request.GET.get("cursor"):
        told = told.filter(_behind(order, names, _read(request, cursor, len(order))))
    found = list(told[: limit + 1])
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], _next_address(request, [getattr(last, name) for name in names])


def _as_order(one: Any) -> OrderBy:
    if isinstance(one, str):
        return OrderBy(F(one.lstrip("-")), descending=one.startswith("-"))
    return one if isinstance(one, OrderBy) else OrderBy(one)


def _behind(order: Sequence[OrderBy], names: Sequence[str], values: Sequence[Any]) -> Q:
    """What comes after the row with these values: more in one column, and the same in those before it."""
    behind, same = Q(pk__in=[]), Q()
    for one, name, value in zip(order, names, values, strict=True):
        behind |= same & _after(one, name, value)
        same &= Q(**{f"{name}__isnull": True}) if value is None else Q(**{name: value})
    return behind


def _after(one: OrderBy, name: str, value: Any) -> Q:
    if value is None:
        # Nulls are last wherever there are any.
        return Q(pk__in=[])
    after = Q(**{f"{name}__{'lt' if one.descending else 'gt'}": value})
    return after | Q(**{f"{name}__isnull": True}) if one.nulls_last else after


def _next_address(request: HttpRequest, values: list[Any]) -> str:
    # A price is a text where JSON has none of its numbers.
    told = [{"decimal": str(value)} if isinstance(value, Decimal) else value for value in values]
    query = request.GET.copy()
    query["cursor"] = signing.dumps(told, salt=_list_of(request), compress=True)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _read(request: HttpRequest, cursor: str, count: int) -> list[Any]:
    """So many values. Raises NotFound, also where staff have begun to steer the list since, or ended it."""
    try:
        told = signing.loads(cursor, salt=_list_of(request))
    except (signing.BadSignature, ValueError) as error:
        raise NotFound from error
    if len(told) != count:
        raise NotFound
    return [Decimal(value["decimal"]) if isinstance(value, dict) else value for value in told]


def _list_of(request: HttpRequest) -> str:
    """Another text for another list; a cursor is signed for its own."""
    asked = sorted((name, values) for name, values in request.GET.lists() if name not in OF_A_PAGE)
    return repr(("cursor", request.path, asked))
