"""Products: to read, to write in batches, and to delete."""

import json
from typing import Any

from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.attributes import ATTRIBUTES
from catalog.facets import LONGEST_WORDS, SORTS, Selection
from catalog.importing import batches
from catalog.models import Category, Product
from catalog.querysets import LEVELS
from catalog.signals import cards_shown
from catalog.terms import DESCRIPTION_LENGTH, LINK_LENGTH, MOST_FURTHER_PICTURES, Availability, Condition
from fashionsite.api import told
from fashionsite.api.access import READ, WRITE
from fashionsite.api.asked import AMOUNT, Asked, is_form, unusable
from fashionsite.api.paging import MOST, USUAL, page_of
from fashionsite.api.parsers import LargeJSONParser
from fashionsite.api.problems import Problem, errors_of
from fashionsite.api.resources import Resource, once
from fashionsite.api.schema import PREFER
from fashionsite.api.waiting import are_searchable, states, wait_until
from recommender import neighbours
from recommender.neighbours import Near
from recommender.panels import similar

MOST_FILES = 100


class ListQuery(Asked):
    """What narrows and orders a list of products, as in the shop."""

    category = serializers.CharField(
        required=False, allow_blank=True, max_length=400, help_text="The path of a category, like apparel/topwear."
    )
    min_price = serializers.RegexField(
        AMOUNT, required=False, allow_blank=True, help_text="What it costs now is no less than this."
    )
    max_price = serializers.RegexField(
        AMOUNT, required=False, allow_blank=True, help_text="What it costs now is no more than this."
    )
    sort = serializers.ChoiceField(
        [name for name in SORTS if name != "relevance"],
        required=False,
        allow_blank=True,
        help_text="`newest` where it is left out. An order by price or discount is `newest` where nothing has a price.",
    )
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=USUAL)
    cursor = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=2000,
        help_text="As it stands in `next`; the cursor of another list is not found.",
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        values = {
            one.name: serializers.ListField(
                child=serializers.CharField(max_length=100),
                required=False,
                max_length=20,
                help_text=f"{one.label}: one of these values.",
            )
            for one in ATTRIBUTES
        }
        size = serializers.ListField(
            child=serializers.CharField(max_length=40),
            required=False,
            max_length=20,
            help_text="A size that is to be had: one of these.",
        )
        return {**super().get_fields(), **values, "size": size}


class SearchQuery(ListQuery):
    """What is searched by words, narrowed and ordered."""

    q = serializers.CharField(
        max_length=LONGEST_WORDS, help_text="Words as shoppers type them; `-word` and `not word` leave a word out."
    )
    as_typed = serializers.BooleanField(required=False, default=False, help_text="Without correcting the words.")
    sort = serializers.ChoiceField(
        list(SORTS), required=False, allow_blank=True, help_text="`relevance` where it is left out."
    )


class ProductsSerializer(serializers.Serializer):
    count = serializers.IntegerField(
        help_text="How many products there are. From 100,000 products in the shop on it is an estimate where words or "
        "prices find more than 1,000, and the pages lead to the best 1,000."
    )
    next = serializers.URLField(allow_null=True, help_text="The next page.")
    results = told.ProductSerializer(many=True)
    facets = told.FacetSerializer(many=True)
    price = told.PriceSerializer(allow_null=True)


class SizeToWrite(Asked):
    label = serializers.CharField(max_length=40)  # type: ignore[assignment]  # a field of that name
    price = serializers.RegexField(AMOUNT, required=False, allow_null=True)
    sale_price = serializers.RegexField(AMOUNT, required=False, allow_null=True)
    availability = serializers.ChoiceField([*Availability.choices, ("", "")], required=False)
    stock = serializers.IntegerField(required=False, allow_null=True, min_value=-999_999, max_value=999_999_999)


