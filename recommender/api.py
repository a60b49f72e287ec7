"""What looks like what, over REST."""

from django.db.models import prefetch_related_objects
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.api import RELATED, ProductSerializer
from catalog.limits import Photos
from catalog.models import Product
from catalog.money import Range
from recommender.neighbours import Match, similar_to_vector
from recommender.panels import similar
from recommender.photo.looking import PhotoProblem, propose, read_upload
from recommender.photo.query import FACETS, MOST_VALUES, PhotoQuery
from recommender.photo.results import Results
from recommender.registry import active_encoder

MOST = 100


class CountSerializer(serializers.Serializer):
    count = serializers.IntegerField(min_value=1, max_value=MOST, default=12)


class PanelCountSerializer(serializers.Serializer):
    count = serializers.IntegerField(
        min_value=1, max_value=MOST, required=False, help_text="As many as a product's page shows where it is left out."
    )


class MatchSerializer(serializers.Serializer):
    product = ProductSerializer()
    similarity = serializers.FloatField()
    picture = serializers.IntegerField(source="number")
    """Which of the product's `images` is the nearest one, from 1 on."""


class PhotoSerializer(CountSerializer):
    """The picture, and what narrows the answer: of each facet some values, and what a product costs now."""

    photo = serializers.FileField(allow_empty_file=True)
    min_price = serializers.DecimalField(max_digits=12, decimal_places=3, required=False)
    max_price = serializers.DecimalField(max_digits=12, decimal_places=3, required=False)

    def get_fields(self) -> dict[str, serializers.Field]:
        values = {name: serializers.ListField(child=serializers.CharField(), required=False) for name in FACETS}
        return {**super().get_fields(), **values}

    @property
    def query(self) -> PhotoQuery:
        """What narrows the answer."""
        told = self.validated_data
        filters = {name: tuple(told[name][:MOST_VALUES]) for name in FACETS if name in told}
        return PhotoQuery(filters=filters, price=Range(told.get("min_price"), told.get("max_price")))


class SimilarProducts(APIView):
    """The products that look most like one of the shop's, best first, without itself, as staff narrow the panel."""

    @extend_schema(parameters=[PanelCountSerializer], responses=MatchSerializer(many=True))
    def get(self, request: Request, sku: str) -> Response:
        asked = PanelCountSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        product = get_object_or_404(Product.objects.in_the_shop(), sku=sku)
        return _told(similar.nearest(product, asked.validated_data.get("count")), request)


class PhotoSearch(APIView):
    """The products that look most like an uploaded picture (multipart field `photo`), best first.

    It looks at the part of the picture that looks most like a product of the shop. What narrows the answer narrows the
    500 products that look most like it.
    """

    parser_classes = (MultiPartParser,)
    throttle_classes = (Photos,)

    @extend_schema(request=PhotoSerializer, responses=MatchSerializer(many=True))
    def post(self, request: Request) -> Response:
        asked = PhotoSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            photo = read_upload(asked.validated_data["photo"])
        except PhotoProblem as problem:
            return Response({"photo": [str(problem)]}, status=problem.status, headers=problem.headers)
        encoder = active_encoder()
        part = propose(encoder, photo).best
        count = asked.validated_data["count"]
        if asked.query.is_narrow:
            return _told(Results(asked.query, encoder, part.embedding).matches(count), request)
        return _told(similar_to_vector(encoder, part.embedding, count), request)


def _told(matches: list[Match], request: Request) -> Response:
    prefetch_related_objects([match.product for match in matches], *RELATED, "written")
    return Response(MatchSerializer(matches, many=True, context={"request": request}).data)
