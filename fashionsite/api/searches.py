"""Searches: by words, by a photo, by an embedding; and the embedding of a picture."""

import base64
import binascii
import io
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

import numpy as np
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema, extend_schema_field
from PIL import Image
from rest_framework import serializers
from rest_framework.parsers import BaseParser, DataAndFiles, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.facets import Selection
from catalog.models import Product
from catalog.money import Range
from catalog.monitoring.metrics import SEARCH_SECONDS
from catalog.signals import cards_shown, words_searched
from fashionsite.api import told
from fashionsite.api.access import SEARCH, ApiFetches, ApiPhotos, ApiReads
from fashionsite.api.asked import AMOUNT, Asked, unusable
from fashionsite.api.paging import MOST, USUAL
from fashionsite.api.parsers import JSONParser, LargeJSONParser
from fashionsite.api.problems import Problem
from fashionsite.api.products import ProductsSerializer, SearchQuery, listed, selection_of
from fashionsite.api.resources import Resource
from recommender.diversity import unit
from recommender.models import Encoder
from recommender.photo import store
from recommender.photo.boxes import WHOLE, Box
from recommender.photo.looking import embed, read_address, read_upload, takes_addresses
from recommender.photo.query import FACETS, MOST_VALUES, PhotoQuery
from recommender.photo.results import Results
from recommender.photo.searching import query_by, results_of, shows_nothing
from recommender.registry import active_encoder
from recommender.signals import photo_searched

MOST_DIMENSIONS = 4096
BASE64 = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"


class UnderstoodSerializer(serializers.Serializer):
    """What of the words was looked for."""

    shown = serializers.CharField(help_text="The words as they were understood; empty where that is as typed.")
    left_out = serializers.ListField(child=serializers.CharField(), help_text="Words that nothing here knows.")
    is_wide = serializers.BooleanField(help_text="Whether products follow that have most of the words only.")


class LackingSerializer(serializers.Serializer):
    sku = serializers.CharField()
    lacks = serializers.ListField(child=serializers.CharField(), help_text="Words that the product does not have.")


class WordsSerializer(ProductsSerializer):
    understood = UnderstoodSerializer()
    lacking = LackingSerializer(many=True)


class WordSearch(Resource):
    scopes: ClassVar = {"GET": SEARCH}

    @extend_schema(
        operation_id="search_words",
        summary="What words find, as the shop understands them",
        parameters=[SearchQuery],
        responses=WordsSerializer,
    )
    def get(self, request: Request) -> Any:
        asked = SearchQuery.of(request.query_params)
        selection = selection_of(request._request, words=True)
        words_searched.send_robust(WordSearch, request=request._request, selection=selection)
        limit = asked.validated_data["limit"]
        return self.unless_known(request, selection.key, lambda: Response(_found(request, selection, limit)))


@SEARCH_SECONDS.labels("words").time()
def _found(request: Request, selection: Selection, limit: int) -> dict[str, Any]:
    page = listed(request, selection, limit)
    skus = [one["sku"] for one in page["results"]]
    lacking = selection.lacking(Product.objects.filter(sku__in=skus).only("pk")) if selection.is_wide else {}
    names = dict(Product.objects.filter(pk__in=lacking).values_list("pk", "sku")) if lacking else {}
    understood = selection.understood
    return {
        **page,
        "understood": {
            "shown": understood.shown,
            "left_out": list(understood.left_out),
            "is_wide": selection.is_wide,
        },
        "lacking": [
            {"sku": names[pk], "lacks": [concept.said for concept in concepts]}
            for pk, concepts in lacking.items()
            if concepts and pk in names
        ],
    }


class PictureParser(BaseParser):
    """A picture as the whole body; everything else is in the address."""

    media_type = "image/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> DataAndFiles:
        content = stream.read()
        upload = InMemoryUploadedFile(io.BytesIO(content), "photo", "photo", media_type, len(content), None)
        return DataAndFiles(parser_context["request"].query_params.copy(), MultiValueDict({"photo": [upload]}))