class ProductToWrite(Asked):
    """What is left out stays as it is; an empty text, or null, takes away what is there."""

    sku = serializers.CharField(max_length=255)
    name = serializers.CharField(required=False, allow_blank=True, max_length=255)
    category = serializers.ListField(
        child=serializers.CharField(max_length=100),
        required=False,
        max_length=LEVELS,
        help_text="Names from the master category down; what is new is made.",
    )
    price = serializers.RegexField(AMOUNT, required=False, allow_null=True)
    old_price = serializers.RegexField(
        AMOUNT,
        required=False,
        allow_null=True,
        help_text="What it cost before; then `price` is the sale's.",
    )
    sale_price = serializers.RegexField(AMOUNT, required=False, allow_null=True)
    sale_starts_at = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, max_length=100, help_text="Like 2026-11-27T09:00+01:00."
    )
    sale_ends_at = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=100)
    currency = serializers.RegexField(
        "^[A-Z]{3}$", required=False, help_text="The shop's (CURRENCY) where it is left out."
    )
    availability = serializers.ChoiceField([*Availability.choices, ("", "")], required=False)
    stock = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=-999_999,
        max_value=999_999_999,
        help_text="Pieces, where no availability is told.",
    )
    condition = serializers.ChoiceField([*Condition.choices, ("", "")], required=False)
    link = serializers.CharField(required=False, allow_blank=True, max_length=LINK_LENGTH)
    description = serializers.CharField(required=False, allow_blank=True, max_length=DESCRIPTION_LENGTH)
    sizes = serializers.ListField(
        child=SizeToWrite(), required=False, max_length=80, help_text="In place of those that it has."
    )
    images = serializers.ListField(
        child=serializers.CharField(max_length=2000),
        required=False,
        min_length=1,
        max_length=MOST_FURTHER_PICTURES + 1,
        help_text="Its own picture first: addresses, which a worker fetches, or the names of files sent along.",
    )
    is_published = serializers.BooleanField(required=False, help_text="Whether the shop shows it.")

    def get_fields(self) -> dict[str, serializers.Field]:
        attributes: dict[str, serializers.Field] = {
            one.name: serializers.IntegerField(
                required=False, allow_null=True, min_value=one.numbers.start, max_value=one.numbers.stop - 1
            )
            if one.numbers
            else serializers.CharField(required=False, allow_blank=True, max_length=100)
            for one in ATTRIBUTES
        }
        return {**super().get_fields(), **attributes}


class ProductsToWrite(Asked):
    products = serializers.ListField(child=ProductToWrite(), min_length=1, max_length=batches.MOST)


class ProductsWithPictures(serializers.Serializer):
    """The same as a text of JSON, and the files that `images` name, or that are called by the skus: 15970.jpg."""

    products = serializers.CharField()
    pictures = serializers.ListField(child=serializers.FileField(), required=False, max_length=MOST_FILES)


class IssueSerializer(serializers.Serializer):
    kind = serializers.CharField()
    field = serializers.CharField(source="column")
    value = serializers.CharField()
    reason = serializers.CharField()


class WrittenSerializer(serializers.Serializer):
    sku = serializers.CharField()
    outcome = serializers.ChoiceField(["created", "updated", "unchanged", "rejected"])
    search = serializers.ChoiceField(
        ["searchable", "waiting", "failed", "no_picture"],
        allow_null=True,
        help_text="How far its picture is; null where there is no such product.",
    )
    issues = IssueSerializer(many=True, help_text="What of it was not taken, and why.")


class BatchSerializer(serializers.Serializer):
    id = serializers.IntegerField(help_text="Of the import, which staff see at the desk and may undo.")
    results = WrittenSerializer(many=True)


class SimilarQuery(Asked):
    limit = serializers.IntegerField(
        min_value=1, max_value=MOST, required=False, help_text="As many as a product's page shows where it is left out."
    )


SKU = OpenApiParameter("sku", str, OpenApiParameter.PATH, description="The product's id; AB~2F12 for AB/12.")


class Products(Resource):
    scopes = {"GET": READ, "POST": WRITE}
    permissions = {"POST": ("catalog.add_product", "catalog.change_product")}
    parser_classes = (LargeJSONParser, MultiPartParser)

    @extend_schema(
        operation_id="list_products",
        summary="The catalogue, narrowed and ordered as in the shop, with the facets",
        parameters=[ListQuery],
        responses=ProductsSerializer,
    )
    def get(self, request: Request) -> HttpResponseBase:
        asked = ListQuery.of(request.query_params)
        selection = selection_of(request._request)
        limit = asked.validated_data["limit"]
        return self.unless_known(request, selection.key, lambda: Response(listed(request, selection, limit)))

    @extend_schema(
        operation_id="write_products",
        summary="Write up to 100 products: those that are there are changed, the others made",
        parameters=[PREFER],
        request={"application/json": ProductsToWrite, "multipart/form-data": ProductsWithPictures},
        responses=BatchSerializer,
    )
    def post(self, request: Request) -> Response:
        told = once(request, lambda: Response(_write(request)))
        skus = [one["sku"] for one in told.data["results"] if one["outcome"] != "rejected"]
        headers = wait_until(request, lambda: are_searchable(skus))
        search = states(skus)
        results = [{**one, "search": search.get(one["sku"])} for one in told.data["results"]]
        return Response({**told.data, "results": results}, headers={**dict(told.headers), **headers})


