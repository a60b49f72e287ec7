"""What the shop sells, and the imports that brought it in."""

from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from catalog.querysets import SEARCH_VECTOR, CategoryQuerySet, ProductQuerySet

LEVELS = 3
"""Of the category tree: master > sub > article type."""


class Category(models.Model):
    """A node of the tree master > sub > article type. Names repeat under other parents."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    name = models.CharField(max_length=100)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "categories"
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="category_unique_below_parent"),
            models.UniqueConstraint(fields=["name"], condition=Q(parent=None), name="category_unique_at_top"),
            models.CheckConstraint(condition=~Q(name=""), name="category_has_name"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="category_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return " > ".join(category.name for category in self.path)

    def clean(self) -> None:
        """Raises ValidationError where the tree would no longer be master > sub > article type."""
        above = self.parent
        while above:
            if above.pk == self.pk:
                raise ValidationError({"parent": "A category cannot stand below itself."})
            above = above.parent
        if len(self.path) + self._levels_below() > LEVELS:
            raise ValidationError({"parent": f"The tree has {LEVELS} levels; this would make it deeper."})

    @property
    def path(self) -> list["Category"]:
        """From the master category down to this one."""
        return [*self.parent.path, self] if self.parent else [self]

    def _levels_below(self) -> int:
        below = Category.objects.filter(parent=self.pk) if self.pk else Category.objects.none()
        return max((1 + category._levels_below() for category in below), default=0)


class Product(models.Model):
    """One product of the shop. Unknown attributes are empty."""

    sku = models.CharField("SKU", max_length=64, unique=True)
    name = models.CharField(max_length=255, blank=True)
    gender = models.CharField(max_length=100, blank=True)
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="products")
    base_colour = models.CharField(max_length=100, blank=True)
    season = models.CharField(max_length=100, blank=True)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    usage = models.CharField(max_length=100, blank=True)
    image = models.ImageField(upload_to="products", max_length=255, blank=True)
    image_digest = models.CharField("SHA-256 of the image", max_length=64, blank=True, editable=False)
    search_words = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["gender"], name="product_gender"),
            models.Index(fields=["base_colour"], name="product_base_colour"),
            models.Index(fields=["season"], name="product_season"),
            models.Index(fields=["usage"], name="product_usage"),
            models.Index(fields=["image_digest"], name="product_image_digest"),
            GinIndex(SEARCH_VECTOR, name="product_search"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(image="", image_digest="") | (~Q(image="") & ~Q(image_digest="")),
                name="product_image_has_digest",
            ),
            models.CheckConstraint(condition=~Q(sku=""), name="product_has_sku"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.name}".strip()

    def get_absolute_url(self) -> str:
        return reverse("catalog:product", args=[self.sku])

    @property
    def title(self) -> str:
        """What to call it, even when it has no name."""
        return self.name or (self.category.name if self.category else self.sku)

    def collect_search_words(self) -> str:
        """The text that word search looks through."""
        categories = [category.name for category in self.category.path] if self.category else []
        words = [self.name, self.base_colour, *categories, self.gender, self.usage, self.season, self.sku]
        return " ".join(filter(None, words))


class ImportJob(models.Model):
    """One run of an import, and what came of it."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    styles = models.CharField("styles file", max_length=1000)
    images = models.CharField("images", max_length=1000)
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["running", "done", "failed"]), name="import_job_state"),
        ]

    def __str__(self) -> str:
        return f"import {self.pk} of {self.styles}"


class ImportIssue(models.Model):
    """What was wrong with one row, or with its picture."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="issues")
    line = models.PositiveIntegerField()
    sku = models.CharField("SKU", max_length=64, blank=True)
    reason = models.TextField()

    class Meta:
        ordering = ["job", "line"]

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"