class PhotoFormParser(MultiPartParser):
    """A form; what it does not say may stand in the address."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> DataAndFiles:
        form = super().parse(stream, media_type, parser_context)
        told = parser_context["request"].query_params.copy()
        for name, values in form.data.lists():
            told.setlist(name, values)
        return DataAndFiles(told, form.files)


@extend_schema_field({"type": "string", "contentEncoding": "base64", "pattern": BASE64, "minLength": 4})
class PhotoField(serializers.Field):
    """An upload, or in JSON its bytes in base64."""

    def to_internal_value(self, data: Any) -> UploadedFile:
        if isinstance(data, UploadedFile):
            return data
        if not isinstance(data, str):
            raise serializers.ValidationError(gettext("Send the bytes of a picture in base64."))
        try:
            content = base64.b64decode(data, validate=True)
        except (binascii.Error, ValueError) as error:
            raise serializers.ValidationError(gettext("Send the bytes of a picture in base64.")) from error
        return InMemoryUploadedFile(io.BytesIO(content), "photo", "photo", None, len(content), None)

    def to_representation(self, value: Any) -> Any:
        return None


class Narrowing(Asked):
    """What narrows the 500 products that look most like it."""

    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=USUAL)
    min_price = serializers.RegexField(AMOUNT, required=False, allow_blank=True)
    max_price = serializers.RegexField(AMOUNT, required=False, allow_blank=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        values = {
            name: serializers.ListField(
                child=serializers.CharField(max_length=100), required=False, max_length=MOST_VALUES
            )
            for name in FACETS
        }
        return {**super().get_fields(), **values}

    @property
    def query(self) -> PhotoQuery:
        asked = self.validated_data
        filters = {name: tuple(sorted(asked[name])) for name in FACETS if asked.get(name)}
        least, most = (asked.get(name) for name in ("min_price", "max_price"))
        return PhotoQuery(filters=filters, price=Range(_number(least), _number(most)))


def _number(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None


class BringsPhoto(Asked):
    """One photo: its bytes, or where it lies on the internet where the shop takes addresses; and a part of it."""

    photo = PhotoField(required=False)
    address = serializers.CharField(required=False, max_length=1000)
    box = told.BoxField(required=False, help_text="The part to look at: left, top, width and height, in percent.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("photo" in attrs) == ("address" in attrs):
            raise unusable(photo=gettext("Send a photo, or the address of one."))
        return attrs

    @property
    def picture(self) -> Image.Image:
        """RGB. Raises PhotoProblem and Problem."""
        asked = self.validated_data
        if upload := asked.get("photo"):
            return read_upload(upload)
        if not takes_addresses():
            raise Problem("unusable", gettext("This shop fetches no photos: send the photo itself."))
        return read_address(asked["address"])

    @property
    def box_asked(self) -> Box | None:
        box = self.validated_data.get("box")
        return Box.parse(",".join(map(str, box))) if box else None


class PhotoQuerySerializer(BringsPhoto, Narrowing):
    """A photo, and what narrows what looks like it."""


class PartSerializer(serializers.Serializer):
    box = told.BoxField()
    name = serializers.CharField(help_text="What it is called; empty where the eye does not know it.")


class GuessSerializer(serializers.Serializer):
    name = serializers.CharField(help_text="Of the attribute, or `category`.")
    value = serializers.CharField()
    confidence = serializers.IntegerField(help_text="In percent.")


class LookAlikesSerializer(serializers.Serializer):
    count = serializers.IntegerField(help_text="How many there are: different pictures, of 500 at the most.")
    results = told.MatchSerializer(many=True)
    facets = told.FacetSerializer(many=True)
    price = told.PriceSerializer(allow_null=True)
    guesses = GuessSerializer(many=True)


class PhotoAnswerSerializer(LookAlikesSerializer):
    verdict = serializers.ChoiceField(
        ["close", "loose", "none"],
        help_text="Whether something looks much like it, or only somewhat, or the photo shows no product.",
    )
    box = told.BoxField(allow_null=True, help_text="The part that was searched with; null for the whole photo.")
    parts = PartSerializer(many=True, help_text="The parts of the photo that show products, best first.")
    look = serializers.CharField(
        allow_null=True, help_text="What was searched with, signed, to search with again by `search/vector/`."
    )


PICTURE = {
    "type": "string",
    "format": "binary",
    "description": "The picture alone, at least a byte; what forms have beside it stands in the address then.",
    "minLength": 1,
}


def photo_forms(serializer: type[serializers.Serializer]) -> dict[str, Any]:
    """The ways in which a photo may come, for the schema."""
    return {"multipart/form-data": serializer, "application/json": serializer, PictureParser.media_type: PICTURE}


PHOTO_PARSERS = (PhotoFormParser, LargeJSONParser, PictureParser)


class PhotoSearch(Resource):
    scopes: ClassVar = {"POST": SEARCH}
    parser_classes = PHOTO_PARSERS
    problems = ("gone",)
    throttle_classes = (ApiReads, ApiPhotos, ApiFetches)

    @extend_schema(
        operation_id="search_photo",
        summary="What looks like a photo, or like the part of it that shows a product",
        request=photo_forms(PhotoQuerySerializer),
        responses=PhotoAnswerSerializer,
    )
    def post(self, request: Request) -> Response:
        asked = PhotoQuerySerializer.of(request.data)
        encoder = active_encoder()
        query = query_by([asked.picture], encoder)
        stored = store.find(query.photos[0])
        if box := asked.box_asked:
            query = replace(query, box=box, seals=())
        query = replace(query, filters=asked.query.filters, price=asked.query.price)
        results = None if shows_nothing(query) else results_of(query, encoder)
        _tell(request, results)
        parts = [{"box": _percent(part.box), "name": part.name} for part in stored.parts] if stored else []
        return Response(
            {
                "verdict": _verdict(results),
                "box": _percent(query.box) if query.box and query.box != WHOLE else None,
                "parts": parts,
                "look": results.query.seals[0] if results else None,
                **_look_alikes(results, asked.validated_data["limit"], request),
            }
        )


@extend_schema_field({"type": "array", "items": {"type": "number"}, "minItems": 1, "maxItems": MOST_DIMENSIONS})
class VectorField(serializers.ListField):
    def __init__(self, **options: Any):
        super().__init__(child=serializers.FloatField(), min_length=1, max_length=MOST_DIMENSIONS, **options)


class ByVector(Narrowing):
    """An embedding by the shop's encoder."""

    vector = VectorField()


