"""What else staff see and set: encoders, settings, statistics."""

from typing import Any, ClassVar

from django.core.cache import cache
from django.db import models
from django.forms import model_to_dict, modelform_factory
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.admin.appearance import AppearanceForm
from catalog.models import Appearance, SimilarPanel
from fashionsite.api.access import WRITE
from fashionsite.api.asked import Asked, unusable
from fashionsite.api.imports import said_of
from fashionsite.api.models import Access
from fashionsite.api.resources import Resource, once
from recommender import querysets
from recommender.models import Encoder
from recommender.registry import start_filling
from recommender.statistics.admin import DAYS, PERIODS
from recommender.statistics.report import Report
from recommender.statistics.tally import TALLY

APPEARANCE = (
    *("name", "headline", "tagline", "accent", "accent_in_dark", "shows_wander", "shows_favourites", "shows_for_you"),
    *("shows_seen", "shows_marks", "shows_photo_addresses", "language", "is_indexed"),
)
PANEL = ("most", "same_gender", "in_stock", "price_factor")
ACCENT = "^#[0-9A-Fa-f]{6}$"
ACCESS = ("anyone_reads", "anyone_searches")


class EncoderSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    digest = serializers.CharField()
    dimensions = serializers.IntegerField()
    state = serializers.ChoiceField(Encoder.State.choices)
    searchable = serializers.SerializerMethodField()
    waiting = serializers.SerializerMethodField()
    failed = serializers.SerializerMethodField()

    def get_searchable(self, encoder: Encoder) -> int:
        """Products that are found with it."""
        return querysets.searchable(encoder).count()

    def get_waiting(self, encoder: Encoder) -> int:
        """Products whose picture is still to be embedded with it."""
        return querysets.waiting(encoder).count()

    def get_failed(self, encoder: Encoder) -> int:
        """Products whose picture cannot be."""
        return querysets.failed(encoder).count()


class EncodersSerializer(serializers.Serializer):
    results = EncoderSerializer(many=True)


class Encoders(Resource):
    scopes: ClassVar = {"GET": WRITE}
    permissions: ClassVar = {"GET": ("recommender.view_encoder",)}

    @extend_schema(
        operation_id="list_encoders",
        summary="The encoders, and how far each is with the catalogue",
        responses=EncodersSerializer,
    )
    def get(self, request: Request) -> Response:
        return Response({"results": EncoderSerializer(Encoder.objects.order_by("pk"), many=True).data})


class SwitchEncoder(Resource):
    scopes: ClassVar = {"POST": WRITE}
    permissions: ClassVar = {"POST": ("recommender.change_encoder",)}

    @extend_schema(
        operation_id="switch_encoder",
        summary="Embed everything with an encoder, then switch to it",
        request=None,
        responses=EncoderSerializer,
    )
    def post(self, request: Request, pk: int) -> Response:
        encoder = get_object_or_404(Encoder, pk=pk)
        return once(request, lambda: _filling(encoder))


def _filling(encoder: Encoder) -> Response:
    start_filling(encoder)
    encoder.refresh_from_db()
    return Response(EncoderSerializer(encoder).data)


class AppearanceSettings(Asked, serializers.ModelSerializer):
    accent = serializers.RegexField(ACCENT, required=False, allow_blank=True)
    accent_in_dark = serializers.RegexField(ACCENT, required=False, allow_blank=True)

    class Meta:
        model = Appearance
        fields = APPEARANCE


@extend_schema_field({"type": "string", "pattern": r"^([1-9][0-9]?(\.[0-9]{1,2})?|100(\.0{1,2})?)$"})
class FactorField(serializers.DecimalField):
    """From 1 to 100, as a text."""

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        """An empty text, which Django REST framework takes for null, is no factor."""
        return (False, data) if data == "" else super().validate_empty_values(data)


class PanelSettings(Asked, serializers.ModelSerializer):
    price_factor = FactorField(
        max_digits=5,
        decimal_places=2,
        min_value=1,
        max_value=SimilarPanel.LARGEST_FACTOR,
        required=False,
        allow_null=True,
    )

    class Meta:
        model = SimilarPanel
        fields = PANEL


class AccessSettings(Asked, serializers.ModelSerializer):
    class Meta:
        model = Access
        fields = ACCESS


class SettingsSerializer(Asked):
    """What the shop is called and shows, what stands beside a product, and what those may do who have no key."""

    appearance = AppearanceSettings(required=False)
    similar = PanelSettings(required=False)
    access = AccessSettings(required=False)


