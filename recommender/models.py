"""Encoders, and what they made of each product's picture."""

from functools import lru_cache
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from catalog.loading import awaited
from catalog.models import Product
from recommender.encoders import PictureEncoder, load_encoder, load_file
from recommender.querysets import EmbeddingFailureQuerySet, EmbeddingQuerySet, EncoderQuerySet, MarkQuerySet


class Encoder(models.Model):
    """The row of one picture encoder with one set of weights.

    The active one's embeddings answer the searches; a filling one's are made beside them, until they are complete and
    it becomes the active one. An idle one has no embeddings.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        FILLING = "filling", _("Filling")
        IDLE = "idle", _("Idle")

    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(_("SHA-256 of the weights"), max_length=64)
    dimensions = models.PositiveSmallIntegerField(_("dimensions"))
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.IDLE)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = EncoderQuerySet.as_manager()

    class Meta:
        verbose_name = _("encoder")
        verbose_name_plural = _("encoders")
        constraints = [
            models.UniqueConstraint(fields=["name", "digest"], name="encoder_unique"),
            models.UniqueConstraint(fields=["state"], condition=~Q(state="idle"), name="encoder_one_in_each_state"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.digest[:8]}"

    def load(self) -> PictureEncoder:
        """The picture encoder itself, loaded once in a process."""
        return _load(self.name, self.digest)


@awaited
@lru_cache(maxsize=2)
def _load(name: str, digest: str) -> PictureEncoder:
    # A file out of the database is several times in memory before it is a network, and not all of it is given back.
    if name in settings.ENCODERS and (named := load_encoder(name)).digest == digest:
        return named
    file = EncoderFile.objects.filter(encoder__name=name, encoder__digest=digest).first()
    return load_file(bytes(file.content)) if file else load_encoder(name)


class Calibration(models.Model):
    """What an encoder's cosines mean in this shop, measured on its own products (recommender.measuring.calibration)."""

    encoder = models.OneToOneField(Encoder, models.CASCADE, primary_key=True, related_name="calibration")
    thresholds = models.JSONField()
    """[loosely similar, close] from which cosine on, by the id of the photo's category; "" for every other"""
    colours = models.JSONField()
    """The vector by which a colour's products differ from others of their kind, by colour"""
    directions = models.JSONField()
    """Unit vectors that span those"""
    products = models.PositiveIntegerField()
    """How many it was measured on"""
    measured_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.encoder} at {self.measured_at}"


class ShownWord(models.Model):
    """A word of names that an encoder sees in pictures, by this shop's products (recommender.measuring.shown_words)."""

    encoder = models.ForeignKey(Encoder, models.CASCADE, related_name="shown_words")
    stem = models.CharField(max_length=200)
    vector = VectorField()
    """Of length one: the direction in which the pictures lie that show it"""
    least = models.FloatField()
    """The cosine to the direction from which on a picture shows it"""
    precision = models.FloatField()
    """How many of the first products that it finds have the word, among some that it was not learnt from"""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["encoder", "stem"], name="shown_word_unique")]

    def __str__(self) -> str:
        return f"{self.stem} by {self.encoder}"


class EncoderFile(models.Model):
    """The LiteRT file of an encoder that has one. In the database every web process and worker finds it."""

    encoder = models.OneToOneField(Encoder, models.CASCADE, primary_key=True, related_name="file")
    content = models.BinaryField()

    def __str__(self) -> str:
        return str(self.encoder)


class Embedding(models.Model):
    """The vector, of length one, of a picture of a product by an encoder.

    The picture is the product's own or a further one, whichever has that digest; the place that it has among them may
    change. Stale when the product has no such picture any more.
    """

    encoder = models.ForeignKey(Encoder, models.CASCADE, related_name="embeddings")
    product = models.ForeignKey(Product, models.CASCADE, related_name="embeddings")
    image_digest = models.CharField(max_length=64)
    vector = VectorField()
    created_at = models.DateTimeField()

    objects = EmbeddingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["encoder", "product", "image_digest"], name="embedding_unique")]
        indexes = [models.Index(fields=["-created_at"], name="embedding_created_at")]

    def __str__(self) -> str:
        return f"{self.product_id} by {self.encoder_id}"


