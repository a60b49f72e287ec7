"""Which products are searchable, which wait, and which failed."""

from datetime import timedelta

from django.db import models
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from catalog.models import Product
from catalog.querysets import ProductQuerySet

LATELY = timedelta(seconds=10)


class EncoderQuerySet(models.QuerySet):
    def active(self) -> models.Model | None:
        """The encoder whose embeddings answer searches, or None before the first one is registered."""
        return self.filter(state="active").first()

    def filling(self) -> models.Model | None:
        """The encoder that is to become the active one, if there is one."""
        return self.filter(state="filling").first()

    def at_work(self) -> "EncoderQuerySet":
        """The encoders that every picture needs an embedding of."""
        return self.exclude(state="idle").order_by("state")


class EmbeddingQuerySet(models.QuerySet):
    def fresh(self) -> "EmbeddingQuerySet":
        """Embeddings of the picture that their product has now."""
        return self.filter(image_digest=F("product__image_digest"))

    def per_second(self) -> float:
        """The throughput of the last ten seconds."""
        return self.filter(created_at__gt=timezone.now() - LATELY).count() / LATELY.total_seconds()

    def in_the_shop(self) -> "EmbeddingQuerySet":
        """Fresh ones of products that are not archived: what a search may find."""
        return self.fresh().filter(product__archived_at=None)


def searchable(encoder: models.Model) -> ProductQuerySet:
    """Products whose present picture has an embedding."""
    return Product.objects.with_picture().filter(_of_present_picture(encoder.embeddings))


def failed(encoder: models.Model) -> ProductQuerySet:
    """Products whose present picture cannot be embedded."""
    return Product.objects.with_picture().filter(_of_present_picture(encoder.failures))


def waiting(encoder: models.Model) -> ProductQuerySet:
    """Products whose present picture has neither an embedding nor a failure: what is still to do."""
    return Product.objects.with_picture().exclude(
        _of_present_picture(encoder.embeddings) | _of_present_picture(encoder.failures)
    )


def _of_present_picture(rows: models.Manager) -> Exists:
    return Exists(rows.filter(product=OuterRef("pk"), image_digest=OuterRef("image_digest")))
