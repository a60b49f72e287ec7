"""Which products are searchable, which wait, and which failed."""

from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Aggregate, Exists, F, Max, OuterRef, QuerySet, Subquery
from django.utils import timezone

from catalog.models import FurtherPicture, Product
from catalog.querysets import ProductQuerySet

if TYPE_CHECKING:
    from recommender.models import Embedding, EmbeddingFailure, Encoder, Mark

LATELY = timedelta(seconds=10)

Rows = TypeVar("Rows", "EmbeddingQuerySet", "EmbeddingFailureQuerySet")


class Median(Aggregate):
    """The median of numbers or durations."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


class SearchState(TypedDict):
    """What `with_search_state` adds to a product."""

    is_embedded: bool
    failure: str | None
    """The reason why its picture cannot be embedded"""
    is_failure_final: bool


class EncoderQuerySet(models.QuerySet["Encoder"]):
    def active(self) -> "Encoder | None":
        """The encoder whose embeddings answer searches, or None before the first one is registered."""
        return self.filter(state="active").first()

    def filling(self) -> "Encoder | None":
        """The encoder that is to become the active one, if there is one."""
        return self.filter(state="filling").first()

    def at_work(self) -> "EncoderQuerySet":
        """The encoders that every picture needs an embedding of."""
        return self.exclude(state="idle").order_by("state")


class EmbeddingQuerySet(models.QuerySet["Embedding"]):
    def fresh(self) -> "EmbeddingQuerySet":
        """Of each product the embedding of the own picture that it has now, so that they can be counted as products."""
        return self.filter(image_digest=F("product__image_digest"))

    def per_second(self) -> float:
        """The throughput of the last ten seconds."""
        return self.filter(created_at__gt=timezone.now() - LATELY).count() / LATELY.total_seconds()

    def delays_of_the_last_hour(self) -> dict[str, timedelta | None]:
        """How long it took from a picture's saving until it was searchable: `median` and `worst`; None without any."""
        recent = self.fresh().filter(
            created_at__gt=timezone.now() - timedelta(hours=1), created_at__gte=F("product__picture_changed_at")
        )
        delays = recent.annotate(delay=F("created_at") - F("product__picture_changed_at"))
        return delays.aggregate(median=Median("delay"), worst=Max("delay"))

    def in_the_shop(self) -> "EmbeddingQuerySet":
        """Fresh ones of products that are not archived."""
        return self.fresh().filter(product__archived_at=None)

    def on_offer(self) -> "EmbeddingQuerySet":
        """Those of products that rows may show: without sold-out ones where these are hidden."""
        embeddings = self.filter(product__archived_at=None)
        return embeddings.filter(product__is_sold_out=False) if settings.SOLD_OUT == "hide" else embeddings


class EmbeddingFailureQuerySet(models.QuerySet["EmbeddingFailure"]):
    def final(self) -> "EmbeddingFailureQuerySet":
        """Those that are not tried again by themselves."""
        return self.filter(due_at=None)

    def postponed(self) -> "EmbeddingFailureQuerySet":
        """Those that are tried again, but not yet."""
        return self.filter(due_at__gt=timezone.now())


class MarkQuerySet(models.QuerySet["Mark"]):
    def add(self, product: Product, other: Product, kind: str) -> None:
        """Counts one more shopper who said so."""
        self.bulk_create(
            [self.model(product=product, other=other, kind=kind, times=0)],
            update_conflicts=True,
            unique_fields=["product", "other", "kind"],
            update_fields=["last_at"],
        )
        self.filter(product=product, other=other, kind=kind).update(times=F("times") + 1)

    def pairs(self) -> list[tuple[str, str]]:
        """(sku, sku of what does not look like it), each once."""
        looks = self.filter(kind="look").order_by("product__sku", "other__sku")
        return list(looks.values_list("product__sku", "other__sku"))


def searchable(encoder: "Encoder") -> ProductQuerySet:
    """Products whose own picture, as it is now, has an embedding."""
    return Product.objects.with_picture().filter(_of_present_picture(encoder.embeddings))


def failed(encoder: "Encoder") -> ProductQuerySet:
    """Products whose own picture cannot be embedded."""
    return Product.objects.with_picture().filter(_of_present_picture(encoder.failures.final()))


def waiting(encoder: "Encoder") -> ProductQuerySet:
    """Products whose own picture has neither an embedding nor a final failure: what is still to do."""
    # Two conditions rather than one with an "or": PostgreSQL joins for each, which takes half as long.
    unread = Product.objects.with_picture().exclude(_of_present_picture(encoder.embeddings))
    return unread.exclude(_of_present_picture(encoder.failures.final()))


def waiting_further(encoder: "Encoder") -> QuerySet[FurtherPicture]:
    """Further pictures that have neither; their products are searchable by the own one all the same."""
    unread = FurtherPicture.objects.exclude(_of_present_picture(encoder.embeddings, "product"))
    return unread.exclude(_of_present_picture(encoder.failures.final(), "product"))


def postponed(encoder: "Encoder") -> ProductQuerySet:
    """Those that wait because their storage was at fault, until they are tried again."""
    return waiting(encoder).filter(_of_present_picture(encoder.failures.postponed()))


def due(encoder: "Encoder") -> ProductQuerySet:
    """Those that wait and may be embedded now."""
    return waiting(encoder).exclude(_of_present_picture(encoder.failures.postponed()))


def due_further(encoder: "Encoder") -> QuerySet[FurtherPicture]:
    """Further pictures that wait and may be embedded now."""
    return waiting_further(encoder).exclude(_of_present_picture(encoder.failures.postponed(), "product"))


def with_search_state(products: models.QuerySet[Product], encoder: "Encoder") -> models.QuerySet[Product]:
    """The products with their `SearchState`."""
    failures = encoder.failures.filter(product=OuterRef("pk"), image_digest=OuterRef("image_digest"))
    return products.annotate(
        is_embedded=_of_present_picture(encoder.embeddings),
        failure=Subquery(failures.values("reason")[:1]),
        is_failure_final=Exists(failures.final()),
    )


def stale(rows: Rows) -> Rows:
    """Those of pictures that their product does not have any more."""
    same = {"image_digest": OuterRef("image_digest")}
    own = Product.objects.filter(pk=OuterRef("product"), **same)
    further = FurtherPicture.objects.filter(product=OuterRef("product"), **same)
    return rows.exclude(Exists(own)).exclude(Exists(further))


def _of_present_picture(rows: "models.Manager[Embedding] | EmbeddingFailureQuerySet", product: str = "pk") -> Exists:
    return Exists(rows.filter(product=OuterRef(product), image_digest=OuterRef("image_digest")))
