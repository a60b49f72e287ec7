"""Every query on the catalogue."""

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import models
from django.db.models import Case, F, Q, When

SEARCH_VECTOR = SearchVector("search_words", config="english")
"""Also the expression of the index behind it."""


class CategoryQuerySet(models.QuerySet):
    def within(self, category: models.Model) -> "CategoryQuerySet":
        """The category and everything below it."""
        return self.filter(Q(pk=category.pk) | Q(parent=category) | Q(parent__parent=category))


class ProductQuerySet(models.QuerySet):
    def for_cards(self) -> "ProductQuerySet":
        """With what a card shows."""
        return self.select_related("category")

    def with_categories(self) -> "ProductQuerySet":
        """With the whole path of each one's category."""
        return self.select_related("category__parent__parent")

    def in_the_shop(self) -> "ProductQuerySet":
        """All but the archived ones."""
        return self.filter(archived_at=None)

    def with_picture(self) -> "ProductQuerySet":
        return self.exclude(image_digest="")

    def in_category(self, category: models.Model) -> "ProductQuerySet":
        return self.filter(category__in=type(category).objects.within(category))

    def matching(self, words: str) -> "ProductQuerySet":
        """Products whose name, category and attributes have all of the words, in any of their forms."""
        query = SearchQuery(words, config="english", search_type="websearch")
        return self.annotate(search_vector=SEARCH_VECTOR).filter(search_vector=query)

    def refresh_search_words(self) -> None:
        """Brings the text behind word search up to date, after a category was renamed or moved."""
        products = list(self.with_categories())
        for product in products:
            product.search_words = product.collect_search_words()
        self.bulk_update(products, ["search_words"], batch_size=500)


class ImportChangeQuerySet(models.QuerySet):
    def touched_since(self) -> "ImportChangeQuerySet":
        """Those whose product something else has written since."""
        return self.exclude(product__updated_at=F("written_at"))


class ImportJobQuerySet(models.QuerySet):
    def at_work(self) -> "ImportJobQuerySet":
        """The jobs that a worker has to go on with: previews first, then the running one, then by age."""
        return self.filter(state__in=["reading", "undoing", "running", "queued"]).order_by(
            Case(When(state="reading", then=0), When(state="queued", then=2), default=1), "pk"
        )