def new_collection_name() -> str:
    """One that no other shop has, as several may use one Milvus."""
    return f"embeddings_{uuid4().hex}"


class VectorCollection(models.Model):
    """What Milvus has of an encoder's embeddings, where settings.VECTORS names one."""

    encoder = models.OneToOneField(Encoder, models.PROTECT, related_name="vector_collection")
    name = models.CharField(max_length=64, unique=True, default=new_collection_name)
    """In Milvus"""
    is_complete = models.BooleanField(default=False)
    """Whether all embeddings were in it once. PostgreSQL answers until then."""

    def __str__(self) -> str:
        return self.name


class CopiedVector(models.Model):
    """An embedding that is in the collection. Where its row is gone, it is still to be taken out of there.

    So it is no foreign key: deleting embeddings costs no more where nobody copies them.
    """

    embedding_id = models.BigIntegerField(primary_key=True)
    collection = models.ForeignKey(VectorCollection, models.CASCADE, related_name="copied", db_index=False)

    def __str__(self) -> str:
        return f"{self.embedding_id} in {self.collection_id}"


class EmbeddingFailure(models.Model):
    """Why a picture of a product, its own or a further one, has no embedding.

    Where the picture is at fault it is tried again when it changes, or when this is deleted; where its storage is,
    also when that is due.
    """

    encoder = models.ForeignKey(Encoder, models.CASCADE, related_name="failures", verbose_name=_("encoder"))
    product = models.ForeignKey(Product, models.CASCADE, related_name="embedding_failures", verbose_name=_("product"))
    image_digest = models.CharField(_("image digest"), max_length=64)
    reason = models.TextField(_("reason"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=1)
    due_at = models.DateTimeField(_("tried again at"), null=True)
    created_at = models.DateTimeField(_("created at"))

    objects = EmbeddingFailureQuerySet.as_manager()

    class Meta:
        verbose_name = _("embedding failure")
        verbose_name_plural = _("embedding failures")
        constraints = [
            models.UniqueConstraint(fields=["encoder", "product", "image_digest"], name="embedding_failure_unique")
        ]

    def __str__(self) -> str:
        return f"{self.product_id}: {self.reason}"


class Mark(models.Model):
    """How often shoppers said that a product does not belong beside another one. Who said it is not kept."""

    class Kind(models.TextChoices):
        LOOK = "look", _("not similar")
        COLOUR = "colour", _("wrong colour")

    product = models.ForeignKey(Product, models.CASCADE, related_name="marks", verbose_name=_("product"))
    other = models.ForeignKey(Product, models.CASCADE, related_name="marks_beside_others", verbose_name=_("other"))
    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    times = models.PositiveIntegerField(_("times"), default=1)
    last_at = models.DateTimeField(_("last at"), auto_now=True)

    objects = MarkQuerySet.as_manager()

    class Meta:
        ordering = ["-times", "-last_at"]
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        constraints = [
            models.UniqueConstraint(fields=["product", "other", "kind"], name="mark_unique"),
            models.CheckConstraint(condition=~Q(product=F("other")), name="mark_is_about_two"),
        ]

    def __str__(self) -> str:
        said = gettext("{other} beside {product}: {kind}")
        return said.format(other=self.other_id, product=self.product_id, kind=self.get_kind_display())


class QualityReport(models.Model):
    """How well the active encoder's panels agreed with the catalogue's attributes, over all products, at one time."""

    encoder = models.ForeignKey(Encoder, models.CASCADE, related_name="quality_reports", verbose_name=_("encoder"))
    products = models.PositiveIntegerField(_("products"))
    gender = models.FloatField(_("same gender in the first five"), null=True)
    category = models.FloatField(_("same category in the first five"))
    colour = models.FloatField(_("same colour in the first five"))
    worst = models.JSONField(_("worst"), default=list)
    """[sku, [skus of its five]] of the products whose panels agree least"""
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("quality report")
        verbose_name_plural = _("quality reports")
        get_latest_by = "id"

    def __str__(self) -> str:
        return gettext("{encoder} on {products} products").format(encoder=self.encoder, products=self.products)
