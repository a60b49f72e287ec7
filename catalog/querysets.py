"""Every query on the catalogue."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, TypedDict

from django.conf import settings
from django.contrib.postgres.search import SearchQueryField, SearchRank
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import BooleanField, Case, Count, ExpressionWrapper, F, FloatField, Func, Q, Value, When
from django.db.models.expressions import Combinable, OrderBy
from django.db.models.functions import Cast, Greatest
from django.utils import timezone

from catalog.attributes import CATEGORY_LEVELS
from catalog.merchandising import Steering
from catalog.money import Range
from catalog.offer import is_on_sale, price_now
from catalog.pictures.facts import Facts
from catalog.sample import SKUS
from catalog.terms import Availability
from catalog.words.index import lexemes_of
from catalog.words.lexicon import MAKER
from catalog.words.reading import read
from catalog.words.understanding import COLOUR, Concept, Understood

if TYPE_CHECKING:
    from catalog.models import (
        Category,
        FurtherPicture,
        MerchandisingRule,
        Product,
        ProductDescription,
        ProductSize,
    )

LEVELS = len(CATEGORY_LEVELS)
SIZE = "size"
"""What products are narrowed by beside their attributes"""
TO_BE_HAD = [availability for availability in ("", *Availability.values) if availability != Availability.OUT_OF_STOCK]
RANK_WEIGHTS = [0.1, 0.3, 0.6, 1.0]
"""What a lexeme counts that is (D) a whole text, (C) a name's first word, (B) another's, (A) a kind's"""
RANK_WEIGHTS_OF = {MAKER: [0.1, 0.6, 0.3, 1.0], COLOUR: [0.1, 0.0, 0.6, 1.0]}
"""The same for words that are mostly a brand's, and for colours, which the brand Red Rose does not have"""
WORTH_OF_MEANT = 0.5
WORTH_OF_NEIGHBOURS = 0.5
WORTH_OF_IMPORTANT = 10.0
"""More than anything that ranks products with as many of the words"""
WORTH_OF_WHOLE = 1000.0
WORTH_OF_PICTURE = 500.0
"""More than all but a whole title or sku"""
UNPICTURED = ExpressionWrapper(Q(image_digest=""), BooleanField())
"""To order by: pictures are what shoppers look at, so what has none comes last."""
FOREMOST = Q(archived_at=None, is_sold_out=False) & ~Q(image_digest="")
"""What stands before all others in every order where what is sold out is last"""
MOST_KNOWN = 500
FEW = 12
"""Where all of the words find fewer products, those with most of them follow"""


class CategoryQuerySet(models.QuerySet["Category"]):
    def at_path(self, path: str) -> "Category | None":
        """The category of an address like apparel/topwear/shirts, with those above it."""
        slugs = path.split("/", LEVELS)
        if len(slugs) > LEVELS:
            return None
        names = [f"{'parent__' * depth}slug" for depth in range(len(slugs))]
        top = f"{'parent__' * len(slugs)}isnull" if len(slugs) < LEVELS else None
        wanted = dict(zip(names, reversed(slugs), strict=True)) | ({top: True} if top else {})
        return self.select_related("parent__parent").filter(**wanted).first()

    def linked(self) -> "dict[int, Category]":
        """All of them by their ids, each with the one above."""
        nodes: dict[int, Category] = {node.pk: node for node in self}
        for node in nodes.values():
            node.parent = nodes.get(node.parent_id) if node.parent_id else None
        return nodes

    def within(self, category: "Category") -> "CategoryQuerySet":
        """The category and everything below it."""
        return self.filter(Q(pk=category.pk) | Q(parent=category) | Q(parent__parent=category))

    def delete_empty(self) -> None:
        """Deletes those of them that have no product and nothing below, and those above that are left so."""
        for _ in range(LEVELS):
            self.filter(products=None, children=None).delete()


