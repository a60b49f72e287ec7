"""Every query on the catalogue."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.contrib.postgres.search import SearchRank, SearchVector
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import Q

from catalog.attributes import CATEGORY_LEVELS
from catalog.sample import SKUS
from catalog.words import Words

if TYPE_CHECKING:
    from catalog.models import Category, Product

SEARCH_VECTOR = SearchVector("search_words", config="english")
"""Also the expression of the index behind it."""
LEVELS = len(CATEGORY_LEVELS)


class CategoryQuerySet(models.QuerySet["Category"]):
    def at_path(self, path: str) -> "Category | None":
        """The category of an address like apparel/topwear/shirts, with those above it."""
        slugs = path.split("/")
        names = [f"{'parent__' * depth}slug" for depth in range(len(slugs))]
        top = f"{'parent__' * len(slugs)}isnull" if len(slugs) < LEVELS else None
        wanted = dict(zip(names, reversed(slugs), strict=True)) | ({top: True} if top else {})
        return self.select_related("parent__parent").filter(**wanted).first() if len(slugs) <= LEVELS else None

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
        return self.select_related("category")

    def with_categories(self) -> "ProductQuerySet":
        """With the whole path of each one's category."""
        return self.select_related("category__parent__parent")

    def in_the_shop(self) -> "ProductQuerySet":
        """All but the archived ones."""
        return self.filter(archived_at=None)

    def of_the_sample(self) -> "ProductQuerySet":
        """The drawn ones."""
        return self.filter(sku__regex=SKUS)

    def with_picture(self) -> "ProductQuerySet":
        return self.exclude(image_digest="")

    def in_category(self, category: "Category") -> "ProductQuerySet":
        return self.filter(category__in=type(category).objects.within(category))

    def with_attributes(self, attributes: Mapping[str, Sequence[str]]) -> "ProductQuerySet":
        """Products that have one of the values of each attribute; what cannot be a value is none's."""
        fields = {field.name: field for field in self.model._meta.fields}
        return self.filter(
            **{
                f"{name}__in": [value for value in values if _can_hold(fields[name], value)]
                for name, values in attributes.items()
            }
        )

    def counts_by(self, *columns: str) -> dict[str, dict[object, int]]:
        """For each column how many products have each of its values, all counted in one pass."""
        # Where nothing can be found there is nothing to count, and yet no error.
        compiler = self.order_by().values_list(*columns).query.get_compiler(self.db, elide_empty=False)
        chosen, parameters = compiler.as_sql()
        names = [f"c{number}" for number in range(len(columns))]
        sets = ", ".join(f"({name})" for name in names)
        is_counted = ", ".join(f"GROUPING({name})" for name in names)
        with connection.cursor() as cursor:
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

    def matching(self, words: Words) -> "ProductQuerySet":
        """Products whose name, category and attributes have all of the words."""
        return self.annotate(search_vector=SEARCH_VECTOR).filter(search_vector=words.query())

    def most_relevant_first(self, words: Words) -> "ProductQuerySet":
        return self.order_by(SearchRank(SEARCH_VECTOR, words.query()).desc(), "-id")

    def refresh_search_words(self) -> None:
        """Brings the text behind word search up to date, after a category was renamed or moved."""
        products = self.with_categories()
        for product in products:
            product.derive()
        products.bulk_update(products, ["search_words"], batch_size=500)


def _can_hold(field: models.Field, value: str) -> bool:
    """Whether the field may have that value, written just so."""
    try:
        return str(field.clean(value, None)) == value
    except ValidationError:
        return False