class ByLook(Narrowing):
    """The `look` that a photo search answered."""

    look = serializers.CharField(max_length=6000)


class VectorSearch(Resource):
    scopes: ClassVar = {"POST": SEARCH}
    parser_classes = (JSONParser,)
    problems = ("gone",)

    @extend_schema(
        operation_id="search_vector",
        summary="What looks like an embedding",
        request=PolymorphicProxySerializer("VectorQuery", [ByVector, ByLook], resource_type_field_name=None),
        responses=LookAlikesSerializer,
    )
    def post(self, request: Request) -> Response:
        is_look = isinstance(request.data, Mapping) and "look" in request.data
        asked = (ByLook if is_look else ByVector).of(request.data)
        encoder = active_encoder()
        if is_look:
            look = asked.validated_data["look"]
            results = results_of(replace(asked.query, seals=(look,)), encoder)
        else:
            results = Results(asked.query, encoder, _vector(asked.validated_data["vector"], encoder))
        return Response(_look_alikes(results, asked.validated_data["limit"], request))


class EmbeddingSerializer(serializers.Serializer):
    vector = VectorField(help_text="Of length one.")
    encoder = serializers.CharField(help_text="Whose it is: vectors of different encoders say nothing to each other.")
    digest = serializers.CharField(help_text="SHA-256 of the encoder's weights.")


class Embed(Resource):
    scopes: ClassVar = {"POST": SEARCH}
    parser_classes = PHOTO_PARSERS
    problems = ("gone",)
    throttle_classes = (ApiReads, ApiPhotos, ApiFetches)

    @extend_schema(
        operation_id="embed",
        summary="The embedding of a picture, or of a part of it",
        request=photo_forms(BringsPhoto),
        responses=EmbeddingSerializer,
    )
    def post(self, request: Request) -> Response:
        asked = BringsPhoto.of(request.data)
        encoder = active_encoder()
        vector = embed(encoder, asked.picture, asked.box_asked or WHOLE)
        numbers = [round(float(number), 6) for number in unit(vector)]
        return Response({"vector": numbers, "encoder": encoder.name, "digest": encoder.digest})


def _tell(request: Request, results: Results | None) -> None:
    found = "nothing" if results is None else "close" if results.is_anything_close else "far"
    photo_searched.send_robust(PhotoSearch, request=request._request, found=found)
    if results and results.count:
        cards_shown.send_robust(PhotoSearch, request=request._request, place="photo-elsewhere")


def _verdict(results: Results | None) -> str:
    if results is None:
        return "none"
    return "close" if results.is_anything_close else "loose"


def _look_alikes(results: Results | None, limit: int, request: Request) -> dict[str, Any]:
    if results is None:
        return {"count": 0, "results": [], "facets": [], "price": None, "guesses": []}
    guesses = [{"name": one.name, "value": one.label, "confidence": one.confidence} for one in results.guesses()]
    return {
        "count": results.count,
        "results": told.matches(results.matches(limit, told.with_all(Product.objects.all())), request),
        "facets": told.facets(results.facets()),
        "price": told.price(results.price_facet),
        "guesses": guesses,
    }


def _vector(numbers: list[float], encoder: Encoder) -> np.ndarray:
    """Of length one. Raises Problem."""
    vector = np.asarray(numbers, np.float64)
    with np.errstate(over="ignore"):  # what is too long for a number has none that is finite
        length = np.linalg.norm(vector)
    if len(vector) != encoder.dimensions or not np.isfinite(length) or not length:
        said = gettext("The encoder {name} has vectors of {number} numbers that are not all 0.")
        raise Problem("unusable", said.format(name=encoder.name, number=encoder.dimensions))
    return (vector / length).astype(np.float32)


def _percent(box: Box) -> list[float]:
    return [round(100 * number, 1) for number in (box.left, box.top, box.width, box.height)]