class ProductQuerySet(models.QuerySet["Product"]):
    def for_cards(self) -> "ProductQuerySet":
        """With what a card shows."""
        return self.select_related("category").defer("search_vector")

    def with_categories(self) -> "ProductQuerySet":
        """With the whole path of each one's category."""
        return self.select_related("category__parent__parent")

    def with_description(self) -> "ProductQuerySet":
        return self.select_related("written")

    def in_the_shop(self) -> "ProductQuerySet":
        """All but the archived ones."""
        return self.filter(archived_at=None)

    def on_offer(self) -> "ProductQuerySet":
        """Those in the shop that lists show: without sold-out ones where these are hidden."""
        products = self.in_the_shop()
        return products.filter(is_sold_out=False) if settings.SOLD_OUT == "hide" else products

    def in_order(self, *order: "str | Combinable | OrderBy") -> "ProductQuerySet":
        """In that order, with sold-out ones last where they are to be."""
        return self.order_by(*(["is_sold_out"] if settings.SOLD_OUT == "last" else []), *order)

    def priced(self, wanted: Range, currency: str, at: datetime) -> "ProductQuerySet":
        """Those whose price at that time is within the range, which is in that currency where it does not say it."""
        if not wanted:
            return self
        # Not by what each costs now, of which the planner has no statistics.
        reduced, sale = is_on_sale(at), self._within("sale_price", wanted)
        return self.filter(
            (reduced & sale) | (~reduced & self._within("price", wanted)), currency=wanted.currency or currency
        )

    @staticmethod
    def _within(field: str, wanted: Range) -> Q:
        least = Q((f"{field}__gte", wanted.least)) if wanted.least is not None else Q((f"{field}__isnull", False))
        return least if wanted.most is None else least & Q((f"{field}__lte", wanted.most))

    def costs(self, currency: str, at: datetime) -> dict[int, Decimal]:
        """What each of them costs at that time, by its id; without those that have no price in that currency."""
        selling = self.annotate(cost=price_now(currency, at)).filter(cost__isnull=False)
        return dict(selling.order_by().values_list("pk", "cost"))

    def of_the_sample(self) -> "ProductQuerySet":
        """The drawn ones."""
        return self.filter(sku__regex=SKUS)

    def of_the_merchant(self) -> "ProductQuerySet":
        """All but the drawn ones."""
        return self.exclude(sku__regex=SKUS)

    def with_picture(self) -> "ProductQuerySet":
        return self.exclude(image_digest="")

    def in_category(self, category: "Category") -> "ProductQuerySet":
        return self.filter(category__in=type(category).objects.within(category))

    def with_attributes(self, attributes: Mapping[str, Sequence[str]]) -> "ProductQuerySet":
        """Products that have one of the values of each attribute; what cannot be a value is none's.

        A size is one that is not sold out.
        """
        fields = {field.name: field for field in self.model._meta.fields}
        products = self.filter(
            **{
                f"{name}__in": [value for value in values if _can_hold(fields[name], value)]
                for name, values in attributes.items()
                if name != SIZE
            }
        )
        if sizes := attributes.get(SIZE):
            having = self.model.objects.filter(sizes__label__in=sizes, sizes__availability__in=TO_BE_HAD)
            products = products.filter(pk__in=having.values("pk"))
        return products

    def known_values(self, attribute: str) -> list[str]:
        """The values of an attribute that products of the shop have, the most common ones first."""
        having = self.in_the_shop().exclude(**{attribute: ""}).order_by().values_list(attribute)
        counted = having.annotate(count=Count("pk")).order_by("-count", attribute)
        return list(counted.values_list(attribute, flat=True)[:MOST_KNOWN])

    def counts_by(self, *columns: str) -> dict[str, dict[object, int]]:
        """For each column how many products have each of its values, all counted in one pass."""
        # Where nothing can be found there is nothing to count, and yet no error.
        compiler = self.order_by().values_list(*columns).query.get_compiler(self.db, elide_empty=False)
        chosen, parameters = compiler.as_sql()
        names = [f"c{number}" for number in range(len(columns))]
        sets = ", ".join(f"({name})" for name in names)
        is_counted = ", ".join(f"GROUPING({name})" for name in names)
        with compiler.connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {', '.join(names)}, {is_counted}, count(*) "  # noqa: S608 – the names are numbers
                f"FROM ({chosen}) AS chosen ({', '.join(names)}) GROUP BY GROUPING SETS ({sets})",
                parameters,
            )
            rows = cursor.fetchall()
        counts: dict[str, dict[object, int]] = {column: {} for column in columns}
        for row in rows:
            column = row[len(columns) : -1].index(0)
            counts[columns[column]][row[column]] = row[-1]
        return counts

    def first_ids(self, most: int) -> list[int]:
        """The ids of so many of them at the most: of what is to be had, with a picture, the newest."""
        return list(self.order_by("is_sold_out", UNPICTURED, "-id").values_list("pk", flat=True)[:most])

    def foremost(self, orders: Sequence[tuple[Q, OrderBy]], most: int) -> list[int]:
        """Ids of products that are to be had and have a picture, so many by each order of some of them."""
        products = self.filter(FOREMOST)
        return [
            pk
            for some, order in orders
            for pk in products.filter(some).order_by(order, "-id").values_list("pk", flat=True)[:most]
        ]

    def about(self) -> int:
        """How many the planner takes them for, without looking."""
        (plan,) = json.loads(self.order_by().values("pk").explain(format="json"))
        return int(plan["Plan"]["Plan Rows"])

    def matching(self, query: str, pinned: Sequence[int] = ()) -> "ProductQuerySet":
        """Products that a text of `tsquery` finds, as `catalog.words` writes it, and those with the pinned ids."""
        if pinned:
            return self.filter(Q(_matches(query)) | Q(pk__in=pinned)) if query else self.filter(pk__in=pinned)
        return self.filter(_matches(query)) if query else self.none()

    def steered(self, steering: Steering) -> "ProductQuerySet":
        """These, which have an order, without the hidden, the pinned and the boosted first and the buried last."""
        products = self.exclude(pk__in=steering.hidden) if steering.hidden else self
        if not steering.moves:
            return products
        places = [When(pk=pk, then=Value(place)) for place, pk in enumerate(steering.pinned)]
        others = Value(len(places) + 1)
        boosted = When(pk__in=steering.boosted, then=Value(len(places)))
        buried = When(pk__in=steering.buried, then=Value(len(places) + 2))
        tier = Case(*places, boosted, buried, default=others)
        return products.order_by(tier, *products.query.order_by)

    def wide_enough(self, understood: Understood) -> str:
        """The `tsquery` of all the words, or where that finds few of these products, of most of them."""
        query = understood.query
        if not understood.can_be_wider or self._has_many(query):
            return query
        possible = [concept for concept in understood.wanted if self.matching(concept.query).exists()]
        for wider in filter(None, understood.wider(possible)):
            query = wider
            if self._has_many(query):
                break
        return query

    def _has_many(self, query: str) -> bool:
        return self.matching(query).order_by()[:FEW].count() == FEW

    def lacking(self, concepts: Sequence[Concept]) -> dict[int, list[Concept]]:
        """For each product's id what of this it does not have."""
        rows = self.order_by().values_list("pk", *(_matches(concept.query) for concept in concepts))
        return {
            pk: [concept for concept, has in zip(concepts, matches, strict=True) if not has] for pk, *matches in rows
        }

    def most_relevant_first(self, understood: Understood, *, is_wide: bool) -> "ProductQuerySet":
        """Titles and skus first; then what has a picture; then most of what is wanted; then what says it itself."""
        if not understood.wanted and not understood.whole:
            return self.in_order(UNPICTURED, "-id")
        score: Combinable = Case(When(UNPICTURED, then=Value(-WORTH_OF_PICTURE)), default=Value(0.0))
        if understood.whole:
            score += _worth(understood.whole, WORTH_OF_WHOLE)
        if is_wide:
            for concept in understood.wanted:
                score += _worth(concept.query, WORTH_OF_IMPORTANT * concept.importance)
        both = [concept for concept in understood.wanted if concept.own and concept.meant]
        for concept in both:
            own = _rank([concept.own], 1.0, RANK_WEIGHTS_OF.get(concept.role, RANK_WEIGHTS))
            score += Greatest(own, _rank([concept.meant], WORTH_OF_MEANT))
        others = [concept for concept in understood.wanted if concept not in both]
        score += _rank([concept.own for concept in others if concept.role not in RANK_WEIGHTS_OF], 1.0)
        for role, weights in RANK_WEIGHTS_OF.items():
            score += _rank([concept.own for concept in others if concept.role == role], 1.0, weights)
        score += _rank([concept.meant for concept in others], WORTH_OF_MEANT)
        score += _rank(understood.neighbours, WORTH_OF_NEIGHBOURS)
        return self.in_order(score.desc(), "-id")

    def hold(self) -> None:
        """Has nobody else write them until the end of the transaction, for whoever writes other rows before theirs.

        Triggers write the row of the catalogue's version with every change: who has that row waits for no product, as
        who has products waits for it.
        """
        list(self.held().values_list("pk"))

    def held(self) -> "ProductQuerySet":
        """The same, read in a transaction; whoever names one of them, as a rule does, does not wait for its end."""
        return self.select_for_update(of=("self",), no_key=True)

    def refresh_search(self) -> None:
        """Brings the text behind word search up to date, after a category was renamed or moved."""
        products = self.with_categories()
        for product in products:
            product.derive()
        products.bulk_update(products, ["search_vector"], batch_size=500)