def _write(request: Request) -> dict[str, Any]:
    comes_as_form = is_form(request.data)
    asked = ProductsToWrite(data=_in_form(request.data) if comes_as_form else request.data)
    if not asked.is_valid(raise_exception=not comes_as_form):
        # The form is well formed; what its text says is not as it must be.
        details = serializers.ValidationError(asked.errors).get_full_details()
        raise Problem("unusable", gettext("Send the products as JSON."), errors=list(errors_of(details, "")))
    pictures = request.FILES.getlist("pictures") if comes_as_form else []
    batch = batches.write(asked.validated_data["products"], pictures, request.user.pk)
    results = [
        {
            "sku": one.sku,
            "outcome": one.outcome,
            "issues": IssueSerializer(one.issues, many=True).data,
        }
        for one in batch.outcomes
    ]
    return {"id": batch.job.pk, "results": results}


def _in_form(form: Any) -> Any:
    """What the text of JSON in a form says. Raises ValidationError and Problem."""
    unknown = form.keys() - ProductsWithPictures().fields.keys()
    if unknown:
        raise serializers.ValidationError({name: [gettext("There is no such field.")] for name in sorted(unknown)})
    try:
        return {"products": json.loads(form.get("products", ""))}
    except (ValueError, RecursionError) as error:
        raise unusable(products=gettext("Send the products as JSON.")) from error


class ProductDetail(Resource):
    scopes = {"GET": READ, "DELETE": WRITE}
    permissions = {"DELETE": ("catalog.delete_product",)}

    @extend_schema(
        operation_id="get_product", summary="One product", parameters=[SKU], responses=told.ProductSerializer
    )
    def get(self, request: Request, sku: str) -> Response:
        product = get_object_or_404(told.with_all(Product.objects.in_the_shop()), sku=sku)
        return Response(told.ProductSerializer(product, context={"request": request}).data)

    @extend_schema(
        operation_id="delete_product",
        summary="Delete a product with its pictures, embeddings and rules",
        parameters=[SKU],
        responses={204: None},
    )
    def delete(self, request: Request, sku: str) -> Response:
        with transaction.atomic():
            Product.objects.filter(sku=sku).hold()
            get_object_or_404(Product, sku=sku).delete()
        return Response(status=204)


class SimilarProducts(Resource):
    @extend_schema(
        operation_id="similar_products",
        summary="What looks most like a product, best first, as staff narrow the panel",
        parameters=[SKU, SimilarQuery],
        responses=told.MatchesSerializer,
    )
    def get(self, request: Request, sku: str) -> Response:
        asked = SimilarQuery.of(request.query_params)
        found = similar_to(sku, asked.validated_data.get("limit"))
        matches = neighbours.matches(found, told.with_all(Product.objects.all()))
        if matches:
            cards_shown.send_robust(SimilarProducts, request=request._request, place="similar-elsewhere")
        return Response({"results": told.matches(matches, request)})


def similar_to(sku: str, count: int | None) -> list[Near]:
    """What looks most like a product, as `similar.nearest` has it; none while it is not searchable. Raises Http404."""
    own = neighbours.embeddings_of_skus((sku,)).get(sku)
    if own is None:
        get_object_or_404(Product.objects.in_the_shop(), sku=sku)
        return []
    return similar.nearest(own, count)


def selection_of(request: HttpRequest, words: bool = False) -> Selection:
    """What an address asks for; products of no category where there is no such path. Raises Http404."""
    query = request.GET.copy()
    if not words:
        query.pop("q", None)
    path = query.get("category", "")
    category = Category.objects.at_path(path) if path else None
    return Selection(query, category) if category or not path else _nothing(query)


def _nothing(query: QueryDict) -> Selection:
    """A selection of no product: there is no such category."""
    return Selection(query, Category(pk=0, name=""))


def listed(request: Request, selection: Selection, limit: int) -> dict[str, Any]:
    """A page of a selection with its facets."""
    found, following = page_of(request._request, told.with_all(selection.products()), limit)
    return {
        "count": selection.count,
        "next": following,
        "results": told.products(found, request),
        "facets": told.facets(selection.facets()),
        "price": told.price(selection.price_facet),
    }
