"""What staff make of pages of results, and of words: merchandising rules and synonyms."""

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.models import Category, MerchandisingRule, Product, Synonym
from catalog.steering import Act, Place, SteeredPage, steer
from fashionsite.api.access import WRITE
from fashionsite.api.asked import Asked, unusable
from fashionsite.api.paging import PageQuery, told_page
from fashionsite.api.resources import Resource, once


def _permissions(model: str) -> dict[str, tuple[str, ...]]:
    acts = {"GET": "view", "POST": "add", "PUT": "change", "DELETE": "delete"}
    return {method: (f"catalog.{act}_{model}",) for method, act in acts.items()}


class RuleSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    place = serializers.ChoiceField(Place.choices)
    category = serializers.CharField(source="category.route", allow_null=True, default=None)
    words = serializers.CharField()
    beside = serializers.CharField(source="beside.sku", allow_null=True, default=None)
    product = serializers.CharField(source="product.sku")
    act = serializers.ChoiceField(Act.choices)
    position = serializers.IntegerField(help_text="Of what is pinned, the lowest stands first.")
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)


class RulesSerializer(serializers.Serializer):
    next = serializers.URLField(allow_null=True)
    results = RuleSerializer(many=True)


class RuleToWrite(Asked):
    """One product in one page of results; a rule that it has there already becomes this one."""

    place = serializers.ChoiceField(Place.choices)
    category = serializers.CharField(
        required=False, max_length=400, help_text="The path of a category, where the place is one."
    )
    words = serializers.CharField(required=False, max_length=255, help_text="Where the place is a search by words.")
    beside = serializers.CharField(
        required=False,
        max_length=255,
        help_text="The id of the product beside which it stands, where that is the place.",
    )
    product = serializers.CharField(max_length=255, help_text="Its id.")
    act = serializers.ChoiceField(Act.choices)
    starts_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    ends_at = serializers.DateTimeField(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """With the `page` and the product themselves."""
        field = MerchandisingRule.TARGETS.get(Place(attrs["place"]))
        if field and not attrs.get(field):
            raise unusable(**{field: gettext("Say which one.")})
        target = self._target(field, attrs[field]) if field else None
        product = self._product("product", attrs["product"])
        return {**attrs, "page": SteeredPage(attrs["place"], target), "product": product}

    def _target(self, field: str, told: str) -> Category | Product | str:
        if field == "words":
            return told
        if field == "beside":
            return self._product(field, told)
        category = Category.objects.at_path(told)
        if category is None:
            raise unusable(**{field: gettext("There is no such category.")})
        return category

    def _product(self, field: str, sku: str) -> Product:
        product = Product.objects.in_the_shop().filter(sku=sku).first()
        if product is None:
            raise unusable(**{field: gettext("No product has this id.")})
        return product


class Rules(Resource):
    scopes: ClassVar = {"GET": WRITE, "POST": WRITE}
    permissions: ClassVar = _permissions("merchandisingrule")

    @extend_schema(
        operation_id="list_rules",
        summary="What is pinned, boosted, buried and hidden",
        parameters=[PageQuery],
        responses=RulesSerializer,
    )
    def get(self, request: Request) -> Response:
        asked = PageQuery.of(request.query_params)
        rules = MerchandisingRule.objects.select_related("product", "beside", "category__parent__parent")
        return told_page(request, rules, asked, RuleSerializer)

    @extend_schema(
        operation_id="write_rule",
        summary="Pin, boost, bury or hide a product in a page of results",
        request=RuleToWrite,
        responses=RuleSerializer,
    )
    def post(self, request: Request) -> Response:
        return once(request, lambda: _steer(request))


def _steer(request: Request) -> Response:
    asked = RuleToWrite.of(request.data)
    told = asked.validated_data
    dates = {name: told[name] for name in ("starts_at", "ends_at")}
    return Response(RuleSerializer(steer(told["page"], told["product"], told["act"], **dates)).data)


class RuleDetail(Resource):
    scopes: ClassVar = {"DELETE": WRITE}
    permissions: ClassVar = _permissions("merchandisingrule")

    @extend_schema(operation_id="delete_rule", summary="Let a product go from where it stands", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        get_object_or_404(MerchandisingRule, pk=pk).delete()
        return Response(status=204)


class SynonymToWrite(Asked):
    phrase = serializers.CharField(max_length=100, help_text="What shoppers say.")
    meanings = serializers.CharField(max_length=500, help_text="As products are called; several with commas between.")


class SynonymSerializer(SynonymToWrite):
    id = serializers.IntegerField(source="pk")


class SynonymsSerializer(serializers.Serializer):
    next = serializers.URLField(allow_null=True)
    results = SynonymSerializer(many=True)


class Synonyms(Resource):
    scopes: ClassVar = {"GET": WRITE, "POST": WRITE}
    permissions: ClassVar = _permissions("synonym")
    problems = ("exists",)

    @extend_schema(
        operation_id="list_synonyms",
        summary="What shoppers say, and what it means",
        parameters=[PageQuery],
        responses=SynonymsSerializer,
    )
    def get(self, request: Request) -> Response:
        asked = PageQuery.of(request.query_params)
        return told_page(request, Synonym.objects.order_by("pk"), asked, SynonymSerializer)

    @extend_schema(
        operation_id="add_synonym",
        summary="Add a synonym",
        request=SynonymToWrite,
        responses={201: SynonymSerializer},
    )
    def post(self, request: Request) -> Response:
        return once(request, lambda: Response(_kept(Synonym(), request), 201))


class SynonymDetail(Resource):
    scopes: ClassVar = {"PUT": WRITE, "DELETE": WRITE}
    permissions: ClassVar = _permissions("synonym")
    problems = ("exists",)

    @extend_schema(
        operation_id="change_synonym",
        summary="Change a synonym",
        request=SynonymToWrite,
        responses=SynonymSerializer,
    )
    def put(self, request: Request, pk: int) -> Response:
        return Response(_kept(get_object_or_404(Synonym, pk=pk), request))

    @extend_schema(operation_id="delete_synonym", summary="Delete a synonym", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        get_object_or_404(Synonym, pk=pk).delete()
        return Response(status=204)


def _kept(synonym: Synonym, request: Request) -> dict[str, Any]:
    """The synonym as it was written. Raises ValidationError."""
    asked = SynonymToWrite.of(request.data)
    for name, value in asked.validated_data.items():
        setattr(synonym, name, value)
    synonym.full_clean()
    synonym.save()
    return dict(SynonymSerializer(synonym).data)