class Force(TypedDict):
    """What `with_force` adds to a rule."""

    is_in_force: bool


class MerchandisingRuleQuerySet(models.QuerySet["MerchandisingRule"]):
    def of_the_shop(self) -> "MerchandisingRuleQuerySet":
        """The rules of the page with all products, and of the first page."""
        return self.filter(place="shop")

    def of_category(self, category: "Category") -> "MerchandisingRuleQuerySet":
        return self.filter(place="category", category=category)

    def of_words(self, words: str) -> "MerchandisingRuleQuerySet":
        return self.filter(place="words", words=" ".join(read(words)))

    def beside(self, product: "Product") -> "MerchandisingRuleQuerySet":
        """The rules of what is shown as similar to the product."""
        return self.filter(place="panel", beside=product)

    def of_photo_search(self) -> "MerchandisingRuleQuerySet":
        return self.filter(place="photo")

    def in_force(self, at: datetime | None = None) -> "MerchandisingRuleQuerySet":
        """The rules of that moment, which is now where none is told."""
        return self.filter(_is_in_force(at or timezone.now()))

    def with_force(self) -> "MerchandisingRuleQuerySet":
        """All rules, each with whether it `is_in_force` now."""
        return self.annotate(is_in_force=ExpressionWrapper(_is_in_force(timezone.now()), BooleanField()))

    def steering(self) -> Steering:
        """What these rules come to."""
        products: dict[str, list[int]] = {"pin": [], "boost": [], "bury": [], "hide": []}
        for act, product in self.order_by("position", "pk").values_list("act", "product"):
            products[act].append(product)
        return Steering(
            tuple(products["pin"]),
            frozenset(products["boost"]),
            frozenset(products["bury"]),
            frozenset(products["hide"]),
        )


