"""What programs tell of clicks, for the statistics."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from fashionsite.api.access import READ
from fashionsite.api.asked import Asked
from fashionsite.api.paging import MOST
from fashionsite.api.parsers import JSONParser
from fashionsite.api.resources import Resource
from recommender.cards import percent
from recommender.statistics.receivers import count_click

ELSEWHERE = {"similar": "similar-elsewhere", "photo": "photo-elsewhere"}
"""What the statistics call the results of an operation"""


class ClickToCount(Asked):
    """A click on one of the products that were answered; not which one, nor whose it is."""

    place = serializers.ChoiceField(
        list(ELSEWHERE), help_text="What was asked: the similar products of one, or a search by photo."
    )
    position = serializers.IntegerField(min_value=1, max_value=MOST, help_text="Among the results, from 1 on.")
    similarity = serializers.FloatField(
        required=False, allow_null=True, min_value=-1, max_value=1, help_text="As the result has it."
    )
    is_first = serializers.BooleanField(
        required=False, default=False, help_text="Whether nothing else was clicked in these results before."
    )


class Clicks(Resource):
    scopes: ClassVar = {"POST": READ}
    parser_classes = (JSONParser,)

    @extend_schema(
        operation_id="count_click",
        summary="Count a click on a result in the statistics",
        request=ClickToCount,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        asked: dict[str, Any] = ClickToCount.of(request.data).validated_data
        cosine = asked.get("similarity")
        similarity = None if cosine is None else percent(cosine)
        count_click(request._request, ELSEWHERE[asked["place"]], asked["position"], similarity, asked["is_first"])
        return Response(status=204)