class ShopSettings(Resource):
    scopes: ClassVar = {"GET": WRITE, "PATCH": WRITE}
    permissions: ClassVar = {
        "GET": ("catalog.view_appearance", "catalog.view_similarpanel", "api.view_access"),
        "PATCH": ("catalog.change_appearance", "catalog.change_similarpanel", "api.change_access"),
    }

    @extend_schema(operation_id="get_settings", summary="The shop's settings", responses=SettingsSerializer)
    def get(self, request: Request) -> Response:
        return Response(_settings())

    @extend_schema(
        operation_id="change_settings",
        summary="Change some of the settings; the others stay",
        request=SettingsSerializer,
        responses=SettingsSerializer,
    )
    def patch(self, request: Request) -> Response:
        asked = SettingsSerializer.of(request.data, partial=True)
        told = asked.validated_data
        if changes := told.get("appearance"):
            _change_appearance(changes)
        if changes := told.get("similar"):
            _change(SimilarPanel(pk=SimilarPanel.ONLY), changes)
        if changes := told.get("access"):
            _change(Access(pk=Access.ONLY), changes)
            cache.delete(Access.KEPT_UNDER)
        return Response(_settings())


def _settings() -> dict[str, Any]:
    shop = Appearance.objects.first() or Appearance()
    return {
        "appearance": AppearanceSettings(shop).data,
        "similar": PanelSettings(SimilarPanel.now()).data,
        "access": AccessSettings(Access.objects.first() or Access()).data,
    }


def _change_appearance(changes: dict[str, Any]) -> None:
    """As the page does it, which looks whether colours are seen. Raises ValidationError."""
    shop = Appearance.objects.first() or Appearance(pk=Appearance.ONLY)
    form = modelform_factory(Appearance, AppearanceForm, fields=APPEARANCE)(
        {**model_to_dict(shop, APPEARANCE), **changes}, instance=shop
    )
    if not form.is_valid():
        raise unusable(**{f"appearance/{name}": said for name, said in said_of(form).items()})
    form.save()


def _change(row: models.Model, changes: dict[str, Any]) -> None:
    """Changes the only row of a table. Raises ValidationError."""
    found = type(row)._default_manager.first() or row
    for name, value in changes.items():
        setattr(found, name, value)
    found.full_clean()
    found.save()


class PeriodQuery(Asked):
    days = serializers.ChoiceField(PERIODS, default=DAYS)


class DaySerializer(serializers.Serializer):
    day = serializers.DateField()
    words = serializers.IntegerField()
    photos = serializers.IntegerField()


class SearchedSerializer(serializers.Serializer):
    words = serializers.CharField()
    searches = serializers.IntegerField()
    in_vain = serializers.IntegerField()
    in_part = serializers.IntegerField()


class PhotosSerializer(serializers.Serializer):
    close = serializers.IntegerField()
    far = serializers.IntegerField()
    nothing = serializers.IntegerField()


class PlaceSerializer(serializers.Serializer):
    place = serializers.CharField()
    shown = serializers.IntegerField()
    followed = serializers.IntegerField()
    clicks = serializers.IntegerField()


class ViewedSerializer(serializers.Serializer):
    sku = serializers.CharField()
    times = serializers.IntegerField()


class StatisticsSerializer(serializers.Serializer):
    """What shoppers did: programs that ask with a key ask for shoppers."""

    days = DaySerializer(many=True)
    words = SearchedSerializer(many=True, help_text="The most searched words; rare ones only where they found nothing.")
    photos = PhotosSerializer(help_text="How many searches by photo found what.")
    places = PlaceSerializer(many=True)
    viewed = ViewedSerializer(many=True)
    favoured = ViewedSerializer(many=True)


class Statistics(Resource):
    scopes: ClassVar = {"GET": WRITE}
    permissions: ClassVar = {"GET": ("statistics.view_searchedwords",)}

    @extend_schema(
        operation_id="get_statistics",
        summary="What shoppers search, see and click, of some days",
        parameters=[PeriodQuery],
        responses=StatisticsSerializer,
    )
    def get(self, request: Request) -> Response:
        asked = PeriodQuery.of(request.query_params)
        TALLY.write()
        report = Report(int(asked.validated_data["days"]))
        return Response(
            {
                "days": [{"day": day.day, "words": day.words, "photos": day.photos} for day in report.by_day],
                "words": [
                    dict(zip(("words", "searches", "in_vain", "in_part"), row, strict=True)) for row in report.words
                ],
                "photos": report.photos,
                "places": [
                    {"place": name, "shown": place.shown, "followed": place.followed, "clicks": place.clicks}
                    for name, place in report.places.items()
                ],
                "viewed": [{"sku": product.sku, "times": times} for product, times in report.viewed],
                "favoured": [{"sku": product.sku, "times": times} for product, times in report.favoured],
            }
        )