class ProductDescriptionQuerySet(models.QuerySet["ProductDescription"]):
    def write(self, texts: "Mapping[Product, str]") -> None:
        """Gives each product its text in place of the one that it has, or none."""
        if not texts:
            return
        self.filter(product__in=[product for product, text in texts.items() if not text]).delete()
        self.bulk_create(
            [self.model(product=product, text=text) for product, text in texts.items() if text],
            update_conflicts=True,
            unique_fields=["product"],
            update_fields=["text"],
        )


class FurtherPictureQuerySet(models.QuerySet["FurtherPicture"]):
    def write(
        self, pictures: "Mapping[Product, Sequence[Sequence[str]]]", known: Mapping[str, Facts] = MappingProxyType({})
    ) -> None:
        """Gives each product these further pictures, as (name in the media storage, digest), in place of those it has.

        The facts of those of some digests may be known. Their embeddings are of their digests, and stay.
        """
        if not pictures:
            return
        self.filter(product__in=list(pictures)).delete()
        stored = [
            self.model.stored(product, position, name, digest, known.get(digest))
            for product, several in pictures.items()
            for position, (name, digest) in enumerate(several, 1)
        ]
        self.bulk_create(stored)


class ProductSizeQuerySet(models.QuerySet["ProductSize"]):
    def to_be_had(self, products: Collection[int]) -> dict[int, list[str]]:
        """The sizes that each of the products with these ids is to be had in, by its id."""
        sizes: dict[int, list[str]] = {}
        rows = self.filter(availability__in=TO_BE_HAD, product__in=products).order_by()
        for product, label in rows.values_list("product", "label"):
            sizes.setdefault(product, []).append(label)
        return sizes

    def labels(self) -> list[str]:
        """The sizes that there are."""
        return list(self.order_by("label").values_list("label", flat=True).distinct())

    def counted(self, products: ProductQuerySet) -> dict[str, int]:
        """How many of the products have each size to be had."""
        sizes = self.filter(availability__in=TO_BE_HAD, product__in=products.order_by().values("pk"))
        return dict(sizes.order_by().values_list("label").annotate(count=Count("pk")))


def _is_in_force(at: datetime) -> Q:
    has_begun, has_not_ended = Q(starts_at=None) | Q(starts_at__lte=at), Q(ends_at=None) | Q(ends_at__gt=at)
    return has_begun & has_not_ended & Q(product__archived_at=None)


def _query(text: str) -> Cast:
    return Cast(Value(text), SearchQueryField())


def _matches(query: str) -> Func:
    return Func(
        F("search_vector"), _query(query), template="(%(expressions)s)", arg_joiner=" @@ ", output_field=BooleanField()
    )


def _rank(queries: Sequence[str], worth: float, weights: Sequence[float] = RANK_WEIGHTS) -> Combinable:
    """How much of these is found, and where."""
    lexemes = lexemes_of(queries)
    if not lexemes:
        return Value(0.0)
    # PostgreSQL divides the rank by their number.
    rank = SearchRank(F("search_vector"), _query(" | ".join(lexemes)), weights=Value(weights))
    return Value(worth * len(lexemes)) * rank


def _worth(query: str, worth: float) -> Case:
    return Case(When(_matches(query), then=Value(worth)), default=Value(0.0), output_field=FloatField())


def _can_hold(field: models.Field, value: str) -> bool:
    """Whether the field may have that value, written just so."""
    try:
        return str(field.clean(value, None)) == value
    except ValidationError:
        return False
