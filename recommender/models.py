"""Encoders, and what they made of each product's picture."""

from django.db import models
from django.db.models import Q
from pgvector.django import VectorField

from catalog.models import Product
from recommender.querysets import EmbeddingQuerySet, EncoderQuerySet


class Encoder(models.Model):
    """One network with one set of weights. Exactly one is active: its embeddings answer the searches."""

    name = models.CharField(max_length=100)
    digest = models.CharField("SHA-256 of the weights", max_length=64)
    dimensions = models.PositiveSmallIntegerField()
    is_active = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EncoderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "digest"], name="encoder_unique"),
            models.UniqueConstraint(fields=["is_active"], condition=Q(is_active=True), name="encoder_one_active"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.digest[:8]}"


class Embedding(models.Model):
    """The vector, of length one, of a product's picture by an encoder. Stale when the product's digest is another."""

    encoder = models.ForeignKey(Encoder, models.CASCADE, related_name="embeddings")
    product = models.ForeignKey(Product, models.CASCADE, related_name="embeddings")
    image_digest = models.CharField(max_length=64)
    vector = VectorField()
    created_at = models.DateTimeField()

    objects = EmbeddingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["encoder", "product"], name="embedding_unique")]
        indexes = [models.Index(fields=["-created_at"], name="embedding_created_at")]

    def __str__(self) -> str:
        return f"{self.product_id} by {self.encoder_id}"


class EmbeddingFailure(models.Model):
    """Why a product's picture has no embedding; it is tried again when the picture changes, or when this is deleted."""

    encoder = models.ForeignKey(Encoder, models.CASCADE, related_name="failures")
    product = models.ForeignKey(Product, models.CASCADE, related_name="embedding_failures")
    image_digest = models.CharField(max_length=64)
    reason = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["encoder", "product"], name="embedding_failure_unique")]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.reason}"
