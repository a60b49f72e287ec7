"""Counts by day. No row tells who did something, or what one person did after another thing."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from catalog.models import Product
from recommender.statistics.querysets import CountQuerySet, ProductCountQuerySet, SearchedWordsQuerySet

LONGEST_WORDS = 100


class Count(models.Model):
    """How often something was so on one day."""

    KEY: ClassVar[tuple[str, ...]]
    """The fields that say what is counted, the day first; each key is there once."""

    day = models.DateField()
    times = models.PositiveIntegerField()

    class Meta:
        abstract = True


class SearchedWords(Count):
    """Words that shoppers searched for, as they are read; "" stands for all words that are counted and not kept."""

    class Answer(models.TextChoices):
        ALL = "all", _("found")
        PART = "part", _("only most of it found")
        NOTHING = "nothing", _("nothing found")

    KEY = ("day", "words", "answer")

    words = models.CharField(_("words"), max_length=LONGEST_WORDS, blank=True)
    answer = models.CharField(_("answer"), max_length=7, choices=Answer)

    objects = SearchedWordsQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("what shoppers do")
        constraints = [models.UniqueConstraint(fields=["day", "words", "answer"], name="searched_words_unique")]

    def __str__(self) -> str:
        return f"{self.words} on {self.day}"


class Happening(Count):
    """What happened in pages."""

    class Kind(models.TextChoices):
        SHOWN = "shown", "a page has cards in the place"
        CLICKED = "clicked", "one of the cards there is clicked"
        FOLLOWED = "followed", "it is the first click in the page's place"
        PHOTO = "photo", "photos are searched with"

    KEY = ("day", "kind", "place", "position", "detail")

    kind = models.CharField(max_length=8, choices=Kind)
    place = models.CharField(max_length=40, blank=True)
    """One of `recommender.statistics.places.PLACES`"""
    position = models.PositiveSmallIntegerField(default=0)
    """Of the clicked card, from 1 on; 0 where it is not known"""
    detail = models.CharField(max_length=10, blank=True)
    """Of a click the tens of the similarity in percent, of photos what was found"""

    objects = CountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "kind", "place", "position", "detail"], name="happening_unique"),
            models.CheckConstraint(condition=Q(position=0) | Q(kind="clicked"), name="happening_position_of_click"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.place} on {self.day}"


class ProductCount(Count):
    """How often a product was looked at, or made a favourite."""

    class Kind(models.TextChoices):
        VIEWED = "viewed"
        FAVOURED = "favoured"

    KEY = ("day", "product_id", "kind")

    product = models.ForeignKey(Product, models.CASCADE, related_name="counts")
    kind = models.CharField(max_length=8, choices=Kind)

    objects = ProductCountQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "product", "kind"], name="product_count_unique")]

    def __str__(self) -> str:
        return f"{self.product_id} {self.kind} on {self.day}"
